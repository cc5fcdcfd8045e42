/** Credentials that a service of systemd is given (systemd.exec(5)). */
import type { Machine } from '../machine.ts';
import { settingsOf } from './unit-files.ts';

/** A file that a service is given to read as a credential. */
export interface Credential {
  readonly name: string;
  /** Where nothing is told of it, as the unit has it. */
  readonly path: string;
  /** Permission bits; null where it is not there. */
  readonly mode: number | null;
  /** It is encrypted, lies in the unit itself, or is searched by systemd: a file tells nothing about it. */
  readonly unchecked?: true;
}

interface Loading {
  readonly name: string;
  readonly path: string;
}

/** `name:/path`, or the name alone. */
const loadings = (text: string, setting: string): Loading[] =>
  settingsOf(text, setting).map((value) => {
    const [, name = value, path = ''] = /^([^:]*):(.*)$/su.exec(value) ?? [];
    return { name: name.trim(), path: path.replaceAll('%%', '%') };
  });

/** @param text of the files of the service */
export function credentialsOf(text: string, { stats }: Pick<Machine, 'stats'>): Credential[] {
  const plain = loadings(text, 'LoadCredential').map(({ name, path }): Credential => {
    // Other paths than absolute ones are sockets' or searched; specifiers are systemd's to know.
    if (!path.startsWith('/') || /%/u.test(path))
      return { name, path, mode: null, unchecked: true };
    const mode = stats(path)?.mode ?? null;
    return { name, path, mode: mode === null ? null : mode & 0o777 };
  });
  const known = new Set(plain.map(({ name }) => name));
  const others = ['LoadCredentialEncrypted', 'SetCredential', 'SetCredentialEncrypted']
    .flatMap((setting) => loadings(text, setting))
    .filter(({ name }) => !known.has(name));
  return [
    ...plain,
    ...others.map(({ name }): Credential => ({ name, path: name, mode: null, unchecked: true })),
  ];
}
