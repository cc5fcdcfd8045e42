/** A digest as plain text: one line for each job, then what is held, blocked and snoozed. */
import type { DigestLetter } from '../../core/letter.ts';
import { fitMiddle, hanging, padEnd, padStart, visibleWidth, wrap } from '../width.ts';
import { digestWords, type DigestRow, type Section } from './digest-words.ts';

const cells = [
  'status',
  'name',
  'size',
  'trend',
  'versions',
  'lastGood',
  'nextDue',
] as const satisfies readonly (keyof DigestRow)[];
type Cell = (typeof cells)[number];

const heads: Readonly<Record<Cell, string>> = {
  status: 'STATUS',
  name: 'JOB',
  size: 'SIZE',
  trend: 'TREND',
  versions: 'KEPT',
  lastGood: 'LAST GOOD',
  nextDue: 'NEXT DUE',
};
const atRight: ReadonlySet<Cell> = new Set(['size', 'versions']);
/** Names are cut in their middle, but never to less than this: then lines are longer than they should be. */
const shortestName = 20;

/** The first of two gaps with which the names fit, else the smaller one. */
function layOut(rows: readonly Readonly<Record<Cell, string>>[], columns: number) {
  const widths = Object.fromEntries(
    cells.map((cell) => [cell, Math.max(...rows.map((row) => visibleWidth(row[cell])))]),
  ) as Record<Cell, number>;
  const others = cells.reduce((sum, cell) => sum + (cell === 'name' ? 0 : widths[cell]), 0);
  const room = (gap: number): number => columns - others - gap * (cells.length - 1);
  const gap = widths.name <= room(2) ? 2 : 1;
  const name = Math.min(widths.name, Math.max(shortestName, room(gap)));
  return { widths: { ...widths, name }, gap };
}

function tableLines(rows: readonly DigestRow[], columns: number): string[] {
  if (rows.length === 0) return [];
  const all = [heads, ...rows];
  const { widths, gap } = layOut(all, columns);
  return all.map((row) =>
    cells
      .map((cell) => {
        const text = fitMiddle(row[cell], widths[cell], '…');
        return atRight.has(cell) ? padStart(text, widths[cell]) : padEnd(text, widths[cell]);
      })
      .join(' '.repeat(gap))
      .trimEnd(),
  );
}

const sectionLines = ({ title, lines }: Section, columns: number): string[] => [
  '',
  title,
  ...lines.flatMap(({ text, command }) => [
    ...hanging('  ', text, columns),
    ...(command === '' ? [] : [`    ${command}`]),
  ]),
];

/** The lines of a digest. */
export function digestLines(letter: DigestLetter, columns: number): string[] {
  const { headline, notes, rows, more, sections, closing } = digestWords(letter);
  return [
    ...wrap(headline, columns),
    '',
    ...notes.flatMap((note) => wrap(note, columns)),
    ...(rows.length === 0 ? [] : ['', ...tableLines(rows, columns)]),
    ...(more === '' ? [] : [more]),
    ...sections.flatMap((section) => sectionLines(section, columns)),
    '',
    ...wrap(closing, columns),
  ];
}
