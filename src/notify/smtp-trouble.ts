/** What went wrong with a mail server, in words. */
import type { SmtpServer } from '../core/notifications.ts';
import { forPeople } from '../core/text.ts';
import type { SmtpError, Timeouts } from './smtp-session.ts';
import { ofConnection, period } from './words.ts';

const nameOf = ({ host, port }: SmtpServer): string =>
  host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;

/** What a server has said is cut here, so that there is room for what it was said to. */
const ANSWER_LENGTH = 200;

/** Whether a server's words give away the password, in one of the forms in which it was sent. */
function tellsSecret(words: string, user: string, password: string): boolean {
  const encoded = (text: string): string => Buffer.from(text).toString('base64');
  return [password, encoded(password), encoded(`\0${user}\0${password}`)].some((secret) =>
    words.includes(secret),
  );
}

function answerOf(
  { response = '', responseCode }: SmtpError,
  { user }: SmtpServer,
  password: string | null,
): string {
  const answer = forPeople(response, ANSWER_LENGTH);
  const safe =
    user === null ||
    !password ||
    ![response, answer].some((one) => tellsSecret(one, user, password));
  return safe ? answer : `${responseCode ?? ''} (its words hold the password)`.trim();
}

function refusal(error: SmtpError, server: SmtpServer, answer: string): string {
  const { command = '' } = error;
  if (error.code === 'EAUTH') return `the login as ${server.user} failed: ${answer}`;
  if (command === 'MAIL FROM') return `the sender is refused: ${answer}`;
  if (command === 'RCPT TO') return `the recipient is refused: ${answer}`;
  if (command === 'DATA') return `the mail is refused: ${answer}`;
  if (command === 'STARTTLS') return `STARTTLS is refused, and required: ${answer}`;
  return `refused: ${answer}`;
}

/** Which of the times was over, by nodemailer's names. */
const overdue: Readonly<Record<string, (timeouts: Timeouts) => string>> = {
  CONNECT_TIMEOUT: ({ connection }) => `no connection within ${period(connection)}`,
  UPGRADE_TIMEOUT: ({ greeting }) => `no encryption within ${period(greeting)}`,
  GREETING_TIMEOUT: ({ greeting }) => `no greeting within ${period(greeting)}`,
  SOCKET_TIMEOUT: ({ silence }) => `no answer within ${period(silence)}`,
};

function whatHappened(error: SmtpError, timeouts: Timeouts): string {
  const late = overdue[error.timeoutType ?? ''];
  if (late !== undefined) return late(timeouts);
  return error.code === 'ECONNECTION'
    ? 'the connection was closed'
    : ofConnection(error.originalCode, error.message);
}

/**
 * One line: which server, what it was asked, what it said.
 * @param password is not in it, also where the server repeats it
 */
export function smtpTrouble(
  error: SmtpError,
  server: SmtpServer,
  password: string | null,
  timeouts: Timeouts,
): string {
  const what =
    error.response === undefined
      ? whatHappened(error, timeouts)
      : refusal(error, server, answerOf(error, server, password));
  return `${nameOf(server)}: ${what}`;
}
