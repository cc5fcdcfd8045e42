/** `backupmon history`: what was concluded, newest first. */
import { parseDuration } from '../../core/duration.ts';
import type { Config } from '../../core/job.ts';
import { formatInstant, parseInstant } from '../../core/instant.ts';
import { catalogue, statuses, type Status } from '../../core/statuses.ts';
import { agentsWithEvents } from '../../db/agents.ts';
import { listEvents } from '../../db/events.ts';
import { knownJobs } from '../../db/jobs.ts';
import { withDatabase } from '../../db/open.ts';
import type { Database } from '../../db/schema.ts';
import { loadedConfig, writeLines, writePieces, type Context, type ExitCode } from '../context.ts';
import { UserProblem } from '../problems.ts';
import { parseName, selector, type JobName } from '../selection.ts';
import { toEventView } from '../../views/status-view.ts';

const PEOPLE_LIMIT = 20;

export interface HistoryOptions {
  readonly since?: string;
  readonly until?: string;
  readonly status?: string;
  readonly limit?: string;
}

/** A span back from now (`7d`), a date, or a date with time, in the configuration's zone. */
function instantOf(option: string, text: string, now: number, zone: string): number {
  const span = parseDuration(text);
  if (span !== null) return now - span;
  const instant = parseInstant(/^\d{4}-\d\d-\d\d$/u.test(text) ? `${text}T00:00` : text, zone);
  if (instant !== null) return instant;
  throw new UserProblem('usage', `--${option} ${text} is no time`, {
    hint: 'give a span such as 7d or 12h, a date such as 2026-06-20, or 2026-06-20T18:00',
  });
}

/** The code name of a status, and the words that people see for it: `size anomaly, held` are two. */
const namesOf = (status: Status): string[] =>
  [status, ...catalogue[status].label.split(',')].map(plainWord);

const plainWord = (text: string): string =>
  text
    .trim()
    .toLowerCase()
    .replaceAll(/[\s_-]+/gu, ' ');

function statusesOf(text: string | undefined): Status[] {
  if (text === undefined) return [];
  return text.split(',').map((word) => {
    const found = statuses.find((status) => namesOf(status).includes(plainWord(word)));
    if (found !== undefined) return found;
    throw new UserProblem('usage', `--status ${text}: "${word}" is no status`, {
      hint: `one or more, separated by commas, of ${statuses.join(', ')}`,
    });
  });
}

function limitOf(text: string | undefined, json: boolean): number | null {
  if (text === undefined) return json ? null : PEOPLE_LIMIT;
  if (/^[1-9]\d{0,8}$/u.test(text)) return Number(text);
  throw new UserProblem('usage', `--limit ${text} is no whole number above 0`);
}

/** Jobs of the configuration and of the past, and agents of which only reports were refused. */
async function everyName(config: Config, db: Database): Promise<JobName[]> {
  const agents = await agentsWithEvents(db);
  return [
    ...config.jobs,
    ...(await knownJobs(db)),
    ...agents.map((agent) => ({ agent, database: null })),
  ];
}

export async function history(
  context: Context,
  names: readonly string[],
  options: HistoryOptions,
): Promise<ExitCode> {
  const limit = limitOf(options.limit, context.json);
  const statusFilter = statusesOf(options.status);
  const config = await loadedConfig(context);
  const now = context.io.now();
  const at = (name: 'since' | 'until'): number | null => {
    const text = options[name];
    return text === undefined ? null : instantOf(name, text, now, config.timezone);
  };
  const [since, until] = [at('since'), at('until')];
  if (since !== null && until !== null && until <= since) {
    throw new UserProblem(
      'usage',
      `--until ${options.until} (${formatInstant(until)}) is not after --since ${options.since} (${formatInstant(since)})`,
    );
  }
  return withDatabase<ExitCode>(config.database, 'read', async (db) => {
    if (names.length > 0) selector(names, await everyName(config, db));
    const events = await listEvents(db, {
      jobs: names.map(parseName),
      since,
      until,
      statuses: statusFilter,
      // One more, to know whether there are more.
      limit: limit === null ? null : limit + 1,
    });
    const view = {
      now,
      events: events.slice(0, limit ?? undefined).map((event) => toEventView(config, event)),
      limited: limit !== null && events.length > limit,
    };
    if (context.json) {
      const { historyDocument, jsonPieces } = await import('../../render/json/index.ts');
      writePieces(context.io.out, jsonPieces(historyDocument(view)));
    } else if (context.options.quiet !== true) {
      const { renderHistory } = await import('../../render/history-table.ts');
      writeLines(context.io.out, renderHistory(view, context.outScreen), 'ok');
    }
    return 0;
  });
}
