/** The same data as a page of docs/. Tables are padded as the formatter pads them. */
import type { Block, Prose, Section, Term } from './blocks.ts';
import { partsOf, type Part } from './inline.ts';

/** Columns of a line of prose, as in the other documents. */
const WIDEST = 140;

const plainText = (text: string): string => text.replaceAll(/[\\*_<>|]/gu, String.raw`\$&`);

function markOf(part: Part): string {
  if (part.kind === 'text') return plainText(part.text);
  if (part.kind === 'code') return `\`${part.text}\``;
  if (part.kind === 'argument') return `_${part.text}_`;
  if (part.kind === 'optional') return `[_${part.text}_]`;
  return `\`${part.text}(${part.number})\``;
}

const inline = (prose: Prose): string => partsOf(prose).map(markOf).join('');

/** Words of code are not torn apart. */
function wrapped(text: string, indent: number): string {
  const lines: string[] = [];
  let line = '';
  for (const [word] of text.matchAll(/(?:`[^`]*`|[^\s`])+/gu)) {
    if (line !== '' && indent + line.length + 1 + word.length > WIDEST) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].join(`\n${' '.repeat(indent)}`);
}

function tableOf(head: readonly string[], rows: readonly (readonly Prose[])[]): string {
  const cells = [
    head,
    ...rows.map((row) => row.map((cell) => inline(cell).replaceAll('|', String.raw`\|`))),
  ];
  const widths = head.map((_, column) =>
    Math.max(3, ...cells.map((row) => Array.from(row[column] ?? '').length)),
  );
  const line = (row: readonly string[]): string =>
    `| ${widths.map((width, column) => `${row[column] ?? ''}${' '.repeat(width - Array.from(row[column] ?? '').length)}`).join(' | ')} |`;
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  const [first = [], ...others] = cells;
  return [line(first), rule, ...others.map(line)].join('\n');
}

/** A term and its paragraphs, the first of them beside it. */
const termOf = (term: Prose, body: readonly Block[]): string => {
  const [first = '', ...rest] = body.map((block) =>
    typeof block === 'string' ? inline(block) : blockOf(block),
  );
  const text = [`${inline(term)}: ${first}`, ...rest].map((one) => wrapped(one, 2)).join('\n\n  ');
  return `- ${text}`;
};

/** Terms of several paragraphs are set apart, as the formatter sets them. */
function termsOf(items: readonly Term[]): string {
  const isLoose = items.some(({ body }) => body.length > 1);
  return items.map(({ term, body }) => termOf(term, body)).join(isLoose ? '\n\n' : '\n');
}

function blockOf(block: Block): string {
  if (typeof block === 'string') return wrapped(inline(block), 0);
  if (block.kind === 'table') return tableOf(block.head, block.rows);
  if (block.kind === 'terms') return termsOf(block.items);
  if (block.kind === 'list')
    return block.items.map((item) => `- ${wrapped(inline(item), 2)}`).join('\n');
  return ['```sh', ...block.lines, '```'].join('\n');
}

const headingOf = (title: string, level: number): string => `${'#'.repeat(level)} ${title}`;

function sectionOf({ title, blocks, sections = [] }: Section, level: number): string {
  return [
    headingOf(title, level),
    ...blocks.map(blockOf),
    ...sections.map((section) => sectionOf(section, level + 1)),
  ].join('\n\n');
}

/** A whole document. */
export const markdownOf = (title: string, sections: readonly Section[]): string =>
  `${[headingOf(title, 1), ...sections.map((section) => sectionOf(section, 2))].join('\n\n')}\n`;
