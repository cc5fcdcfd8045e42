/**
 * What sqlite3's `.dump` writes, and Python's iterdump and others after its model: one transaction, whose COMMIT is the end mark.
 * After an error sqlite3 ends it with a ROLLBACK instead, or, where it could not read the schema, only says so in a comment. Nothing in it
 * changes by itself.
 */
import type { ContentFault } from '../../../core/content.ts';
import type { Format } from '../format.ts';
import type { TextTail } from '../text-tail.ts';
import { Behind } from './behind.ts';
import { beginningOf } from './beginning.ts';
import { checkSql, type Reading, type Verdict } from './checker.ts';
import { cut, cutBefore, isMessageLine, messageIn, quote, secondEnd } from './faults.ts';
import type { Line, LineWalk, Step } from './line-walk.ts';
import { isBlank, isCreateTable } from './words.ts';

const begins = /^BEGIN(?: TRANSACTION)?;$/iu;
/** Not a bare END, which ends triggers. */
const ends = /^(?:COMMIT(?: TRANSACTION)?|END TRANSACTION);$/iu;
const fails = /^ROLLBACK(?: TRANSACTION)?;/iu;
/** Written where something could not be read; a COMMIT may follow all the same (tried with 3.40). */
const failed = /^\/\*{4,6} (?:CORRUPTION ERROR \*{7}\/|ERROR: )/u;
/** Before the transaction. */
const settings = /^PRAGMA \w+ ?= ?\w+;$/iu;

const failure = (line: Line): ContentFault => ({
  reason: 'dump_failed',
  message: `sqlite3 met an error while it dumped, and says so at byte ${line.at}: ${quote(line.text)}`,
});

class SqliteText implements Reading {
  readonly kind = 'sqlite_sql';
  readonly quotes = { dollars: false, brackets: true };
  readonly zeros = 1;
  readonly #behind = new Behind(false);
  #openSince: number | null = null;
  #ended = false;
  #fault: ContentFault | null = null;
  #tables = 0;

  tables = (): number => this.#tables;
  description = (): string => 'SQLite .dump text';

  line = (line: Line, walk: LineWalk): Step => {
    const step = this.#step(line);
    walk.showsAll = this.#openSince === null;
    return step;
  };

  #step(line: Line): Step {
    const text = line.text.trimEnd();
    if (isBlank(text)) return 'skip';
    if (isMessageLine(line)) this.#fault ??= messageIn(line);
    else if (failed.test(text)) this.#fault ??= failure(line);
    else if (begins.test(text)) this.#begin(line.at);
    else if (this.#openSince === null) this.#outside(line);
    else if (ends.test(text)) this.#end();
    else if (fails.test(text)) this.#fail(line);
    if (isCreateTable(text)) this.#tables++;
    return 'body';
  }

  #begin(at: number): void {
    if (this.#openSince !== null) this.#fault ??= cutBefore(at, this.#openSince);
    this.#openSince = at;
    this.#behind.reset();
  }

  #outside(line: Line): void {
    if (!this.#ended || settings.test(line.text.trimEnd())) return;
    this.#fault ??= ends.test(line.text.trimEnd()) ? secondEnd(line.at) : this.#behind.line(line);
  }

  #end(): void {
    this.#openSince = null;
    this.#ended = true;
  }

  #fail(line: Line): void {
    this.#end();
    this.#fault ??= failure(line);
  }

  verdict = (walk: LineWalk, tail: TextTail): Verdict => {
    if (this.#fault !== null) return { fault: this.#fault, shortfall: null };
    const last = tail.lines().at(-1) ?? '';
    if (walk.open === null && this.#ended && this.#openSince === null)
      return this.#behind.verdict(last);
    // A table may have been declared in a way that is not known here.
    if (walk.open === 'quote' && ends.test(last.trimEnd()))
      return { fault: null, shortfall: 'its COMMIT stands within what looks like a quote' };
    return { fault: cut('"COMMIT;"', last, walk.open === 'data'), shortfall: null };
  };
}

/** The statements that a bare `BEGIN TRANSACTION;` is followed by in a dump. */
const follows = /^(?:CREATE|INSERT INTO|DELETE FROM|ANALYZE|PRAGMA|COMMIT|ROLLBACK)\b/iu;

export const sqliteSql: Format = {
  recognises: (head, all) => {
    const lines = beginningOf(head).statement?.split('\n', 3) ?? [];
    const [first = '', second = '', third = ''] = lines.map((line) => line.trimEnd());
    if (/^PRAGMA foreign_keys ?= ?OFF;$/iu.test(first)) return begins.test(second) || all;
    if (!begins.test(first)) return false;
    return follows.test(second) || follows.test(third) || (all && second === '');
  },
  check: (context) => checkSql(context, new SqliteText()),
};
