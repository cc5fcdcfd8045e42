/** Text that an agent, or anybody else, wrote: made harmless before it reaches a terminal, a log or a mail. */

/*
 * Terminal control sequences as a whole (ECMA-48 section 5; xterm's ctlseqs), in their 7-bit and 8-bit forms: strings
 * (OSC, DCS, SOS, PM, APC) up to their terminator or to what cancels them, then CSI, then the short escapes. Every part
 * of the pattern excludes what ends it, so that nothing is read twice, also where the terminator is missing.
 */
const terminalSequence =
  // oxlint-disable-next-line no-control-regex -- control characters are what it is about
  /(?:\u001b[\]PX^_]|[\u0090\u0098\u009d-\u009f])[^\u0007\u0018\u001a\u001b\u009c]*(?:\u0007|\u001b\\|\u009c)?|(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]?|\u001b[ -/]*[0-~]?/g;

/**
 * All white space and line ends, but for the byte order mark, which JavaScript counts as white space. NEL (U+0085), which
 * JavaScript does not count, ends a line on some terminals.
 */
const space = /(?:[^\S\ufeff]|\u0085)+/g;

/**
 * Control (C0, DEL, C1) and format characters: bidi overrides and marks, zero-width characters, tags, soft hyphens; and whatever else
 * Unicode wants not to be seen: fillers, variation selectors, which change a width after it was counted, and what is reserved for such.
 */
const invisible = /[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]+/gu;

/** What has no place in a name: the invisible, lone halves of surrogate pairs, line and paragraph separators. */
const unprintable = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

/** Notation of the first control, format or separator character or lone surrogate in `text`, as `U+202E`; null if none. */
export function unprintableIn(text: string): string | null {
  const point = unprintable.exec(text)?.[0].codePointAt(0);
  return point === undefined ? null : `U+${point.toString(16).toUpperCase().padStart(4, '0')}`;
}

/** At most `limit` UTF-16 units of `text`, the last being `…` where something was cut; no surrogate pair is halved. */
export function shorten(text: string, limit: number): string {
  if (text.length <= limit) return text;
  if (limit < 1) return '';
  const kept = text.slice(0, limit - 1);
  return `${kept.replace(/[\ud800-\udbff]$/, '')}…`;
}

/**
 * Makes foreign text fit for one line that people read: terminal sequences, control, bidi and zero-width characters are
 * gone, white space and line ends are single spaces, lone surrogates are U+FFFD. Linear in the length; a second time
 * changes nothing more.
 *
 * @param limit the longest result, in UTF-16 units, counting the `…` that marks a cut
 */
export function forPeople(text: string, limit = 300): string {
  const clean = text
    // First, so that removing what lies between two halves cannot join them.
    .toWellFormed()
    .replace(terminalSequence, '')
    .replace(space, ' ')
    .replace(invisible, '')
    .replace(/ {2,}/g, ' ')
    .trim();
  return shorten(clean, limit);
}

/** Equal for names that differ only in case, or in how an accent is written. */
export function folded(text: string): string {
  // Lower case first, then upper: so the long s is an S, the capital sharp s is SS, and both small sigmas are one.
  return text.normalize('NFD').toLowerCase().toUpperCase().normalize('NFD');
}

/** A word that a shell takes as it is, for commands that people copy. */
export const shellWord = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
