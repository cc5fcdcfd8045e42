/** Mail settings: addresses that cannot break a header, hosts, and the file that holds the password. */
import path from 'node:path';
import type { Reading } from './pieces.ts';
import { unprintableIn } from '../core/text.ts';
import { quote } from './words.ts';

export const addressWords =
  'an address such as backupmon@example.org, or "Name <backupmon@example.org>"';
const address = /^[^\s@<>()[\],:;"\\]+@[^\s@<>()[\],:;"\\.]+(\.[^\s@<>()[\],:;"\\.]+)*$/;

/** An address as people write it. Line breaks would let it add headers of its own. */
export function readAddress(text: string): Reading<string> {
  const hidden = unprintableIn(text);
  if (hidden !== null)
    return { fault: `${quote(text)} holds ${hidden}`, expected: addressWords, suggestion: null };
  const bare = /^[^<>]*<([^<>]*)>$/.exec(text)?.[1] ?? text;
  if (address.test(bare) && text.length <= 320) return { value: text };
  return { fault: `${quote(text)} is no e-mail address`, expected: addressWords, suggestion: null };
}

export const hostWords = 'a host name or an IP address, without a port';

export function readHost(text: string): Reading<string> {
  const [, name, port] = /^([\w.-]+):(\d+)$/.exec(text) ?? [];
  const fine = /^[\w.-]{1,253}$/.test(text) || /^[0-9a-f:.]{2,45}$/i.test(text);
  if (fine && port === undefined) return { value: text };
  return { fault: `${quote(text)} is no host`, expected: hostWords, suggestion: name ?? null };
}

export const urlWords = 'an address that begins with https:// or http://';

/** Passed on as it was written, normalised. */
export function readUrl(text: string): Reading<string> {
  const hidden = unprintableIn(text) ?? (/\s/u.test(text) ? 'white space' : null);
  if (hidden !== null)
    return { fault: `${quote(text)} holds ${hidden}`, expected: urlWords, suggestion: null };
  const url = URL.parse(text);
  if (url !== null && /^https?:$/u.test(url.protocol) && url.hostname !== '')
    return { value: url.href };
  const suggestion =
    URL.parse(`https://${text}`) !== null && !text.includes(':') ? `https://${text}` : null;
  return { fault: `${quote(text)} is no web address`, expected: urlWords, suggestion };
}

export const secretFileWords = 'an absolute path, or one below ${CREDENTIALS_DIRECTORY}';
const credentials = '${CREDENTIALS_DIRECTORY}';

/**
 * The file of a secret, with systemd's ${CREDENTIALS_DIRECTORY} filled in. Outside of the unit the variable is not set:
 * then the text stays as it is, because commands that send nothing, such as `status`, must still run there.
 */
export function readSecretFile(text: string, directory: string | null): Reading<string> {
  const inside = text.startsWith(`${credentials}/`);
  const rest = inside ? text.slice(credentials.length) : text;
  const hidden = unprintableIn(text);
  if (hidden === null && path.isAbsolute(rest) && !rest.includes('$')) {
    return { value: inside ? (directory ?? credentials) + rest : path.resolve(text) };
  }
  const fault = rest.includes('$')
    ? `${quote(text)} names another variable`
    : `${quote(text)} is no absolute path`;
  return { fault, expected: secretFileWords, suggestion: null };
}
