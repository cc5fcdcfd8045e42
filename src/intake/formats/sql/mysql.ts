/**
 * Dumps of mysqldump and mariadb-dump, of any version since 4.1, and several of them one after the other.
 *
 * Their text quotes every line end within data, so that lines are enough to go by; what lies between DELIMITER lines is the body of
 * routines, triggers and events, and may hold anything. A dump ends with the comment "Dump completed" or, made with --skip-comments,
 * with the statement that restores the variable that its head saved last (SQL_NOTES; NOTE_VERBOSITY since MariaDB 10.6.16).
 *
 * What changes by itself, and is left out of the fingerprint: the comments at the head (host, versions), the sandbox line, which
 * MariaDB writes since May 2024, and the comment at the end, with its time.
 */
import type { ContentFault } from '../../../core/content.ts';
import type { Format } from '../format.ts';
import type { TextTail } from '../text-tail.ts';
import { Behind } from './behind.ts';
import { beginningOf, namingLines } from './beginning.ts';
import { checkSql, type Reading, type Verdict } from './checker.ts';
import { cut, cutBefore, isMessageLine, messageIn, quote, secondEnd } from './faults.ts';
import type { Line, LineWalk, Step } from './line-walk.ts';
import {
  beginsBare,
  completed,
  delimiterLine,
  endsWithComment,
  headComment,
  leftOut,
  restores,
  sandbox,
  saves,
  serverOf,
} from './mysql-lines.ts';
import { isBlank, isComment, isCreateTable } from './words.ts';

const DELIMITER = ';';

class MysqlText implements Reading {
  readonly kind = 'mysql';
  readonly quotes = null;
  readonly zeros = 1;
  readonly #behind = new Behind(true);
  /** `ended`: the end mark was seen. */
  #stage: 'head' | 'body' | 'ended' = 'head';
  /** Whether there was a head comment. */
  #headed = false;
  /** Whether the end mark is a comment, as the version in the head comment says. */
  #endsWithComment = false;
  /** Variables that the head saves; the last of them is the one that the end restores last. */
  readonly #saved = new Set<string>();
  #lastSaved: string | null = null;
  #restored = false;
  #delimiter = DELIMITER;
  #begun = 0;
  /** As far as the head says. */
  #product: string | null = null;
  #fault: ContentFault | null = null;
  #tables = 0;

  tables = (): number => this.#tables;
  description = (): string => `${this.#product ?? 'MySQL or MariaDB'} dump`;

  line = (line: Line, walk: LineWalk): Step => {
    const step = this.#step(line);
    walk.showsAll = this.#stage !== 'body' || this.#restored;
    walk.counts = this.#delimiter === DELIMITER;
    return step;
  };

