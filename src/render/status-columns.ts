/**
 * The rows of the status table, laid out.
 *
 * The widths are ours (names are cut in their middle, because they differ at their ends); cli-table3 draws up to 50 rows. It
 * takes seconds for 10,000, so longer lists are joined plainly: both look the same, and a test holds them to it.
 */
import Table from 'cli-table3';
import { bytes } from '../core/bytes.ts';
import { sparkline } from './sparkline.ts';
import { clean, columnsOf, inColour, sign, statusText } from './symbols.ts';
import { minuteOf, roughly, shortMoment } from './times.ts';
import type { JobView, Screen } from './views.ts';
import { fitMiddle, padEnd, padStart, visibleWidth } from './width.ts';

/** Cells in the order of the columns; the job is the one that gives way. */
type Row = readonly [
  status: string,
  job: string,
  lastGood: string,
  size: string,
  trend: string,
  next: string,
];
type Widths = readonly number[];

const heads: Row = ['STATUS', 'JOB', 'LAST GOOD, UTC', 'SIZE', 'TREND', 'NEXT DUE'];
const jobColumn = 1;
const sizeColumn = 3;
const trendColumn = 4;

/** What is given up, in this order, before a name is cut short: space between columns, then part of the trend. */
const layouts = [
  { gap: 2, trend: 8 },
  { gap: 1, trend: 8 },
  { gap: 1, trend: 5 },
] as const;
/** A longer name is cut before anything else is given up for it. */
const jobWanted = 24;

const day = 24 * 3_600_000;

function lastGood({ lastSuccessAt }: JobView, now: number): string {
  if (lastSuccessAt === null) return 'never';
  return `${shortMoment(lastSuccessAt, now)} ${roughly(now - lastSuccessAt)}`;
}

/** At most 13 columns: the next due time, and before it where the current cycle stands if not as it should. */
function nextDue({ standing, cycleState }: JobView, now: number): string {
  const due = standing.nextDue;
  if (cycleState === 'arriving') return 'arriving';
  if (due === null) return cycleState === 'missed' ? 'missed' : '';
  if (cycleState === 'late') return `late ${roughly(now - due)}`;
  if (cycleState !== 'missed') return shortMoment(due, now);
  const text = minuteOf(due);
  return `missed, ${due - now < day ? text.slice(11) : text.slice(5, 10)}`;
}

function rowOf(view: JobView, now: number, screen: Screen): Row {
  const { status, severity } = view.standing;
  return [
    // "held" is told below the table, with the command that ends it.
    statusText(status, severity, screen).replace(/, held$/i, ''),
    clean(view.job.id, screen),
    lastGood(view, now),
    view.newest === null ? '' : bytes(view.newest.size).replace(/ bytes?$/, ' B'),
    sparkline(view.sizes, layouts[0].trend, screen.unicode),
    nextDue(view, now),
  ];
}

/** The widest cell of each column, its head included. */
function naturalWidths(rows: readonly Row[]): number[] {
  const widths = heads.map((head) => head.length);
  for (const row of rows) {
    row.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, visibleWidth(cell));
    });
  }
  return widths;
}

/** The first layout in which the names fit, else the last one, with the job column as wide as there is room. */
function layOut(natural: readonly number[], columns: number): { widths: Widths; gap: number } {
  const name = natural[jobColumn] ?? 0;
  const options = layouts.map(({ gap, trend }) => {
    const widths = natural.with(trendColumn, Math.min(natural[trendColumn] ?? 0, trend));
    const others = widths.reduce((sum, width) => sum + width + gap, 0) - name - gap;
    return { widths: widths.with(jobColumn, Math.min(name, columns - others)), gap };
  });
  const enough = Math.min(name, jobWanted);
  const fits = options.find(({ widths }) => (widths[jobColumn] ?? 0) >= enough);
  return fits ?? (options.at(-1) as (typeof options)[number]);
}

function cellsOf(row: Row, widths: Widths, screen: Screen): string[] {
  return row.map((cell, column) => {
    const width = widths[column] ?? 0;
    if (column === sizeColumn) return padStart(cell, width);
    if (column === trendColumn) return padStart(cell.slice(-width), width);
    return padEnd(fitMiddle(cell, width, sign('cut', screen)), width);
  });
}

const rowsDrawn = 50;

const borderless = Object.fromEntries(
  [
    'top top-mid top-left top-right bottom bottom-mid bottom-left bottom-right',
    'left left-mid mid mid-mid right right-mid middle',
  ].flatMap((names) => names.split(' ').map((name) => [name, ''])),
);

/** Rows of cells that are padded already, as lines. */
function draw(rows: readonly (readonly string[])[], gap: string): string[] {
  if (rows.length > rowsDrawn) return rows.map((row) => row.join(gap).trimEnd());
  const table = new Table({
    chars: { ...borderless, middle: gap },
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
  });
  table.push(...rows.map((row) => [...row]));
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd());
}

/** The head line and one line per job, in the order given. Never wider than the screen, or 80 columns if that is less. */
export function statusLines(jobs: readonly JobView[], now: number, screen: Screen): string[] {
  const rows = jobs.map((view) => rowOf(view, now, screen));
  const { widths, gap } = layOut(naturalWidths(rows), columnsOf(screen));
  const cells = rows.map((row, index) => {
    const [status = '', ...others] = cellsOf(row, widths, screen);
    // Colour comes after the padding: escape sequences take no column.
    return [inColour(jobs[index]?.standing.severity ?? 'ok', status, screen), ...others];
  });
  const space = ' '.repeat(gap);
  const head = cellsOf(heads, widths, screen).join(space).trimEnd();
  return [screen.paint.dim(head), ...draw(cells, space)];
}
