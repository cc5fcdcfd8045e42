/** Words for why something did not go out. They are for people, and partly of people: whoever answers can write anything. */
import { formatDuration } from '../core/duration.ts';

/** The longest error of an attempt, in UTF-16 units. */
export const ERROR_LENGTH = 300;

/** What the signal of `Transport.send` does to an attempt. */
export const stopped = 'stopped before it was accepted';

export const period = (milliseconds: number): string =>
  milliseconds < 1000 ? `${milliseconds}ms` : formatDuration(milliseconds);

const causes: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'the connection was reset',
  EPIPE: 'the connection was closed',
  UND_ERR_SOCKET: 'the connection was closed',
  ETIMEDOUT: 'no connection in time',
  UND_ERR_CONNECT_TIMEOUT: 'no connection in time',
  UND_ERR_HEADERS_TIMEOUT: 'no answer in time',
  ENOTFOUND: 'the host name is not known',
  ENODATA: 'the host name has no address',
  EAI_AGAIN: 'the host name cannot be resolved now',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'the network cannot be reached',
};

/** OpenSSL's verification errors have names of their own, and no common mark. */
const certificate = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER|HOSTNAME_MISMATCH/u;

/** `…:error:0A00010B:SSL routines:tls_get_more_records:wrong version number:…`, the file and line of it, and more. */
const ofOpenssl = /:error:[^:]*:[^:]*:[^:]*:([^:]+):/u;

/**
 * What went wrong with a connection, as Node's error tells it.
 * @returns may hold foreign text: names of a certificate
 */
export function ofConnection(code: string | undefined, message: string): string {
  if (code === undefined) return message;
  // Node goes on with advice on how it should be started.
  const [fault = ''] = message.split('; ');
  if (certificate.test(code)) return `the certificate is not accepted: ${fault || code}`;
  const reason = ofOpenssl.exec(message)?.[1];
  if (reason !== undefined) return `the encryption failed: ${reason}`;
  return causes[code] ?? `${message || 'the connection failed'} (${code})`;
}
