/** Notifications and planned times without alarms, from what was written to what the program goes by. */
import type { Config } from '../core/job.ts';
import type {
  EmailConfig,
  HeartbeatConfig,
  MailRecipient,
  NotificationsConfig,
  Routing,
} from '../core/notifications.ts';
import type { ProblemList } from './problem.ts';
import type { FileContent } from './schema.ts';
import { locate, spanOf, type Tree } from './tree.ts';
import { nearest, quote } from './words.ts';

type Notifications = NonNullable<FileContent['notifications']>;
type Written<Key extends keyof Notifications> = NonNullable<Notifications[Key]>;

interface Source {
  readonly content: FileContent;
  readonly tree: Tree;
  readonly problems: ProblemList;
  /** Names of all agents and jobs of the file, those with faults too. */
  readonly known: ReadonlySet<string>;
}

const day = 24 * 3_600_000;
/** What goes for everything that is told where the file says nothing about it. */
const nothing = { remind: [day, 3 * day, 7 * day], give_up_after: 3 * day } as const;

/** What the file says of who is told. A name that fits no job, and a way's name that occurs twice, are faults. */
export function toldOf(source: Source): Pick<Config, 'notifications' | 'maintenance' | 'metrics'> {
  const { content } = source;
  const written = content.notifications;
  const { remind, give_up_after: giveUpAfter } = written ?? nothing;
  const notifications: NotificationsConfig = {
    email: written?.email ? emailOf(written.email) : null,
    webhooks: (written?.webhook ?? []).map(
      ({ secret_file: secretFile = null, url, timeout, name, ...rest }) => ({
        name,
        url,
        secretFile,
        timeout,
        ...routingOf(rest),
      }),
    ),
    commands: (written?.command ?? []).map(({ run, timeout, name, ...rest }) => ({
      name,
      run,
      timeout,
      ...routingOf(rest),
    })),
    heartbeat: heartbeatOf(written?.heartbeat),
    remind,
    giveUpAfter,
    digest: written?.digest ?? null,
  };
  const maintenance = (content.maintenance ?? []).map(
    ({ schedule, for: duration, jobs = null, reason = null }) => ({
      schedule,
      duration,
      jobs,
      reason,
    }),
  );
  checkDigest(source, notifications);
  checkJobNames(source);
  checkWayNames(source, notifications);
  return { notifications, maintenance, metrics: content.metrics ?? null };
}

/** It is a mail: without one it would be silence that is taken for good news. */
function checkDigest({ tree, problems }: Source, { digest, email }: NotificationsConfig): void {
  if (digest === null || email !== null) return;
  const path = ['notifications', 'digest'];
  problems.add(spanOf(locate(tree, path)), {
    path,
    message: '`digest` is sent by mail, and there is no `email`',
    expected: '`email` beside it, or no digest',
    suggestion: null,
  });
}

const routingOf = ({
  jobs,
  severity,
}: {
  readonly jobs?: readonly string[] | undefined;
  readonly severity: Routing['severity'];
}): Routing => ({ jobs: jobs ?? null, severity });

const recipientOf = (written: Written<'email'>['to'][number]): MailRecipient =>
  typeof written === 'string'
    ? { address: written, jobs: null, severity: 'warning' }
    : { address: written.address, ...routingOf(written) };

function emailOf({ smtp, sendmail = '', from, to }: Written<'email'>): EmailConfig {
  const recipients = to.map(recipientOf);
  if (smtp === undefined)
    return { server: { kind: 'sendmail', path: sendmail }, from, to: recipients };
  const {
    host,
    port,
    tls,
    user = null,
    ca_file: caFile = null,
    password_file: passwordFile = null,
  } = smtp;
  const server = { kind: 'smtp', host, port, tls, caFile, user, passwordFile } as const;
  return { server, from, to: recipients };
}

function heartbeatOf(written: Notifications['heartbeat']): HeartbeatConfig | null {
  if (written === undefined || written === null) return null;
  if (typeof written === 'string') return { url: written, failFrom: 'warning' };
  return { url: written.url, failFrom: written.fail_from };
}

/** Every list of names, and where it stands. */
function namesOf({ notifications, maintenance }: FileContent): {
  readonly path: readonly PropertyKey[];
  readonly names: readonly string[];
}[] {
  const routed = (
    path: readonly PropertyKey[],
    list:
      | readonly ({ readonly jobs?: readonly string[] | undefined } | string)[]
      | null
      | undefined,
  ) =>
    (list ?? []).map((item, index) => ({
      path: [...path, index, 'jobs'],
      names: typeof item === 'string' ? [] : (item.jobs ?? []),
    }));
  return [
    ...routed(['notifications', 'email', 'to'], notifications?.email?.to),
    ...routed(['notifications', 'webhook'], notifications?.webhook),
    ...routed(['notifications', 'command'], notifications?.command),
    ...routed(['maintenance'], maintenance),
  ];
}

function checkJobNames({ content, tree, problems, known }: Source): void {
  for (const { path, names } of namesOf(content)) {
    for (const [index, name] of names.entries()) {
      if (known.has(name)) continue;
      const exact = locate(tree, [...path, index]);
      // A single way may be written without a list around it.
      const place = exact.exact ? exact : locate(tree, [...path.toSpliced(-2, 1), index]);
      problems.add(spanOf(place), {
        path: [...path, index],
        message: `no agent or job is named ${quote(name)}`,
        expected: 'AGENT or AGENT/DATABASE, as below `agents`',
        suggestion: nearest(name, [...known]),
      });
    }
  }
}

function checkWayNames(
  { tree, problems }: Source,
  { webhooks, commands }: NotificationsConfig,
): void {
  const taken = new Set(['email', 'heartbeat']);
  const lists = [
    ['webhook', webhooks],
    ['command', commands],
  ] as const;
  for (const [key, list] of lists) {
    for (const [index, { name }] of list.entries()) {
      if (taken.has(name)) {
        const path = ['notifications', key, index, 'name'];
        const place = locate(tree, path);
        problems.add(spanOf(place.exact ? place : locate(tree, ['notifications', key])), {
          path,
          message: `two ways out are named ${quote(name)}`,
          expected: 'a `name` for each of several, other than email and heartbeat',
          suggestion: null,
        });
      }
      taken.add(name);
    }
  }
}
