/** What the tests of the ways out have in common. */
import type { EmailConfig, SmtpServer } from '../../src/core/notifications.ts';
import type { Attempt, Parcel } from '../../src/notify/transport.ts';

export const parcel: Parcel = {
  messageId: '<run-7.2@backupmon.example.org>',
  thread: '<run-1.1@backupmon.example.org>',
  at: Date.parse('2026-11-26T05:30:00Z'),
  subject: 'CRITICAL web-1/shop: missed',
  text: 'The backup of shop is missed.\n.\nSince yesterday: ünïcode.\n',
  html: '<p>The backup of <b>shop</b> is missed: ünïcode.</p>',
  json: '{"version":1,"text":"ünïcode"}',
};

export const never = new AbortController().signal;

export const errorsOf = (attempts: readonly Attempt[]): (string | null)[] =>
  attempts.map(({ error }) => error);

export async function timed<Result>(work: Promise<Result>): Promise<[Result, number]> {
  const began = performance.now();
  return [await work, performance.now() - began];
}

export const smtpConfig = (server: Partial<SmtpServer>): EmailConfig & { server: SmtpServer } => ({
  server: {
    kind: 'smtp',
    host: '127.0.0.1',
    port: 25,
    tls: 'auto',
    caFile: null,
    user: null,
    passwordFile: null,
    ...server,
  },
  from: 'Backups of Müller <backups@example.org>',
  to: [],
});
