/**
 * Messages as plain text, for mail programs with any font: nothing hangs on columns but the table of a digest. What is ours begins a line;
 * what others wrote is indented, so that no words of an agent can pass for a heading.
 */
import type { AlarmLetter, Letter, TestLetter } from '../../core/letter.ts';
import { forPeople } from '../../core/text.ts';
import { hanging, padEnd, visibleWidth, wrap } from '../width.ts';
import { digestLines } from './digest-text.ts';
import type { Fact, Row, Safety } from './facts.ts';
import {
  alarmWords,
  signatureOf,
  testWords,
  type AlarmWords,
  type Block,
  type ItemWords,
} from './words.ts';

/** Mail is quoted with `> ` and should still fit on 80 columns. */
const columns = 78;
const rule = '-'.repeat(60);

/** What is to be copied keeps its line, however long. */
function factLines({ label, text, isCode }: Fact): string[] {
  const line = `  ${label}: ${text}`;
  if (isCode && visibleWidth(line) > columns) return [`  ${label}:`, `    ${text}`];
  return hangingBy(4, `${label}: ${text}`);
}

/** Begins at two columns, goes on at `indent`. */
function hangingBy(indent: number, text: string): string[] {
  return wrap(text, columns - indent).map(
    (line, index) => ' '.repeat(index === 0 ? 2 : indent) + line,
  );
}

/** Begins at the edge, where what is ours begins, and goes on away from it. */
const indented = (text: string): string[] =>
  wrap(text, columns - 2).map((line, index) => (index === 0 ? line : `  ${line}`));

function safetyLines(safety: Safety | null): string[] {
  if (safety === null) return [];
  const path = safety.path === null ? [] : [`    ${safety.path}`];
  return ['', ...hangingBy(4, safety.text), ...path];
}

const blockLines = ({ name, facts, safety }: Block): string[] => [
  '',
  ...(name === null ? [] : hangingBy(4, name)),
  ...facts.flatMap(factLines),
  ...safetyLines(safety),
];

function rowLines(rows: readonly Row[]): string[] {
  const widest = (cell: 'status' | 'name'): number =>
    Math.min(30, Math.max(0, ...rows.map((row) => visibleWidth(row[cell]))));
  const [status, name] = [widest('status'), widest('name')];
  return rows.flatMap((row) =>
    hangingBy(4, `${padEnd(row.status, status)}  ${padEnd(row.name, name)}  ${row.note}`.trimEnd()),
  );
}

function stepLines({ steps, advice, commands }: ItemWords): string[] {
  if (advice.length + commands.length === 0) return [];
  return [
    '',
    steps,
    ...advice.flatMap((text) => hanging('  ', text, columns)),
    ...(advice.length === 0 || commands.length === 0 ? [] : ['']),
    ...commands.map((command) => `    ${command}`),
  ];
}

const headingLines = ({ word, headline }: ItemWords): string[] => indented(`${word} ${headline}`);

const itemLines = (item: ItemWords): string[] => [
  ...headingLines(item),
  ...item.notes.flatMap((note) => ['', ...hanging('  ', note, columns)]),
  ...item.blocks.flatMap(blockLines),
  ...safetyLines(item.safety),
  ...stepLines(item),
  ...(item.rows.length === 0 ? [] : ['', ...rowLines(item.rows)]),
  ...(item.more === '' ? [] : [`  ${item.more}`]),
];

/** Several items: what there is, then each. */
function severalLines({ counts, items }: AlarmWords): string[] {
  return [
    counts ?? '',
    '',
    ...items.flatMap(({ word, headline }) => hangingBy(6, `* ${word} ${headline}`)),
    ...items.flatMap((item) => ['', rule, ...itemLines(item)]),
  ];
}

function alarmLines(letter: AlarmLetter): string[] {
  const words = alarmWords(letter);
  const body = words.counts === null ? words.items.flatMap(itemLines) : severalLines(words);
  return [...body, '', words.closing];
}

function testLines(letter: TestLetter): string[] {
  const { first, lines, closing } = testWords(letter);
  return [...indented(first), '', ...lines.flatMap((line) => wrap(line, columns)), '', closing];
}

function linesOf(letter: Letter): string[] {
  switch (letter.kind) {
    case 'alarm':
      return alarmLines(letter);
    case 'digest':
      return digestLines(letter, columns);
    case 'test':
      return testLines(letter);
    default:
      return letter satisfies never;
  }
}

/** A message as text. The first line says how things stand; no line is wider than 78 columns, but for paths, hashes and commands. */
export function renderLetterText(letter: Letter): string {
  // The space after the dashes is what tells a signature (RFC 3676, section 4.3).
  const lines = [...linesOf(letter), '', '-- ', forPeople(signatureOf(letter.site))];
  return lines.map((line) => `${line}\n`).join('');
}
