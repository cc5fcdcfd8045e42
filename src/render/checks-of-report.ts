/** The first half of the chain: the report, what the agent says about its stages, and the bytes that arrived. */
import { exactBytes } from '../core/bytes.ts';
import { formatDuration } from '../core/duration.ts';
import type { Stage, StageName } from '../core/report.ts';
import { inBothZones, ruleText, type Check } from './check.ts';
import { clean } from './symbols.ts';
import type { EventView, JobDetailView, Screen } from './views.ts';

const rulesOfTime = ['schedule', 'timezone', 'grace', 'early'] as const;

/** What a report does or should do for its cycle, and when that is due and overdue. */
function cycleLines(what: string, cycle: number | null, { job }: JobDetailView): string[] {
  const { grace, timezone } = job.job.rules;
  if (cycle === null) return [`${what}: none is recorded`];
  return [
    what,
    `due ${inBothZones(cycle, timezone)}`,
    `deadline ${inBothZones(cycle + grace, timezone)}`,
  ];
}

function noReport(view: JobDetailView): Pick<Check, 'mark' | 'lines'> {
  const { status, reason, cycle } = view.job.standing;
  if (status === 'MISSING') {
    const verb = reason === 'not_judged' ? 'none could be judged for' : 'none covers';
    return { mark: 'failed', lines: cycleLines(`${verb} the cycle`, cycle, view) };
  }
  const what = status === 'UNKNOWN' ? 'none judged yet' : 'this conclusion rests on no report';
  return { mark: 'not_made', lines: [what] };
}

export function reportCheck(view: JobDetailView, screen: Screen): Check {
  const report = view.event?.report ?? null;
  const { timezone } = view.job.job.rules;
  const rules = rulesOfTime.map((name) => ruleText(view, name, screen));
  if (report === null) {
    const { mark, lines } = noReport(view);
    return { mark, title: 'report', lines: [...lines, ...rules] };
  }
  const lines = [
    clean(report.file, screen),
    `ended ${inBothZones(report.endedAt, timezone)}`,
    ...cycleLines('counts for the cycle', view.event?.cycle ?? null, view),
    ...rules,
  ];
  return { mark: 'passed', title: 'report', lines };
}

const absent: Readonly<Record<StageName, string>> = {
  backup: 'not reported',
  compress: 'not reported: the dump is transferred as it is',
  transfer: 'not reported',
};

function stageCheck(name: StageName, stage: Stage | null, screen: Screen): Check {
  if (stage === null) return { mark: 'not_made', title: name, lines: [absent[name]] };
  const { ok, startedAt, finishedAt, error } = stage;
  const word =
    ok === null ? 'status unreadable' : `the agent reports ${ok ? 'success' : 'failure'}`;
  const known = startedAt !== null && finishedAt !== null && finishedAt >= startedAt;
  const duration = known ? `, took ${formatDuration(finishedAt - startedAt)}` : '';
  const lines = [
    word + duration,
    ...(error === null || error === ''
      ? []
      : [`the agent's words: "${clean(error, screen, 600)}"`]),
  ];
  return { mark: ok === true ? 'passed' : 'failed', title: name, lines };
}

export function stageChecks({ event }: JobDetailView, screen: Screen): Check[] {
  const stages = event?.report?.stages;
  if (stages === undefined) return [];
  const names = ['backup', 'compress', 'transfer'] as const;
  return names.map((name) => stageCheck(name, stages[name], screen));
}

/** Why a file failed before anything of it was read, by the reason of the conclusion. */
const unread: Readonly<Record<string, string>> = {
  file_absent: 'expected in the drop zone, not found',
  unsafe_file: 'found, but it is no regular file of its own: not read',
  changed_while_read: 'changed while it was read: what was read proves nothing',
};

function fileCheck(event: EventView, view: JobDetailView, screen: Screen): Check {
  const { name, found } = event.file ?? { name: null, found: { size: null } };
  const title = 'file';
  const settle = ruleText(view, 'settle', screen);
  const failure = unread[event.reason];
  const named = name === null ? 'no usable name' : clean(name, screen);
  if (found.size !== null) return { mark: 'passed', title, lines: [`${named}: found`] };
  if (failure !== undefined) {
    return { mark: 'failed', title, lines: [`${named}: ${failure}`, settle] };
  }
  return { mark: 'not_made', title, lines: [`${named}: not looked at`] };
}

function sizeCheck({ file }: EventView): Check {
  const title = 'size';
  const expected = file?.expected.size ?? null;
  const found = file?.found.size ?? null;
  if (found === null) {
    const reported = expected === null ? '' : `; the agent reports ${exactBytes(expected)}`;
    return { mark: 'not_made', title, lines: [`not checked${reported}`] };
  }
  if (expected === null) {
    return {
      mark: 'not_made',
      title,
      lines: [`not checked: none reported; ${exactBytes(found)} found`],
    };
  }
  if (expected === found) {
    return { mark: 'passed', title, lines: [`${exactBytes(found)}, as reported`] };
  }
  return {
    mark: 'failed',
    title,
    lines: [`expected ${exactBytes(expected)}`, `found    ${exactBytes(found)}`],
  };
}

/** How much of a hash tells it from others when nothing is wrong with it. */
const shortHash = 12;

function hashCheck({ file }: EventView, screen: Screen): Check {
  const title = 'SHA-256';
  const expected = file?.expected.sha256 ?? null;
  const found = file?.found.sha256 ?? null;
  const cut = screen.unicode ? '…' : '...';
  if (found === null) {
    const early = file !== null && file.found.size !== null;
    const why = early ? ': the size differs already' : '';
    return { mark: 'not_made', title, lines: [`not checked${why}`] };
  }
  if (expected === null) return { mark: 'not_made', title, lines: ['none reported; found', found] };
  if (expected === found) {
    return { mark: 'passed', title, lines: [`${found.slice(0, shortHash)}${cut}, as reported`] };
  }
  return { mark: 'failed', title, lines: ['expected', expected, 'found', found] };
}

/** What arrived: present, as large as reported, with the hash reported. Nothing of it without an event. */
export function arrivalChecks(view: JobDetailView, screen: Screen): Check[] {
  const { event } = view;
  if (event === null || (event.report === null && event.file === null)) return [];
  return [fileCheck(event, view, screen), sizeCheck(event), hashCheck(event, screen)];
}
