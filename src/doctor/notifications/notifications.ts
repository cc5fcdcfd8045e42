/** Ways out: whether people can be told. Nothing is sent. */
import { formatDuration } from '../../core/duration.ts';
import type { Finding } from '../../core/finding.ts';
import type { Config } from '../../core/job.ts';
import type { SmtpServer } from '../../core/notifications.ts';
import type { Undelivered } from '../../db/messages.ts';
import type { CredentialFacts } from './credentials.ts';
import { counted, critical, fine, warning } from '../finding.ts';
import type { Look } from '../look.ts';
import { isProgram } from '../machine.ts';
import { judgeRaised } from './raised.ts';
import { examineSecrets, type Known } from './secrets.ts';

type Judging = Pick<Look, 'file' | 'scanner' | 'hands'>;

/** What became of a visit to the mail server. */
export interface MailFacts {
  readonly server: SmtpServer;
  /** Whether the login was tried, where there is one. */
  readonly login: boolean;
  /** null: it greeted, encrypted and let in as configured. */
  readonly error: string | null;
}

export function judgeMail({ server, login, error }: MailFacts, { file, hands }: Judging): Finding {
  const { host, port, user, passwordFile } = server;
  const name = `${host}:${port}`;
  if (error === null && user !== null && !login && passwordFile === null)
    return warning('notifications', name, {
      message: `the mail server ${name} answers; the login as ${user} was not tried: there is no \`password_file\`, and BACKUPMON_SMTP_PASSWORD is not set here`,
      why: 'alarms are sent only by scans that have it in their environment',
      mend: hands.edit(file),
    });
  if (error === null) {
    const lets = login ? `, and lets ${user} in` : `; the login as ${user} was not tried`;
    const words = user === null ? '' : lets;
    return fine('notifications', name, `the mail server ${name} answers${words}`);
  }
  return critical('notifications', name, {
    message: `the mail server cannot be used: ${error}`,
    why: 'no alarm is sent by mail; it is tried again for `give_up_after`, and given up then',
    mend: hands.own('notify', '--test', 'email'),
  });
}

export function judgeWaiting(
  waiting: readonly Undelivered[],
  look: Judging & Pick<Look, 'now'>,
): Finding[] {
  const failed = waiting.flatMap(({ error, ...one }) => (error === null ? [] : { ...one, error }));
  const [oldest] = failed;
  if (oldest === undefined) return [];
  const { way, recipient, since, error } = oldest;
  return [
    warning('notifications', way, {
      message: `${counted(failed.length, 'delivery', 'deliveries')} of alarms failed and will be tried again, the oldest since ${formatDuration(look.now - since)}: ${way} to ${recipient}: ${error}`,
      why: 'people do not know yet what these would tell',
      mend: look.hands.own('notify', '--test', way),
    }),
  ];
}

/** Nobody is told by any way that backupmon knows of. */
function judgeNobody({ notifications, metrics }: Config, look: Judging): Finding[] {
  const { email, webhooks, commands, heartbeat } = notifications;
  const tells = email !== null || webhooks.length + commands.length > 0;
  if (tells || heartbeat !== null || metrics !== null) return [];
  return [
    warning('notifications', look.file, {
      message: `${look.file} names nobody who is to be told`,
      why: 'only who asks `backupmon status` hears of a backup that is missing, or who reads the mail of cron',
      mend: look.hands.edit(look.file),
    }),
  ];
}

/** Programs that alarms are handed to; `isRunnable` as the user that scans. */
export function judgePrograms(
  { notifications }: Pick<Config, 'notifications'>,
  isRunnable: (path: string) => boolean,
  { hands, scanner }: Judging,
): Finding[] {
  const { email, commands } = notifications;
  const sendmail = email?.server.kind === 'sendmail' ? [email.server.path] : [];
  return [...sendmail, ...commands.map(({ run }) => run[0])].map((path) =>
    isRunnable(path)
      ? fine('notifications', path, `${path} can be run`)
      : critical('notifications', path, {
          message: `${path} is no program that ${scanner.user} may run`,
          why: 'alarms by this way are not sent',
          mend: hands.root(['ls', '-l', path]),
        }),
  );
}

/** Told by name only: a request would be a message already. */
function judgeUntried({ notifications }: Config, { hands }: Judging): Finding[] {
  const { webhooks, heartbeat } = notifications;
  const hosts = webhooks.map(({ name, url }) => `${name} (${URL.parse(url)?.host ?? '?'})`);
  if (heartbeat !== null) hosts.push(`heartbeat (${URL.parse(heartbeat.url)?.host ?? '?'})`);
  if (hosts.length === 0) return [];
  const message = `not tried, because nothing is sent here: ${hosts.join(', ')}; ${hands.own('notify', '--test')} tries them`;
  return [fine('notifications', 'notify', message)];
}

export interface NotificationFacts extends CredentialFacts {
  readonly waiting: readonly Undelivered[];
  /** null: there is no mail server, or it was not visited. */
  readonly mail: MailFacts | null;
}

/** Everything but the secrets. */
export function examineWays(look: Look, facts: NotificationFacts): Finding[] {
  const { config, scanner } = look;
  if (config === null) return [];
  return [
    ...judgeNobody(config, look),
    ...(facts.mail === null ? [] : [judgeMail(facts.mail, look)]),
    ...(scanner.present ? judgePrograms(config, isProgram, look) : []),
    ...judgeRaised(look, facts.service),
    ...judgeWaiting(facts.waiting, look),
    ...judgeUntried(config, look),
  ];
}

const knownOf = (facts: NotificationFacts, { scanner }: Pick<Look, 'scanner'>): Known => ({
  ...facts,
  isVisited: facts.mail !== null || !scanner.present,
});

export const examineNotifications = async (
  look: Look,
  facts: NotificationFacts,
): Promise<Finding[]> => [
  ...(await examineSecrets(look, knownOf(facts, look))),
  ...examineWays(look, facts),
];
