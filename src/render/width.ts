/** How many columns text takes on a terminal, and making it fit. */

/** One character with the marks that are drawn over it. */
const characters = /[^][\p{Mn}\p{Me}]*/gu;
/** Marks drawn over the character before them, format characters, vowels and finals of decomposed Hangul. */
const noColumn = /[\p{Mn}\p{Me}\p{Cf}\u1160-\u11ff]/u;
/** Ranges that Unicode's EastAsianWidth.txt calls wide or full width; emoji are told by their property. */
const twoColumns =
  /[\p{Emoji_Presentation}\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{16fe0}-\u{18aff}\u{1aff0}-\u{1b2ff}\u{1f200}-\u{1f265}\u{20000}-\u{3fffd}]/u;
const printableAscii = /^[ -~]*$/;

function widthOfCodePoint(character: string): number {
  if (noColumn.test(character)) return 0;
  return twoColumns.test(character) ? 2 : 1;
}

/** Columns of text without control characters. What Unicode calls ambiguous, as `…`, counts as one. */
export function visibleWidth(text: string): number {
  if (printableAscii.test(text)) return text.length;
  let width = 0;
  for (const character of text) width += widthOfCodePoint(character);
  return width;
}

/** The longest beginning of `parts` that takes at most `columns`. */
function beginning(parts: readonly string[], columns: number): string {
  let used = 0;
  const cut = parts.findIndex((part) => (used += visibleWidth(part)) > columns);
  return parts.slice(0, cut === -1 ? parts.length : cut).join('');
}

/** The same, from the end. */
function ending(parts: readonly string[], columns: number): string {
  let used = 0;
  const cut = parts.findLastIndex((part) => (used += visibleWidth(part)) > columns);
  return parts.slice(cut + 1).join('');
}

const split = (text: string): string[] => text.match(characters) ?? [];

/** At most `columns` of text; what is left out at the end is told by `mark`, one column wide. */
export function fitEnd(text: string, columns: number, mark: string): string {
  if (visibleWidth(text) <= columns) return text;
  return beginning(split(text), columns - 1) + mark;
}

/** The same with the middle left out, where beginning and end of a name tell it from others. */
export function fitMiddle(text: string, columns: number, mark: string): string {
  if (visibleWidth(text) <= columns) return text;
  const parts = split(text);
  const head = beginning(parts, Math.ceil((columns - 1) / 2));
  return head + mark + ending(parts, columns - 1 - visibleWidth(head));
}

export const padEnd = (text: string, columns: number): string =>
  text + ' '.repeat(Math.max(0, columns - visibleWidth(text)));

export const padStart = (text: string, columns: number): string =>
  ' '.repeat(Math.max(0, columns - visibleWidth(text))) + text;

/** The part of a word too long for a line that still fits; a path is broken behind a slash, if not too early. */
function brokenWord(word: string, columns: number): string {
  const head = beginning(split(word), columns);
  const behindSlash = head.lastIndexOf('/') + 1;
  return behindSlash > head.length / 2 ? head.slice(0, behindSlash) : head;
}

/** Breaks text at spaces into lines of at most `columns` (2 or more); longer words are broken too. */
export function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (visibleWidth(longer) <= columns) {
      line = longer;
      continue;
    }
    if (line !== '') lines.push(line);
    line = word;
    while (visibleWidth(line) > columns) {
      const head = brokenWord(line, columns);
      lines.push(head);
      line = line.slice(head.length);
    }
  }
  return [...lines, line];
}

/** Wrapped text behind `lead`, every further line indented as far as the lead is wide. */
export function hanging(lead: string, text: string, columns: number): string[] {
  const indent = visibleWidth(lead);
  return wrap(text, Math.max(20, columns - indent)).map(
    (line, index) => (index === 0 ? lead : ' '.repeat(indent)) + line,
  );
}
