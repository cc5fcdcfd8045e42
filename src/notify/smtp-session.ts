/** One connection to a mail server: nodemailer's, with promises, and ended by a signal. */
import { readFileSync } from 'node:fs';
import type SMTPConnection from 'nodemailer/lib/smtp-connection';
import type { SMTPConnectionSendInfo } from 'nodemailer/lib/smtp-connection';
import type { SmtpServer } from '../core/notifications.ts';
import type { Letter } from './message.ts';
import { stopped } from './words.ts';

export type { SMTPConnection };

/** Milliseconds. */
export interface Timeouts {
  /** From the host's name to the end of the TLS handshake. */
  readonly connection: number;
  /** For the server's first words. */
  readonly greeting: number;
  /** For each answer. */
  readonly silence: number;
}

/** What nodemailer's errors have beside a message. */
export interface SmtpError extends Error {
  readonly code?: string;
  readonly originalCode?: string;
  readonly timeoutType?: string;
  readonly command?: string;
  readonly response?: string;
  readonly responseCode?: number;
  readonly recipient?: string;
  readonly rejectedErrors?: readonly SmtpError[];
}

/** More than any answer has; what a server writes is kept in memory until it is complete. */
const LONGEST_ANSWER_BYTES = 64 * 1024;

/** @throws Error when the authority's file cannot be read */
function authority({ caFile }: SmtpServer): { readonly ca?: Buffer } {
  if (caFile === null) return {};
  try {
    return { ca: readFileSync(caFile) };
  } catch (error) {
    throw new Error(`${caFile} cannot be read (${(error as NodeJS.ErrnoException).code})`, {
      cause: error,
    });
  }
}

/** A certificate is verified in every mode: TLS with whoever answers would be no better than none. */
const encryption = ({ tls, port, user }: SmtpServer) => ({
  secure: tls === 'implicit' || (tls === 'auto' && port === 465),
  // A password does not go in clear, whatever a man in the middle takes out of the server's offers.
  requireTLS: tls === 'starttls' || (tls === 'auto' && user !== null),
  ignoreTLS: tls === 'off',
});

/**
 * Waits for one step. nodemailer tells trouble by a callback, an event, or the event of the end alone.
 * @throws what nodemailer tells; an Error of `stopped` once the signal has ended the connection
 */
export function step<Result>(
  connection: SMTPConnection,
  signal: AbortSignal,
  begin: (done: (error: Error | null | undefined, result: Result) => void) => void,
): Promise<Result> {
  return new Promise<Result>((resolve, reject) => {
    const stop = (): void => {
      connection.close();
      reject(new Error(stopped));
    };
    // The end is told before the reason for it.
    const ended = (): void => {
      setImmediate(() => settle(Object.assign(new Error(), { code: 'ECONNECTION' })));
    };
    const settle = (error: Error | null | undefined, result?: Result): void => {
      signal.removeEventListener('abort', stop);
      connection.off('error', settle).off('end', ended);
      if (error != null) reject(error);
      else resolve(result as Result);
    };
    connection.once('error', settle).once('end', ended);
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    else begin(settle);
  });
}

/**
 * Connects, encrypts and logs in, as the configuration says.
 * @throws SmtpError
 */
export async function openSession(
  server: SmtpServer,
  password: string | null,
  timeouts: Timeouts,
  signal: AbortSignal,
): Promise<SMTPConnection> {
  const { default: Connection } = await import('nodemailer/lib/smtp-connection');
  const connection = new Connection({
    host: server.host,
    port: server.port,
    ...encryption(server),
    tls: { rejectUnauthorized: true, ...authority(server) },
    connectionTimeout: timeouts.connection,
    greetingTimeout: timeouts.greeting,
    socketTimeout: timeouts.silence,
    // Closing means destroying: what is to be said before is said by quit().
    socketCloseTimeout: 0,
    maxResponseSize: LONGEST_ANSWER_BYTES,
  });
  // While nobody waits, what happens to it does not matter: it is looked at before it is used again.
  connection.on('error', () => undefined);
  try {
    await step(connection, signal, (done) => connection.connect((error) => done(error, undefined)));
    await logIn(connection, server, password, signal);
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

async function logIn(
  connection: SMTPConnection,
  { user }: SmtpServer,
  pass: string | null,
  signal: AbortSignal,
): Promise<void> {
  if (user === null) return;
  if (pass === null || pass === '') throw new Error('there is no password for the login');
  if (!connection.allowsAuth) throw new Error('the server offers no login');
  await step(connection, signal, (done) => connection.login({ user, pass }, done));
}

/**
 * Hands over a letter.
 * @returns the refusals of single recipients; all others are accepted
 * @throws SmtpError where nobody is
 */
export async function transmit(
  connection: SMTPConnection,
  { sender, addresses, raw }: Letter,
  signal: AbortSignal,
): Promise<readonly SmtpError[]> {
  const envelope = { from: sender, to: [...addresses], size: raw.length };
  const { rejectedErrors = [] } = await step<SMTPConnectionSendInfo>(connection, signal, (done) =>
    connection.send(envelope, raw, done),
  );
  return rejectedErrors as readonly SmtpError[];
}

/** Says goodbye without waiting for the answer; the process may end before it comes. */
export function leave(connection: SMTPConnection): void {
  // oxlint-disable-next-line no-underscore-dangle -- it is said to be public
  const socket = connection._socket;
  if (connection.destroyed || socket == null || socket === false) return;
  connection.quit();
  socket.unref();
}
