/** What stands below the status table: facts that are no status, each with what to do about it. */
import { bytes } from '../core/bytes.ts';
import type { Mute } from '../core/mute.ts';
import { assurances, type Severity } from '../core/statuses.ts';
import { lineOf, type Line } from './lines.ts';
import { clean, columnsOf, inColour, shellWord, sign, symbolOf } from './symbols.ts';
import { minuteOf } from './times.ts';
import type {
  HeldView,
  JobView,
  Screen,
  StatusView,
  UndeliveredView,
  UnexpectedView,
} from './views.ts';
import { hanging } from './width.ts';

export interface Remark {
  readonly severity: Severity;
  readonly text: string;
}

/** More files of one job than this in the drop zone are told (contract, section 5). */
const depositFilesTold = 10;
/** Names of unexpected databases that are listed; the rest is counted. */
const namesTold = 10;

/** The command that promotes a job's held copy. */
export const promoteCommand = (job: string, screen: Screen): string =>
  `backupmon promote ${shellWord(clean(job, screen))}`;

/** Names of jobs that one cause blocks; the rest is counted. */
const jobsTold = 3;

const warning = (text: string): Remark => ({ severity: 'warning', text });

function heldText(held: HeldView, job: string, screen: Screen): string {
  const inARow = held.cycles > 1 ? `, ${held.cycles} cycles in a row` : '';
  const what = `${bytes(held.size)} held since ${minuteOf(held.heldAt)} UTC${inARow}`;
  return `${what}; if it is right: ${promoteCommand(job, screen)}`;
}

function blockedText(blocked: NonNullable<JobView['blocked']>, screen: Screen): string {
  const cause = `${clean(blocked.message, screen)} (${clean(blocked.reason, screen)})`;
  return `blocked since ${minuteOf(blocked.since)} UTC, not judged: ${cause}`;
}

/** One remark for each cause, not for each job: a folder that is not mounted blocks them all. */
function blockedRemarks(jobs: readonly JobView[], screen: Screen): Remark[] {
  const causes = Map.groupBy(
    jobs.flatMap(({ job, blocked }) =>
      blocked === null ? [] : [{ id: clean(job.id, screen), text: blockedText(blocked, screen) }],
    ),
    ({ text }) => text,
  );
  return [...causes].map(([text, list]) => {
    const names = list.slice(0, jobsTold).map(({ id }) => id);
    const more = list.length - names.length;
    return warning(`${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}: ${text}`);
  });
}

/** Newest versions of which less was proved than the rules ask for: nothing is wrong with them, but green says less than it seems. */
function lessProved(jobs: readonly JobView[], screen: Screen): Remark[] {
  const less = jobs.filter(({ expected, newest, job }) => {
    const proved = newest?.assurance ?? null;
    return (
      expected &&
      proved !== null &&
      assurances.indexOf(proved) < assurances.indexOf(job.rules.verify)
    );
  });
  if (less.length === 0) return [];
  const names = less.slice(0, jobsTold).map(({ job }) => clean(job.id, screen));
  const more = less.length - names.length;
  const list = `${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
  const [first] = less;
  const command = `backupmon status ${shellWord(clean(first?.job.id ?? '', screen))}`;
  const text = `${list}: less was proved of the newest version than \`verify\` asks for; why: ${command}`;
  return [{ severity: 'pending', text }];
}

