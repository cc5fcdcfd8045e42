/**
 * SQL text that no tool known here wrote, or that was changed on its way. It has no end mark, so that nothing proves it whole; it is
 * refused only where it ends within a statement for sure. Quotes are not followed: each dialect has rules of its own.
 */
import type { ContentFault } from '../../../core/content.ts';
import type { Format } from '../format.ts';
import { hasFewControls } from '../text.ts';
import { isMessage } from '../text-messages.ts';
import type { TextTail } from '../text-tail.ts';
import { beginningOf } from './beginning.ts';
import { checkSql, type Reading, type Verdict } from './checker.ts';
import { isMessageLine, messageIn, quote } from './faults.ts';
import type { Line, LineWalk, Step } from './line-walk.ts';
import {
  asksForMore,
  beginsStatement,
  isBlank,
  isComment,
  isCopy,
  isCreateTable,
  mayEnd,
} from './words.ts';

/** Tools exist that write a zero byte within a string as it is; so many in a row are a part that was lost. */
const LOST_ZEROS = 64;

const insert = /^(?:INSERT|REPLACE)\s/iu;
const goLine = /^GO\s*\d*$/iu;
const delimiterLine = /^DELIMITER\s+(\S+)$/iu;

class OtherText implements Reading {
  readonly kind = 'sql';
  readonly quotes = null;
  readonly zeros = LOST_ZEROS;
  #begun = false;
  /** Lines of the kinds that statements end with; a line `GO` ends one without more. */
  #terminated = false;
  #goes = false;
  #delimiter = ';';
  #fault: ContentFault | null = null;
  #tables = 0;
  #inserts = 0;

  tables = (): number => this.#tables;
  inserts = (): number => this.#inserts;
  description = (): string => 'SQL text';

  line = (line: Line, walk: LineWalk): Step => {
    const text = line.text.trimEnd();
    if (isBlank(text)) return 'skip';
    this.#terminated ||= line.whole && text.endsWith(';');
    this.#begun ||= walk.inserts > 0;
    if (!this.#begun && isMessageLine(line)) {
      this.#fault ??= messageIn(line);
      return 'skip';
    }
    this.#begun ||= beginsStatement(text);
    if (isCreateTable(text)) this.#tables++;
    else if (insert.test(text)) this.#inserts++;
    else if (isCopy(text)) return 'copy';
    else if (goLine.test(text)) this.#goes = true;
    else this.#delimiter = delimiterLine.exec(text)?.[1] ?? this.#delimiter;
    return 'skip';
  };

  verdict = (walk: LineWalk, tail: TextTail): Verdict => {
    const lines = tail.lines();
    const last = lines.at(-1) ?? '';
    const fault = this.#fault ?? this.#ending(walk, lines, last);
    const shortfall = fault === null ? 'SQL text of no known tool: it has no end mark' : null;
    return { fault, shortfall };
  };

  #ending(walk: LineWalk, lines: readonly string[], last: string): ContentFault | null {
    if (isMessage(last)) {
      const message = `the text ends with a message of a program, and a restore stops there: ${quote(last)}`;
      return { reason: 'foreign_text', message };
    }
    const usesTerminators = this.#terminated || lines.some((line) => line.trimEnd().endsWith(';'));
    const ended = mayEnd(last) || last.trimEnd().endsWith(this.#delimiter);
    const within = !ended && (asksForMore(last) || (usesTerminators && !this.#goes));
    if (walk.open !== 'data' && !within) return null;
    const where = walk.open === 'data' ? 'the data of a COPY statement' : 'a statement';
    return { reason: 'dump_cut', message: `the text ends within ${where}: ${quote(last)}` };
  }
}

/**
 * Of encrypted files one in a hundred thousand begins with `do` or `go` and white space. 256 random bytes have 18 control characters on
 * average, and fewer than 6 once in some thousands; of fewer bytes that tells too little.
 */
const LOOKED_AT_BYTES = 256;

export const otherSql: Format = {
  recognises: (head) => {
    const beginning = head.subarray(0, LOOKED_AT_BYTES);
    if (beginning.length === LOOKED_AT_BYTES && !hasFewControls(beginning)) return false;
    const { comments, statement, hashes } = beginningOf(head);
    if (statement !== null) return beginsStatement(statement.split('\n', 1)[0] ?? '');
    return (
      comments.length > 0 &&
      !hashes &&
      comments.every((comment) => isComment(comment) || comment.startsWith('/*'))
    );
  },
  check: (context) => checkSql(context, new OtherText()),
};
