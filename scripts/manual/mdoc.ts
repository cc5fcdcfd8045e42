/** A page of the manual in mdoc, which both mandoc and groff show: see mdoc(7). */
import type { Block, Page, Piece, Prose, Section, Term } from './blocks.ts';
import { argument, escaped } from './escape.ts';
import { proseLines, termLine } from './mdoc-inline.ts';
import { partsOf } from './inline.ts';
import type { Release } from './release.ts';

const plain = (prose: Prose): string =>
  partsOf(prose)
    .map(({ text }) => text)
    .join('');

/** Terms up to this stand beside their texts. Columns. */
const NARROW = 14;

function widthOf(items: readonly Term[]): string {
  const widest = Math.max(...items.map(({ term }) => plain(term).length));
  return widest <= NARROW ? 'x'.repeat(widest) : 'Ds';
}

function termsLines(items: readonly Term[], compact: boolean): string[] {
  return [
    `.Bl -tag -width ${widthOf(items)}${compact ? ' -compact' : ''}`,
    ...items.flatMap(({ term, body }) => [termLine(term), ...blockLines(body)]),
    '.El',
  ];
}

function tableLines(head: readonly string[], rows: readonly (readonly Prose[])[]): string[] {
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => plain(row[column] ?? '').length)),
  );
  const line = (cells: readonly string[]): string => `.It ${cells.join(' Ta ')}`;
  const cell = (prose: Prose): string => termLine(prose).slice('.It '.length);
  return [
    `.Bl -column -offset indent ${widths.map((width) => 'x'.repeat(width + 1)).join(' ')}`,
    line(head.map((title) => `Em ${argument(title)}`)),
    ...rows.map((row) => line(row.map(cell))),
    '.El',
  ];
}

function linesOf(block: Block): string[] {
  if (typeof block === 'string') return proseLines(block);
  if (block.kind === 'terms') return termsLines(block.items, block.compact);
  if (block.kind === 'table') return tableLines(block.head, block.rows);
  if (block.kind === 'list')
    return [
      '.Bl -bullet -compact',
      ...block.items.flatMap((item) => ['.It', ...proseLines(item)]),
      '.El',
    ];
  return ['.Bd -literal -offset indent', ...block.lines.map(escaped), '.Ed'];
}

/** Paragraphs are set apart from what is before them; lists and examples set themselves apart. */
function blockLines(blocks: readonly Block[]): string[] {
  return blocks.flatMap((block, index) => [
    ...(index > 0 && typeof block === 'string' ? ['.Pp'] : []),
    ...linesOf(block),
  ]);
}

function sectionLines({ title, blocks, sections = [] }: Section): string[] {
  return [
    `.Sh ${escaped(title)}`,
    ...blockLines(blocks),
    ...sections.flatMap((section) => [
      `.Ss ${escaped(section.title)}`,
      ...blockLines(section.blocks),
    ]),
  ];
}

const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

/** As mdoc has it: `November 1, 2026`. */
function dateText(date: string): string {
  const [year, month, day] = date.split('-').map(Number);
  return `${months[(month ?? 1) - 1]} ${day}, ${year}`;
}

function pieceLine({ prose, optional }: Piece): string {
  const macros = termLine(prose).slice('.It '.length);
  return optional ? `.Op ${macros}` : `.${macros.replace(/^Sy /u, 'Cm ')}`;
}

function synopsisLines({ name, synopsis }: Page): string[] {
  if (synopsis.length === 0) return [];
  return [
    '.Sh SYNOPSIS',
    ...synopsis.flatMap((pieces) => [`.Nm ${name}`, ...pieces.map(pieceLine)]),
  ];
}

/** The whole page, in ASCII. */
export function mdocOf(page: Page, { version, date }: Release): string {
  const lines = [
    String.raw`.\" Made by scripts/generate-manual.ts from the tables of the program: change those.`,
    `.Dd ${dateText(date)}`,
    `.Dt ${page.name.toUpperCase()} ${page.number}`,
    `.Os "backupmon ${version}"`,
    '.Sh NAME',
    `.Nm ${page.name}`,
    `.Nd ${escaped(page.about)}`,
    ...synopsisLines(page),
    ...page.sections.flatMap(sectionLines),
  ];
  return `${lines.join('\n')}\n`;
}
