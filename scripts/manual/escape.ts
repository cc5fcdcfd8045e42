/** The one door through which text becomes mdoc: whatever stands in it is shown as it is, and nothing of it is obeyed. */

/** Characters that roff takes for something else, or shows as something else, so that nobody could copy them. */
const named: Readonly<Record<string, string>> = {
  '\\': String.raw`\e`,
  '-': String.raw`\-`,
  "'": String.raw`\(aq`,
  '`': String.raw`\(ga`,
  '^': String.raw`\(ha`,
  '~': String.raw`\(ti`,
  '"': String.raw`\(dq`,
  '’': String.raw`\(cq`,
  '‘': String.raw`\(oq`,
  '“': String.raw`\(lq`,
  '”': String.raw`\(rq`,
  '…': '...',
  '–': String.raw`\(en`,
  '→': String.raw`\(->`,
  '×': String.raw`\(mu`,
};

function escapedCharacter(character: string): string {
  const name = named[character];
  if (name !== undefined) return name;
  const code = character.codePointAt(0) ?? 0;
  if (code >= 0x20 && code < 0x7f) return character;
  const isControl = code < 0x20 || (code >= 0x7f && code < 0xa0);
  if (isControl) throw new Error(`a control character (${code}) cannot be shown by man`);
  return `\\[u${code.toString(16).toUpperCase().padStart(4, '0')}]`;
}

/**
 * One line of text for mdoc, in ASCII. A dot or an apostrophe at its beginning would make a macro of the line.
 *
 * @throws Error for control characters, line feeds among them
 */
export function escaped(text: string): string {
  const line = Array.from(text, escapedCharacter).join('');
  return line.startsWith('.') ? String.raw`\&${line}` : line;
}

/** The same as one argument of a macro: a word that is a macro, or punctuation, is not taken for one. */
export function argument(text: string): string {
  const line = escaped(text);
  const isObeyed = /^(?:[A-Z%][A-Za-z]{1,2}|[.,:;()[\]?!|])$/u.test(line);
  const guarded = isObeyed ? String.raw`\&${line}` : line;
  return /^[^\s]+$/u.test(guarded) ? guarded : `"${guarded}"`;
}
