/** `backupmon history` for people: one line per recorded conclusion, newest first. */
import { lineOf, type Line } from './lines.ts';
import { clean, columnsOf, inColour, sign, statusText } from './symbols.ts';
import { minuteOf } from './times.ts';
import type { EventView, HistoryView, Screen } from './views.ts';
import { fitEnd, fitMiddle, hanging, padEnd, visibleWidth, wrap } from './width.ts';

const gap = '  ';
/** Of 80 columns this leaves a third for the message. */
const widestJob = 22;

/** `agent/database`; the agent alone for an event that is about no job; backupmon itself where it is about no agent. */
export function eventSubject({ agent, database }: EventView): string {
  if (database !== null) return `${agent}/${database}`;
  return agent === '' ? 'backupmon' : agent;
}

/** The message, with how many alike it stands for, who did it, and why it counts no more. */
export function eventMessage(event: EventView, screen: Screen): string {
  const { count, operator, setAside, message, reason } = event;
  const times = count > 1 ? `${count}${sign('times', screen)} ` : '';
  const aside = setAside === null ? '' : `(set aside: ${clean(setAside, screen)}) `;
  const by = operator === null ? '' : ` (by ${clean(operator, screen, 40)})`;
  return `${aside}${times}${clean(message, screen) || clean(reason, screen)}${by}`;
}

/** A report that was put aside says nothing of the job, good or bad: its reason says why. */
function statusCell({ status, severity, reason }: EventView, screen: Screen): string {
  if (status === 'UNKNOWN' && severity === 'ok')
    return `${sign('dash', screen)} ${clean(reason, screen).replaceAll('_', ' ')}`;
  // "held" is what the status column has no room for; `status JOB` tells it.
  return statusText(status, severity, screen).replace(/, held$/i, '');
}

interface Row {
  readonly event: EventView;
  /** Time, status and subject, padded to the same width in all rows, with colours. */
  readonly lead: string;
}

/** The rows without their messages, and the columns that they take. */
function leads(
  events: readonly EventView[],
  screen: Screen,
  columns: number,
): { rows: Row[]; used: number } {
  const cells = events.map((event) => ({
    status: statusCell(event, screen),
    subject: clean(eventSubject(event), screen),
    event,
  }));
  const widest = (cell: 'status' | 'subject'): number =>
    cells.reduce((width, row) => Math.max(width, visibleWidth(row[cell])), 0);
  const statusWidth = widest('status');
  const spare = Math.floor((columns - 80) / 2);
  const subjectWidth = Math.min(widest('subject'), widestJob + spare);
  const rows = cells.map(({ status, subject, event }) => {
    const severity = event.status === 'UNKNOWN' ? 'pending' : event.severity;
    const word = inColour(severity, padEnd(status, statusWidth), screen);
    const about = padEnd(fitMiddle(subject, subjectWidth, sign('cut', screen)), subjectWidth);
    return { event, lead: `${minuteOf(event.at)}${gap}${word}${gap}${about}` };
  });
  return { rows, used: '2026-06-20 18:40'.length + statusWidth + subjectWidth + 2 * gap.length };
}

/** One line per event; a message that does not fit is cut. No line is wider than the screen (80 columns at least). */
export function eventLines(events: readonly EventView[], screen: Screen): string[] {
  const columns = columnsOf(screen);
  const { rows, used } = leads(events, screen, columns);
  const room = columns - used - gap.length;
  return rows.map(({ event, lead }) =>
    `${lead}${gap}${fitEnd(eventMessage(event, screen), room, sign('cut', screen))}`.trimEnd(),
  );
}

/** The same with every message in full: one that does not fit stands below, indented. */
export function wholeEventLines(events: readonly EventView[], screen: Screen): Line[] {
  const columns = columnsOf(screen);
  const { rows, used } = leads(events, screen, columns);
  const room = columns - used - gap.length;
  return rows.flatMap(({ event, lead }) => {
    const message = eventMessage(event, screen);
    const lines =
      visibleWidth(message) <= room
        ? [`${lead}${gap}${message}`.trimEnd()]
        : [lead.trimEnd(), ...hanging('    ', message, columns)];
    return lines.map((line) => lineOf(line, event.severity));
  });
}

/** Times are UTC, as the closing line says. */
export function renderHistory(view: HistoryView, screen: Screen): string {
  if (view.events.length === 0) return 'Nothing recorded that matches.\n';
  const columns = columnsOf(screen);
  const shown = view.events.length === 1 ? '1 conclusion' : `${view.events.length} conclusions`;
  const more = view.limited ? '; older ones are recorded: --limit N shows more' : '';
  const closing = wrap(`${shown}, newest first, times in UTC${more}`, columns);
  return [
    ...eventLines(view.events, screen),
    '',
    ...closing.map((line) => screen.paint.dim(line)),
    '',
  ].join('\n');
}
