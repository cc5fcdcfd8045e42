/**
 * One answer for Nagios and its kin, in the format of the Monitoring Plugins' guidelines: a line with performance data,
 * then a line for each problem. ASCII, so that bytes are characters and nothing is ever cut inside one.
 */
import { catalogue, type Severity } from '../core/statuses.ts';
import { countsText } from './status-table.ts';
import { clean } from './symbols.ts';
import type { JobView, StatusView } from './views.ts';
import { fitEnd, fitMiddle } from './width.ts';

/** NRPE v2 carries 1,024 bytes, the closing NUL among them. */
const longestAnswer = 1023;
/** The text before `|` stays under 80 characters. */
const longestText = 79;
const longestLine = 200;

const words: Readonly<Record<Severity, string>> = {
  ok: 'OK',
  pending: 'OK',
  warning: 'WARNING',
  critical: 'CRITICAL',
};

/** Nagios ends text at `|`, and strips the others from what it hands to commands (illegal_macro_output_chars). */
const harmless = (text: string, limit?: number): string =>
  clean(text, { unicode: false }, limit)
    .replaceAll(/[|`$<>]/g, '')
    .replaceAll(/ {2,}/g, ' ');

const statusWord = ({ standing }: JobView): string =>
  catalogue[standing.status].label.toUpperCase();

const isProblem = ({ standing }: JobView): boolean =>
  standing.severity === 'critical' || standing.severity === 'warning';

function firstLine(view: StatusView, problems: readonly JobView[]): string {
  const head = `BACKUPMON ${words[view.severity]} - ${countsText(view.summary)}`;
  const [worst] = problems;
  if (view.scanOverdue !== null) return fitEnd(`${head}; scan overdue`, longestText, '~');
  if (worst === undefined) return fitEnd(head, longestText, '~');
  const status = statusWord(worst);
  const room = longestText - head.length - status.length - ': '.length - ' '.length;
  if (room < 8) return fitEnd(head, longestText, '~');
  return `${head}: ${fitMiddle(harmless(worst.job.id), room, '~')} ${status}`;
}

/** `'label'=value[UOM];[warn];[crit];[min];[max]`: counts from 0, and the age of the last scan's start in seconds. */
function performanceData({ summary, lastScan, now }: StatusView): string {
  const counts = (['total', 'ok', 'warning', 'critical', 'pending'] as const).map(
    (name) => `${name}=${summary[name]};;;0`,
  );
  if (lastScan === null) return counts.join(' ');
  const age = Math.max(0, Math.floor((now - lastScan.startedAt) / 1000));
  return [...counts, `last_scan_age=${age}s;;;0`].join(' ');
}

function problemLine(view: JobView): string {
  const { severity, message } = view.standing;
  const line = `${words[severity]} ${harmless(view.job.id, 100)} ${statusWord(view)}: ${harmless(message)}`;
  return fitEnd(line, longestLine, '~');
}

/** As many lines as there is room for, worst first, and how many there was none for. */
function withinLimit(first: string, lines: readonly string[]): string {
  const closing = (left: number): string => `... and ${left} more`;
  const kept = [first];
  let length = first.length;
  for (const [index, line] of lines.entries()) {
    const left = lines.length - index;
    const reserve = left === 1 ? 0 : closing(left - 1).length + 1;
    if (length + 1 + line.length + reserve > longestAnswer - 1)
      return [...kept, closing(left)].join('\n');
    kept.push(line);
    length += 1 + line.length;
  }
  return kept.join('\n');
}

/** At most 1,023 bytes with the closing line feed. */
export function renderNagios(view: StatusView): string {
  const problems = view.jobs.filter(isProblem);
  const lines = [
    ...(view.scanOverdue === null ? [] : [`CRITICAL ${harmless(view.scanOverdue, 190)}`]),
    ...problems.map(problemLine),
  ];
  const first = `${firstLine(view, problems)} | ${performanceData(view)}`;
  return `${withinLimit(first, lines)}\n`;
}

/** The answer where there is none: no database, no configuration. Exit code 3 goes with it. */
export const renderNagiosUnknown = (message: string): string =>
  `${fitEnd(`BACKUPMON UNKNOWN - ${harmless(message)}`, longestText, '~')}\n`;
