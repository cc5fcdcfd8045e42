/** `backupmon history` for people: one line per recorded conclusion, newest first. */
import { clean, columnsOf, inColour, sign, statusText } from './symbols.ts';
import { minuteOf } from './times.ts';
import type { EventView, HistoryView, Screen } from './views.ts';
import { fitEnd, fitMiddle, padEnd, visibleWidth, wrap } from './width.ts';

const gap = '  ';
/** Of 80 columns this leaves a third for the message. */
const widestJob = 22;

/** `agent/database`, or the agent alone for an event that is about no job. */
export const eventSubject = ({ agent, database }: EventView): string =>
  database === null ? agent : `${agent}/${database}`;

/** The message, with how many alike it stands for, who did it, and why it counts no more. */
export function eventMessage(event: EventView, screen: Screen): string {
  const { count, operator, setAside, message, reason } = event;
  const times = count > 1 ? `${count}${sign('times', screen)} ` : '';
  const aside = setAside === null ? '' : `(set aside: ${clean(setAside, screen)}) `;
  const by = operator === null ? '' : ` (by ${clean(operator, screen, 40)})`;
  return `${aside}${times}${clean(message, screen) || clean(reason, screen)}${by}`;
}

/** One line per event; the status is in the colour of its severity. No line is wider than `columns`. */
export function eventLines(
  events: readonly EventView[],
  screen: Screen,
  columns: number,
): string[] {
  const mark = sign('cut', screen);
  const rows = events.map((event) => ({
    event,
    // "held" is what the status column has no room for; `status JOB` tells it.
    status: statusText(event.status, event.severity, screen).replace(/, held$/i, ''),
    subject: clean(eventSubject(event), screen),
  }));
  const widest = (cell: 'status' | 'subject'): number =>
    rows.reduce((width, row) => Math.max(width, visibleWidth(row[cell])), 0);
  const statusWidth = widest('status');
  const spare = Math.max(0, columns - 80);
  const subjectWidth = Math.min(widest('subject'), widestJob + Math.floor(spare / 2));
  return rows.map(({ event, status, subject }) => {
    const before = `${minuteOf(event.at)}${gap}`;
    const job = padEnd(fitMiddle(subject, subjectWidth, mark), subjectWidth);
    const used = before.length + statusWidth + subjectWidth + 2 * gap.length;
    const message = fitEnd(eventMessage(event, screen), columns - used, mark);
    const painted = inColour(event.severity, padEnd(status, statusWidth), screen);
    return `${before}${painted}${gap}${job}${gap}${message}`.trimEnd();
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
    ...eventLines(view.events, screen, columns),
    '',
    ...closing.map((line) => screen.paint.dim(line)),
    '',
  ].join('\n');
}
