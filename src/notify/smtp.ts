/** A mail server: one connection for many letters. */
import type { SmtpServer } from '../core/notifications.ts';
import type { Letter, MailWay } from './message.ts';
import {
  leave,
  openSession,
  transmit,
  type SMTPConnection,
  type SmtpError,
  type Timeouts,
} from './smtp-session.ts';
import { smtpTrouble } from './smtp-trouble.ts';

/** Refusals that a letter on a connection of its own need not get: the server has had enough of this one, or left long ago. */
const isOfConnection = ({ code = '', responseCode }: SmtpError): boolean =>
  responseCode === 421 || (responseCode === undefined && /^(?:ECONNECTION|ESOCKET)$/u.test(code));

/** Letters are sent over a connection that is kept from one to the next. */
export function smtpWay(server: SmtpServer, password: string | null, timeouts: Timeouts): MailWay {
  let kept: SMTPConnection | null = null;

  const inWords = (error: SmtpError): string => smtpTrouble(error, server, password, timeouts);

  /** @throws SmtpError for the letter as a whole */
  async function over(connection: SMTPConnection, letter: Letter, signal: AbortSignal) {
    try {
      const rejected = await transmit(connection, letter, signal);
      if (kept === null && !connection.destroyed) kept = connection;
      else leave(connection);
      return rejected;
    } catch (error) {
      // Whatever it was in the middle of does not matter in a new one.
      leave(connection);
      throw error;
    }
  }

  async function send(letter: Letter, signal: AbortSignal): Promise<readonly SmtpError[]> {
    const known = kept;
    kept = null;
    if (known !== null && !known.destroyed) {
      try {
        return await over(known, letter, signal);
      } catch (error) {
        if (signal.aborted || !isOfConnection(error as SmtpError)) throw error;
      }
    }
    return over(await openSession(server, password, timeouts, signal), letter, signal);
  }

  return {
    lineEnds: 'win',
    deliver: async (letter, signal) => {
      const resultOf = (rejected: readonly SmtpError[], other: SmtpError | null) =>
        letter.addresses.map((address) => {
          const error = rejected.find(({ recipient }) => recipient === address) ?? other;
          return error === null ? null : inWords(error);
        });
      try {
        return resultOf(await send(letter, signal), null);
      } catch (error) {
        const { rejectedErrors = [] } = error as SmtpError;
        return resultOf(rejectedErrors, error as SmtpError);
      }
    },
    close: () => {
      if (kept !== null) leave(kept);
      kept = null;
    },
  };
}
