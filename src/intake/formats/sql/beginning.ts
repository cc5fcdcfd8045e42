/** How a text begins: what stands before its first statement, which is what recognisers and head comments go by. */
import { isSpoken } from '../text-messages.ts';
import { beginsStatement, isBlank } from './words.ts';

export interface Beginning {
  /** Comments before the first statement, line by line, as far as the head reaches. */
  readonly comments: readonly string[];
  /** The first message of a program before it. */
  readonly message: string | null;
  /** From the first line that is neither blank nor one of these, to the end of the head; null where there is none. */
  readonly statement: string | null;
  /** Some comment began with `#`, which only MySQL knows. */
  readonly hashes: boolean;
}

const byteOrderMark = '\u00ef\u00bb\u00bf';

export const withoutMark = (latin1: string): string =>
  latin1.startsWith(byteOrderMark) ? latin1.slice(byteOrderMark.length) : latin1;

/** Where a block comment that begins at `at` ends; the end of the text where it does not. */
function commentEnd(text: string, at: number): number {
  const end = text.indexOf('*/', at + 2);
  return end < 0 ? text.length : end + 2;
}

/** Reads the beginning off the first bytes of a content. */
export function beginningOf(head: Buffer): Beginning {
  const text = withoutMark(head.toString('latin1', 0, head.length));
  const comments: string[] = [];
  let message: string | null = null;
  let hashes = false;
  for (let at = 0; at < text.length;) {
    const found = text.indexOf('\n', at);
    const end = found < 0 ? text.length : found;
    const line = text.slice(at, end).trimEnd();
    if (/^\s*\/\*(?!M?!)/u.test(line)) {
      comments.push(line);
      at = commentEnd(text, text.indexOf('/*', at));
      continue;
    }
    if (line.startsWith('--') || line.startsWith('#')) {
      comments.push(line);
      hashes ||= line.startsWith('#');
    } else if (!isBlank(line)) {
      if (!isSpoken(line)) return { comments, message, statement: text.slice(at), hashes };
      message ??= line;
    }
    at = end + 1;
  }
  return { comments, message, statement: null, hashes };
}

/**
 * The lines that a tool may name itself in: comments before the first statement, and whatever follows it, since scripts put statements of
 * their own before a dump.
 */
export function namingLines({ comments, statement }: Beginning): readonly string[] {
  const lines = statement?.split('\n').map((line) => line.trimEnd()) ?? [];
  return beginsStatement(lines[0] ?? '') ? [...comments, ...lines] : comments;
}
