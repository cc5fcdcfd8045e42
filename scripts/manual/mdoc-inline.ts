/** Paragraphs as lines of mdoc: text lines, and a macro line for whatever is no plain word. */
import { statuses } from '../../src/core/statuses.ts';
import type { Prose } from './blocks.ts';
import { argument, escaped } from './escape.ts';
import { partsOf, type Part } from './inline.ts';

/** Bytes of a line of the source: longer ones are right, but mandoc remarks on them. */
const WIDEST = 78;

const isStatus: ReadonlySet<string> = new Set(statuses);

/** The macro that says what some code is. @param bold where it stands for itself, as the term of a list */
function macroOf(code: string, bold: boolean): string {
  if (code === 'backupmon') return `Nm ${code}`;
  if (/^--?[a-zA-Z][\w-]*$/u.test(code)) return `Fl ${argument(code.slice(1))}`;
  if (/^\$\w+$/u.test(code)) return `Ev ${argument(code.slice(1))}`;
  if (/^[/~][^\s]*$/u.test(code)) return `Pa ${argument(code)}`;
  return `${bold || isStatus.has(code) ? 'Sy' : 'Ql'} ${argument(code)}`;
}

function macro(part: Exclude<Part, { readonly kind: 'text' }>, bold: boolean): string {
  if (part.kind === 'code') return macroOf(part.text, bold);
  if (part.kind === 'argument') return `Ar ${argument(part.text)}`;
  if (part.kind === 'optional') return `Op Ar ${argument(part.text)}`;
  return `Xr ${part.text} ${part.number}`;
}

/** A text line, broken where it is too long; no piece begins like a macro. */
function broken(words: readonly string[]): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of words) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && longer.length > WIDEST) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return [...lines, line]
    .filter((one) => one !== '')
    .map((one) => one.replace(/^\./u, String.raw`\&.`));
}

const endsSentence = (word: string): boolean => /[.?!](?:"|”|\))*$/u.test(word);
const opening = /(?:^|\s)(?<open>[([])$/u;
const closing = /^(?<close>[.,:;)\]?!]+)(?=\s|$)/u;

/** Each sentence begins a new line, as mdoc wants it: only so it can tell the end of one from an abbreviation. */
function textLines(text: string): string[] {
  const lines: string[] = [];
  let words: string[] = [];
  for (const word of text.split(/\s+/u).filter((one) => one !== '')) {
    words.push(escaped(word));
    if (!endsSentence(word)) continue;
    lines.push(...broken(words));
    words = [];
  }
  return [...lines, ...broken(words)];
}

/** What stands close to a macro becomes arguments of it, since everything else is set apart by a space. */
interface Neighbours {
  readonly open: string;
  readonly close: string;
}

function neighboursOf(parts: readonly Part[], index: number, prose: Prose): Neighbours {
  const textAt = (at: number): string | null => {
    const part = parts[at];
    return part === undefined ? '' : part.kind === 'text' ? part.text : null;
  };
  const [before, after] = [textAt(index - 1), textAt(index + 1)];
  const open = before === null ? '' : (opening.exec(before)?.groups?.['open'] ?? '');
  const close = after === null ? '' : (closing.exec(after)?.groups?.['close'] ?? '');
  const isApart =
    before !== null &&
    after !== null &&
    (before === '' || open !== '' || /\s$/u.test(before)) &&
    (after === '' || close !== '' || /^\s/u.test(after));
  if (!isApart) throw new Error(`nothing but punctuation may stand close to code: ${prose}`);
  return { open, close };
}

/** What is left of a text between two macros that took its ends. */
const inner = (text: string, first: boolean, last: boolean): string =>
  text
    .replace(first ? /^$/u : closing, '')
    .replace(last ? /^$/u : opening, (match) => match.slice(0, -1));

const spaced = (characters: string): string =>
  Array.from(characters, (character) => ` ${character}`).join('');

/** A paragraph. @throws Error where a word is joined to code: mdoc would set them apart */
export function proseLines(prose: Prose): string[] {
  const parts = partsOf(prose);
  return parts.flatMap((part, index) => {
    if (part.kind === 'text')
      return textLines(inner(part.text, index === 0, index === parts.length - 1));
    const { open, close } = neighboursOf(parts, index, prose);
    return [`.${withOpening(macro(part, false), open)}${spaced(close)}`];
  });
}

/** `Ql x` with `(` before it: an opening bracket is the first argument of the macro. */
function withOpening(line: string, open: string): string {
  const [name = '', ...rest] = line.split(' ');
  return [name, ...(open === '' ? [] : [open]), ...rest].join(' ');
}

/** Words of a term, or the punctuation that follows one: that is an argument as it is. */
function termText(text: string): string[] {
  const words = text.trim();
  if (words === '') return [];
  return [/^[.,:;)\]?!]$/u.test(words) ? words : `No ${argument(words)}`];
}

/** Terms may be joined, as the components of a path are. */
const joins = (part: Part, before: Part | undefined): boolean =>
  part.kind !== 'text' && before !== undefined && before.kind !== 'text';

/** A term of a list: one macro line. */
export function termLine(prose: Prose): string {
  const parts = partsOf(prose);
  const words = parts.flatMap((part, index) => {
    if (part.kind === 'text') return termText(part.text);
    return joins(part, parts[index - 1]) ? ['Ns', macro(part, true)] : [macro(part, true)];
  });
  return `.It ${words.join(' ')}`;
}
