/** The faults that dumps of several dialects share, in words. */
import type { ContentFault } from '../../../core/content.ts';
import { isMessage, isSpoken } from '../text-messages.ts';
import { readable } from '../text-tail.ts';
import type { Line } from './line-walk.ts';

/** How much of a line is quoted, in UTF-16 units. */
const QUOTED = 120;

/** Length of the mark that may stand before the first line, in bytes. */
const BYTE_ORDER_MARK = 3;

export const quote = (latin1: string): string => `"${readable(latin1, QUOTED)}"`;

/** Whether a line where a statement could begin is a message of a program; at the very beginning less is enough to tell. */
export const isMessageLine = (line: Line): boolean =>
  line.at <= BYTE_ORDER_MARK ? isSpoken(line.text) : isMessage(line.text);

export const messageIn = (line: Line): ContentFault => ({
  reason: 'foreign_text',
  message: `a message of a program stands in the dump at byte ${line.at}, and a restore stops there: ${quote(line.text)}`,
});

/** Behind an end mark, a line that is no SQL. */
export const foreignBehind = (line: Line): ContentFault => ({
  reason: 'foreign_text',
  message: `what follows the end mark at byte ${line.at} is no SQL, and a restore stops there: ${quote(line.text)}`,
});

/** An end mark with no beginning before it, as what a longer file left behind has one. */
export const secondEnd = (at: number): ContentFault => ({
  reason: 'foreign_text',
  message: `a second end mark at byte ${at}: what stands between it and the first belongs to no dump`,
});

/** A dump that another one follows too early. */
export const cutBefore = (at: number, begun: number): ContentFault => ({
  reason: 'dump_cut',
  message: `another dump begins at byte ${at}, before the end of the one that began at byte ${begun}`,
});

/** A dump without its end. @param expected what should stand there @param last its last line instead */
export function cut(expected: string, last: string, withinData = false): ContentFault {
  if (isMessage(last)) {
    const message = `the dump stops with a message of a program: ${quote(last)}`;
    return { reason: 'foreign_text', message };
  }
  const within = withinData ? ', it stops within data' : '';
  return {
    reason: 'dump_cut',
    message: `the dump has no end${within}: expected ${expected} at its end, found ${quote(last)}`,
  };
}
