/** A visit to a mail server that sends nothing: connected, greeted, encrypted, let in, and left. */
import type { SmtpServer } from '../core/notifications.ts';
import { leave, openSession, type SmtpError, type Timeouts } from './smtp-session.ts';
import { smtpTrouble } from './smtp-trouble.ts';
import { period } from './words.ts';

/** Of all the time there is, what each step may take: what it waited for can then be told. */
const STEP = 0.8;

/**
 * @param password the content of the password file; null where there is no login
 * @param limit milliseconds for all of it
 * @returns null when it would take a mail; else one line, without the password. Never rejects.
 */
export async function visitSmtp(
  server: SmtpServer,
  password: string | null,
  limit: number,
): Promise<string | null> {
  const patience = Math.floor(limit * STEP);
  const timeouts: Timeouts = { connection: patience, greeting: patience, silence: patience };
  const signal = AbortSignal.timeout(limit);
  try {
    leave(await openSession(server, password, timeouts, signal));
    return null;
  } catch (error) {
    return signal.aborted
      ? `${server.host}:${server.port}: not done within ${period(limit)}`
      : smtpTrouble(error as SmtpError, server, password, timeouts);
  }
}
