/** Words of the fault messages: quoting what was found, and guessing what was meant. */

import { shorten } from '../core/text.ts';

/** What people cannot see, or what changes the order of what they see: control and format characters, line separators. */
const invisible = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;
const longestQuote = 80;

/** Text in double quotes, clipped, with everything invisible escaped. */
export const quote = (text: string): string =>
  withoutInvisible(JSON.stringify(shorten(text, longestQuote)));

/** The same text with everything invisible escaped, as in `\\u202e`: nothing is hidden, and it stays one line. */
export function withoutInvisible(text: string): string {
  return text.replace(invisible, (character) =>
    Array.from({ length: character.length }, (_, index) =>
      escaped(character.charCodeAt(index)),
    ).join(''),
  );
}

function escaped(unit: number): string {
  return `\\u${unit.toString(16).padStart(4, '0')}`;
}

/** The candidate that was probably meant, or null when none is near (about a third of the letters may differ). */
export function nearest(word: string, candidates: readonly string[]): string | null {
  const wanted = simplify(word);
  if (wanted.length > 64) return null;
  let best: string | null = null;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const other = simplify(candidate);
    const distance = editDistance(wanted, other);
    const allowed = Math.max(1, Math.floor(Math.min(wanted.length, other.length) / 3));
    if (distance <= allowed && distance < bestDistance)
      [best, bestDistance] = [candidate, distance];
  }
  return best ?? candidates.find((candidate) => isBeginning(wanted, simplify(candidate))) ?? null;
}

/** `password` for `password_file`. */
function isBeginning(word: string, candidate: string): boolean {
  return word.length >= 4 && candidate.startsWith(word);
}

/** Case, hyphens and underscores are what people confuse first. */
function simplify(word: string): string {
  return word.toLowerCase().replaceAll(/[-_ ]/g, '');
}

/** Optimal string alignment: insertions, deletions, replacements, and swaps of two neighbours. */
export function editDistance(left: string, right: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let row = 1; row <= left.length; row++) {
    const current = [row];
    for (let column = 1; column <= right.length; column++) {
      const same = left[row - 1] === right[column - 1];
      const swapped = left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1];
      current[column] = Math.min(
        (last[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (same ? 0 : 1),
        row > 1 && column > 1 && swapped
          ? (beforeLast[column - 2] ?? 0) + 1
          : Number.POSITIVE_INFINITY,
      );
    }
    [beforeLast, last] = [last, current];
  }
  return last[right.length] ?? 0;
}