/** One remark for all that are snoozed until the same time for the same reason. */
function snoozedRemarks(jobs: readonly JobView[], screen: Screen): Remark[] {
  const groups = Map.groupBy(
    jobs.flatMap(({ job, snoozed }) =>
      snoozed === null ? [] : [{ id: clean(job.id, screen), text: snoozedText(snoozed, screen) }],
    ),
    ({ text }) => text,
  );
  return [...groups].map(([text, list]) => {
    const names = list.slice(0, jobsTold).map(({ id }) => id);
    const more = list.length - names.length;
    const who = `${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
    return { severity: 'pending', text: `${who}: ${text}` };
  });
}

function snoozedText({ until, reason, operator }: Mute, screen: Screen): string {
  const by = operator === null ? 'maintenance' : `by ${clean(operator, screen, 40)}`;
  const why = reason === null ? '' : `: ${clean(reason, screen)}`;
  return `no alarms until ${minuteOf(until)} UTC (${by})${why}`;
}

/** One remark for each way out: all that waits there fails for the same reason, most of the time. */
function undeliveredRemarks(list: readonly UndeliveredView[], screen: Screen): Remark[] {
  const byWay = Map.groupBy(list, ({ way }) => way);
  return [...byWay].map(([way, waiting]) => {
    const [oldest] = waiting;
    const recipients = [...new Set(waiting.map(({ recipient }) => clean(recipient, screen)))];
    const names = recipients.slice(0, jobsTold).join(', ');
    const more = recipients.length - jobsTold;
    const to = `${names}${more > 0 ? ` and ${more} more` : ''}`;
    const error = waiting.findLast((one) => one.error !== null)?.error ?? 'not tried yet';
    const alarms = waiting.length === 1 ? '1 alarm is' : `${waiting.length} alarms are`;
    const since = `the oldest since ${minuteOf(oldest?.since ?? 0)} UTC`;
    return warning(
      `${alarms} not delivered by ${clean(way, screen)} to ${to}, ${since}: ${clean(error, screen)}`,
    );
  });
}

/** About one job, each beginning with its name unless `named` is false: then with what blocks it, too. */
export function jobRemarks(view: JobView, screen: Screen, named = true): Remark[] {
  const { blocked, held, depositFiles, job, snoozed } = view;
  const lead = named ? `${clean(job.id, screen)}: ` : '';
  const remarks: Remark[] = [];
  if (!view.expected) {
    const text = `${lead}not expected any more: disabled, or removed from the configuration`;
    remarks.push({ severity: 'pending', text });
  }
  if (blocked !== null && !named) {
    remarks.push(warning(blockedText(blocked, screen)));
  }
  if (snoozed !== null && !named) {
    remarks.push({ severity: 'pending', text: snoozedText(snoozed, screen) });
  }
  if (held !== null) remarks.push(warning(lead + heldText(held, job.id, screen)));
  if (depositFiles > depositFilesTold) {
    remarks.push(warning(`${lead}${depositFiles} files pile up in the drop zone`));
  }
  return remarks;
}

/** Databases that an agent reports and no job expects. */
export function unexpectedRemark(view: UnexpectedView, screen: Screen): Remark {
  const names = view.names.slice(0, namesTold).map((name) => clean(name, screen, 60));
  const more = view.count > names.length ? `, and ${view.count - names.length} more` : '';
  const databases = view.count === 1 ? '1 database' : `${view.count} databases`;
  return {
    severity: 'pending',
    text: `${clean(view.agent, screen)} reports ${databases} that no job expects: ${names.join(', ')}${more}`,
  };
}

/** Everything but the statuses, in the order of weight. */
export function statusRemarks(view: StatusView, screen: Screen): Remark[] {
  const { scanOverdue } = view;
  return [
    ...(scanOverdue === null
      ? []
      : [{ severity: 'critical' as const, text: clean(scanOverdue, screen) }]),
    ...blockedRemarks(view.jobs, screen),
    ...view.jobs.flatMap((job) => jobRemarks(job, screen)),
    ...lessProved(view.jobs, screen),
    ...view.unexpected.map((unexpected) => unexpectedRemark(unexpected, screen)),
    ...snoozedRemarks(view.jobs, screen),
    ...undeliveredRemarks(view.undelivered, screen),
    ...view.notes.map((note) => warning(clean(note, screen))),
  ];
}

/** Wrapped lines; an agent that is merely unexpected has a bullet and no alarm sign. */
export function remarkLines(remarks: readonly Remark[], screen: Screen): Line[] {
  return remarks.flatMap(({ severity, text }) => {
    const symbol = severity === 'pending' ? sign('bullet', screen) : symbolOf(severity, screen);
    const [first = '', ...rest] = hanging(`${symbol} `, text, columnsOf(screen));
    return [inColour(severity, first, screen), ...rest].map((line) => lineOf(line, severity));
  });
}
