/** `backupmon notify --test`: whether what is configured works, before it is needed. */
import { WAY_BUDGET_MS } from '../../alarms/deliver.ts';
import { parcelOf } from '../../alarms/parcel.ts';
import { domainOf, recipientsOf } from '../../alarms/recipients.ts';
import type { Config } from '../../core/job.ts';
import type { TestLetter } from '../../core/letter.ts';
import type { Attempt } from '../../notify/transport.ts';
import { loadedConfig, writeSentence, type Context, type ExitCode } from '../context.ts';
import { becomeOwner } from '../owner.ts';
import { UserProblem } from '../problems.ts';
import { openWay } from '../ways.ts';

/** As long as a scan waits for one way out: what needs longer would not work there either. */
const LIMIT_MS = WAY_BUDGET_MS;

const HEARTBEAT = 'heartbeat';

interface Tried extends Attempt {
  /** Why it was not tried at all. */
  readonly untried?: string;
}

function wordsFor({ error, untried }: Tried): string {
  if (untried !== undefined) return `not tried: ${untried}`;
  return error === null ? 'sent' : `FAILED: ${error}`;
}

/** The names of everything that can be tried. */
function waysOf(config: Config): string[] {
  const ways = [...new Set(recipientsOf(config).map(({ way }) => way))];
  return config.notifications.heartbeat === null ? ways : [...ways, HEARTBEAT];
}

function chosen(config: Config, test: string | true): string[] {
  const ways = waysOf(config);
  if (ways.length === 0)
    throw new UserProblem('usage', 'the configuration names nobody who is to be told', {
      hint: 'see `notifications` in config.example.yaml, and docs/notifications.md',
    });
  if (test === true) return ways;
  if (ways.includes(test)) return [test];
  throw new UserProblem('usage', `the configuration has no way out named "${test}"`, {
    hint: `it has ${ways.join(', ')}`,
  });
}

async function tryWay({ io }: Context, config: Config, way: string): Promise<readonly Attempt[]> {
  const at = io.now();
  const { site } = config;
  const subject = `[backupmon ${site}] test of ${way}`;
  const letter: TestLetter = { kind: 'test', site, at, way, subject };
  const messageId = `<backupmon.test.${at.toString(36)}.${way.replaceAll(/[^\w-]/gu, '-')}@${domainOf(config)}>`;
  const recipients = recipientsOf(config).flatMap((one) => (one.way === way ? one.recipient : []));
  const transport = (await openWay(config, io)(way)) ?? 'it is not configured';
  if (typeof transport === 'string')
    return recipients.map((recipient) => ({ recipient, error: transport }));
  try {
    const parcel = await parcelOf({ letter, messageId, thread: null });
    return await transport.send(parcel, [...new Set(recipients)], AbortSignal.timeout(LIMIT_MS));
  } finally {
    transport.close();
  }
}

/** A signal that neither begins nor ends a scan: to say that all is well would be a lie. */
async function tryHeartbeat(url: string): Promise<readonly Tried[]> {
  const recipient = URL.parse(url)?.host ?? '';
  if (URL.parse(url)?.searchParams.has('status') === true)
    return [{ recipient, error: null, untried: 'its address knows no signal but "up" and "down"' }];
  const { heartbeat, newRunId } = await import('../../notify/heartbeat.ts');
  const signal = AbortSignal.timeout(LIMIT_MS);
  const error = await heartbeat(url, '/log', await newRunId(), 'test by backupmon notify', signal);
  return [{ recipient, error }];
}

export async function notify(context: Context, test: string | true | undefined): Promise<ExitCode> {
  const config = await loadedConfig(context);
  if (test === undefined)
    throw new UserProblem('usage', 'notify sends alarms by itself with every scan', {
      hint: 'backupmon notify --test tries every way out',
    });
  const ways = chosen(config, test);
  becomeOwner(config.database, context.io.uid);
  const { heartbeat } = config.notifications;
  let failed = false;
  for (const way of ways) {
    const tried: readonly Tried[] =
      way === HEARTBEAT && heartbeat !== null
        ? await tryHeartbeat(heartbeat.url)
        : await tryWay(context, config, way);
    for (const one of tried) {
      const { recipient, error } = one;
      const to = recipient === way ? way : `${way} to ${recipient}`;
      if (error !== null) failed = true;
      writeSentence(context.io.out, `${to}: ${wordsFor(one)}`, error === null ? 'ok' : 'critical');
    }
  }
  return failed ? 2 : 0;
}
