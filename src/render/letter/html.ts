/** Messages as HTML for mail programs: one document, without images, scripts, or links to anywhere. */
import type { AlarmLetter, DigestLetter, Letter, TestLetter } from '../../core/letter.ts';
import { worst } from '../../core/statuses.ts';
import { digestWords, type DigestRow, type Section } from './digest-words.ts';
import { html, nothing, type Markup } from './markup.ts';
import {
  card,
  command,
  dated,
  factTable,
  headline,
  list,
  listRow,
  note,
  pill,
  safetyBox,
  smallPill,
  step,
  title,
} from './parts.ts';
import { page } from './page.ts';
import { styles } from './styles.ts';
import { alarmWords, signatureOf, testWords, type Block, type ItemWords } from './words.ts';

const blockParts = ({ name, facts, safety }: Block): Markup[] => [
  name === null
    ? nothing
    : html`<h2 class="name" style="${styles.name}font-size:15px;">${name}</h2>`,
  factTable(facts),
  safetyBox(safety),
];

function stepParts({ steps, advice, commands }: ItemWords): Markup[] {
  if (advice.length + commands.length === 0) return [];
  return [title(steps), ...advice.map(step), ...commands.map(command)];
}

const itemCard = (item: ItemWords): Markup =>
  card(item.severity, [
    pill(item.severity, item.word),
    headline(item.headline),
    ...item.notes.map(note),
    ...item.blocks.flatMap(blockParts),
    safetyBox(item.safety),
    ...stepParts(item),
    list(item.rows.map((row) => listRow(row))),
    item.more === '' ? nothing : note(item.more),
  ]);

/** Above several items: how many, and each in a line. */
function overviewCard(counts: string, items: readonly ItemWords[]): Markup {
  const rows = items.map(
    ({ severity, word, headline: text }) =>
      html`<tr>
        <td class="line" style="${styles.row}">
          ${smallPill(severity, word, true)}&ensp;${dated(text)}
        </td>
      </tr>`,
  );
  return card(worst(items.map(({ severity }) => severity)), [headline(counts), list(rows)]);
}

function alarmPage(letter: AlarmLetter): Markup {
  const { counts, items, closing } = alarmWords(letter);
  const overview = counts === null ? [] : [overviewCard(counts, items)];
  return page({
    title: letter.subject,
    cards: [...overview, ...items.map(itemCard)],
    foot: [closing, signatureOf(letter.site)],
  });
}

function digestRow(row: DigestRow): Markup {
  const { size, trend, versions, lastGood, nextDue } = row;
  const facts = [size, `${versions} kept`, `last good: ${lastGood}`, `next due: ${nextDue}`];
  return listRow({ ...row, note: facts.join(' · ') }, trend);
}

function sectionCard({ severity, title: name, lines }: Section): Markup {
  const parts = lines.flatMap(({ text, command: typed }) => [
    step(text),
    typed === '' ? nothing : command(typed),
  ]);
  return card(severity, [
    html`<h2 class="name" style="${styles.name}padding-top:0;font-size:16px;">${name}</h2>`,
    ...parts,
  ]);
}

function digestPage(letter: DigestLetter): Markup {
  const words = digestWords(letter);
  const { severity } = words;
  return page({
    title: letter.subject,
    cards: [
      card(severity, [
        pill(severity, words.word),
        headline(words.headline),
        ...words.notes.map(note),
        list(words.rows.map(digestRow)),
        words.more === '' ? nothing : note(words.more),
      ]),
      ...words.sections.map(sectionCard),
    ],
    foot: [words.closing, signatureOf(letter.site)],
  });
}

function testPage(letter: TestLetter): Markup {
  const { first, lines, closing } = testWords(letter);
  return page({
    title: letter.subject,
    cards: [card('ok', [pill('ok', 'TEST'), headline(first), ...lines.map(note)])],
    foot: [closing, signatureOf(letter.site)],
  });
}

function pageOf(letter: Letter): Markup {
  switch (letter.kind) {
    case 'alarm':
      return alarmPage(letter);
    case 'digest':
      return digestPage(letter);
    case 'test':
      return testPage(letter);
    default:
      return letter satisfies never;
  }
}

/** A message as a whole HTML document. It says what the text says, in the same words. */
export const renderLetterHtml = (letter: Letter): string =>
  `${pageOf(letter).toString().trimEnd()}\n`;
