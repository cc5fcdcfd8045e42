/** `backupmon snooze`: no alarms about a job or an agent for a while. */
import { occurrencesOf } from '../../calendar/occurrences.ts';
import { formatDuration, parseDuration } from '../../core/duration.ts';
import { formatInstant } from '../../core/instant.ts';
import type { Config } from '../../core/job.ts';
import { forPeople } from '../../core/text.ts';
import { insertNotice } from '../../db/events.ts';
import { glanceAtJobs } from '../../db/jobs.ts';
import { openDatabase, transaction, withDatabase } from '../../db/open.ts';
import type { Database } from '../../db/schema.ts';
import { deleteSnooze, putSnooze, snoozesAt } from '../../db/snoozes.ts';
import { presentMutes } from '../../views/status-view.ts';
import { loadedConfig, writeSentence, type Context, type ExitCode } from '../context.ts';
import { operatorOf } from '../operator.ts';
import { becomeOwner } from '../owner.ts';
import { UserProblem } from '../problems.ts';
import { parseName, selector } from '../selection.ts';

export interface SnoozeOptions {
  readonly for?: string;
  readonly reason?: string;
  readonly off?: boolean;
}

const MINUTE_MS = 60_000;
/** What is silent for longer than a year is not expected: `enabled: false` says so. */
const LONGEST_MS = 366 * 24 * 3_600_000;

function durationOf({ for: text, off, reason }: SnoozeOptions): number | null {
  if (off === true) {
    if (text === undefined && reason === undefined) return null;
    throw new UserProblem('usage', '--off takes neither --for nor --reason');
  }
  if (text === undefined)
    throw new UserProblem('usage', 'snooze needs --for, or --off', {
      hint: 'how long no alarms are sent: --for 12h, --for 3d',
    });
  const duration = parseDuration(text);
  if (duration === null)
    throw new UserProblem('usage', `--for ${text} is no duration`, {
      hint: 'give one such as 12h, 3d or 2w',
    });
  if (duration > LONGEST_MS)
    throw new UserProblem('usage', `--for ${text} is longer than a year`, {
      hint: 'a backup that is not expected any more has `enabled: false` in the configuration',
    });
  return duration;
}

/** Recorded, so that the history tells why nobody heard of something. */
async function recordEvent(
  db: Database,
  name: string,
  now: number,
  operator: string,
  reason: 'snoozed' | 'snooze_ended',
  message: string,
): Promise<void> {
  const { agent, database } = parseName(name);
  const job = database === null ? undefined : (await glanceAtJobs(db)).get(name);
  await insertNotice(db, {
    scanId: null,
    jobId: job?.id ?? null,
    agent,
    at: now,
    severity: 'ok',
    reason,
    message,
    operator,
    count: 1,
  });
}

const ofJob = (name: string): string => `alarms about ${name}`;

async function change(
  db: Database,
  name: string,
  now: number,
  operator: string,
  duration: number | null,
  reason: string | null,
): Promise<string> {
  if (duration === null) {
    const known = (await snoozesAt(db, now)).some((one) => one.name === name);
    if (!known) return `${ofJob(name)} are not snoozed: nothing to do`;
    await transaction(db, async () => {
      await deleteSnooze(db, name);
      await recordEvent(db, name, now, operator, 'snooze_ended', 'alarms are sent again');
    });
    return `${ofJob(name)} are sent again`;
  }
  // To the minute, as it is shown: alarms begin again when that has passed.
  const until = Math.ceil((now + duration) / MINUTE_MS) * MINUTE_MS;
  const why = reason === null ? '' : `: ${reason}`;
  await transaction(db, async () => {
    await putSnooze(db, { name, until, reason, operator, at: now });
    const message = `no alarms until ${formatInstant(until)}${why}`;
    await recordEvent(db, name, now, operator, 'snoozed', message);
  });
  return `no ${ofJob(name)} until ${formatInstant(until)}, for ${formatDuration(duration)}; \`backupmon snooze ${name} --off\` ends that`;
}

async function list({ io }: Context, config: Config): Promise<ExitCode> {
  return withDatabase<ExitCode>(config.database, 'read', async (db) => {
    const mutes = await presentMutes({ db, config, calendar: occurrencesOf, now: io.now() });
    for (const { jobs, until, reason, operator } of mutes) {
      const by = operator === null ? 'maintenance' : `by ${operator}`;
      const why = reason === null ? '' : `: ${reason}`;
      const names = jobs === null ? 'everything' : jobs.join(', ');
      writeSentence(io.out, `${names} until ${formatInstant(until)} (${by})${why}`, 'ok');
    }
    if (mutes.length === 0) writeSentence(io.out, 'nothing is snoozed', 'ok');
    return 0;
  });
}

export async function snooze(
  context: Context,
  name: string | undefined,
  options: SnoozeOptions,
): Promise<ExitCode> {
  const config = await loadedConfig(context);
  if (name === undefined) {
    if (options.for !== undefined || options.reason !== undefined || options.off === true)
      throw new UserProblem('usage', 'which job or agent? none was named', {
        hint: 'backupmon snooze AGENT/DATABASE --for 3d',
      });
    return list(context, config);
  }
  selector([name], config.jobs);
  const duration = durationOf(options);
  const operator = operatorOf(context);
  const reason = options.reason === undefined ? null : forPeople(options.reason);
  becomeOwner(config.database, context.io.uid);
  await openDatabase(config.database, 'read').close();
  return withDatabase<ExitCode>(config.database, 'write', async (db) => {
    const said = await change(db, name, context.io.now(), operator, duration, reason);
    if (context.options.quiet !== true) writeSentence(context.io.out, said, 'ok');
    return 0;
  });
}