  #step(line: Line): Step {
    const { text } = line;
    if (isBlank(text)) return 'skip';
    const inRoutine = this.#delimiter !== DELIMITER;
    if (text.startsWith('--')) return this.#comment(line, inRoutine);
    const delimiter = delimiterLine.exec(text)?.[1];
    if (delimiter !== undefined) this.#delimiter = delimiter;
    if (inRoutine) {
      if (saves.test(text)) this.#fault ??= cutBefore(line.at, this.#begun);
      return 'skip';
    }
    if (sandbox.test(text)) {
      this.#begin(line.at);
      this.#product ??= 'MariaDB';
      return 'drop';
    }
    if (isMessageLine(line)) {
      this.#fault ??= messageIn(line);
      return 'skip';
    }
    this.#statement(line);
    return 'skip';
  }

  #statement(line: Line): void {
    const { text } = line;
    const saved = saves.exec(text)?.[1];
    if (saved !== undefined) this.#save(saved, line.at);
    const restored = this.#lastSaved !== null && restores.exec(text)?.[1] === this.#lastSaved;
    if (this.#stage === 'ended' || this.#restored) {
      this.#fault ??= restored ? secondEnd(line.at) : this.#behind.line(line);
      return;
    }
    this.#stage = 'body';
    this.#restored = restored;
    if (isCreateTable(text)) this.#tables++;
  }

  #save(variable: string, at: number): void {
    // A dump without comments follows another one.
    if (this.#stage === 'ended' || this.#restored) this.#begin(at);
    // The first line of another dump may hang on to what a cut one ends with, so that it is not seen; the next ones are.
    if (this.#saved.has(variable)) this.#fault ??= cutBefore(at, this.#begun);
    this.#saved.add(variable);
    this.#lastSaved = variable;
  }

  #comment(line: Line, inRoutine: boolean): Step {
    const text = line.text.trimEnd();
    if (completed.test(text) && (this.#restored || (this.#lastSaved === null && !inRoutine))) {
      if (this.#stage === 'ended') this.#fault ??= secondEnd(line.at);
      this.#stage = 'ended';
      return 'drop';
    }
    if (inRoutine) return 'skip';
    if (leftOut.test(text))
      this.#fault ??= {
        reason: 'dump_failed',
        message: `something could not be dumped, and the dump says so at byte ${line.at}: ${quote(text)}`,
      };
    const ends = endsWithComment(text);
    if (ends !== null) {
      this.#begin(line.at);
      this.#headed = true;
      this.#endsWithComment = ends;
    }
    if (this.#stage !== 'head') return 'skip';
    this.#product = serverOf(text) ?? this.#product;
    return 'drop';
  }

  /** The sandbox line and the head comment of one dump follow each other. */
  #begin(at: number): void {
    if (this.#stage === 'head') return;
    const ended = this.#stage === 'ended' || (this.#restored && !this.#endsWithComment);
    const hasEnd = this.#lastSaved !== null || this.#endsWithComment;
    if (!ended && hasEnd) this.#fault ??= cutBefore(at, this.#begun);
    this.#begun = at;
    this.#stage = 'head';
    this.#headed = false;
    this.#endsWithComment = false;
    this.#saved.clear();
    this.#lastSaved = null;
    this.#restored = false;
    this.#behind.reset();
  }

  verdict = (_walk: LineWalk, tail: TextTail): Verdict => {
    if (this.#fault !== null) return { fault: this.#fault, shortfall: null };
    const last = tail.lines().at(-1) ?? '';
    if (this.#stage === 'ended' || (this.#restored && !this.#endsWithComment))
      return this.#behind.verdict(last);
    if (this.#restored)
      return {
        fault: null,
        shortfall: 'its last statement is there, but not the "-- Dump completed" behind it',
      };
    const nothingMarksIt = !this.#endsWithComment && this.#lastSaved === null;
    if (!nothingMarksIt || !this.#mayEndHere(last))
      return { fault: cut(this.#expected(), last), shortfall: null };
    const made = this.#headed ? 'by an old version' : 'with --compact';
    return {
      fault: null,
      shortfall: `made ${made}: it has no end mark, so a missing end cannot be seen`,
    };
  };

  #mayEndHere(last: string): boolean {
    return this.#delimiter === DELIMITER && (/(?:;|\*\/)\s*$/u.test(last) || isComment(last));
  }

  #expected(): string {
    if (this.#endsWithComment) return '"-- Dump completed"';
    if (this.#lastSaved === null) return 'the end of a statement';
    return `the statement that restores @${this.#lastSaved}`;
  }
}

export const mysql: Format = {
  recognises: (head) => {
    const beginning = beginningOf(head);
    if (namingLines(beginning).some((line) => headComment.test(line))) return true;
    const { comments, statement } = beginning;
    const first = statement?.split('\n', 1)[0]?.trimEnd() ?? '';
    // Another tool's comments before the same statements make it another tool's dump.
    return sandbox.test(first) || (comments.length === 0 && beginsBare.test(first));
  },
  check: (context) => checkSql(context, new MysqlText()),
};
