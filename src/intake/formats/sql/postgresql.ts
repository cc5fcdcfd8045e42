/**
 * PostgreSQL's plain dumps: pg_dump, pg_restore -f, and pg_dumpall, whose dump of a cluster holds a plain dump of each database.
 * Several may stand one after the other, as when the globals of pg_dumpall and a pg_dump go into one file.
 *
 * What changes by itself, and is left out of the fingerprint: the random token of `\restrict` and `\unrestrict` (in all releases
 * since August 2025, CVE-2025-8714), the times that -v adds, and the versions of server and pg_dump in the head comment.
 */
import type { ContentFault } from '../../../core/content.ts';
import type { Format } from '../format.ts';
import type { TextTail } from '../text-tail.ts';
import { Behind } from './behind.ts';
import { beginningOf, namingLines } from './beginning.ts';
import { checkSql, type Reading, type Verdict } from './checker.ts';
import { cut, cutBefore, foreignBehind, isMessageLine, messageIn, secondEnd } from './faults.ts';
import type { Line, LineWalk, Step } from './line-walk.ts';
import { isBlank, isComment, isCopy, isCreateTable } from './words.ts';

const marks = {
  plain: {
    head: '-- PostgreSQL database dump',
    end: '-- PostgreSQL database dump complete',
  },
  cluster: {
    head: '-- PostgreSQL database cluster dump',
    end: '-- PostgreSQL database cluster dump complete',
  },
} as const;
type Level = keyof typeof marks;

const version = /^-- Dumped from database version (\d[\w.]{0,15})/u;
const changesInHead =
  /^-- (?:Started on \d{4}-|Dumped from database version |Dumped by pg_dump version )/u;
const completedOn = /^-- Completed on \d{4}-/u;
const restrict = /^\\(un)?restrict ([A-Za-z0-9]+)$/u;

/** The rows before it were no data of a COPY statement, but pg_dump writes none elsewhere. */
const rowsOutside = (at: number): ContentFault => ({
  reason: 'dump_corrupt',
  message: `at byte ${at} data ends that never began: a part of the dump is missing before it`,
});

/** How far one kind of dump has come: where one is open, and whether one has ended. */
interface Progress {
  openSince: number | null;
  ended: boolean;
}

class PostgresText implements Reading {
  readonly kind;
  readonly quotes = { dollars: true, brackets: false };
  readonly zeros = 1;
  readonly #level: Level;
  readonly #plain: Progress = { openSince: null, ended: false };
  readonly #cluster: Progress = { openSince: null, ended: false };
  readonly #behind = new Behind(false);
  #inHead = false;
  /** Of the `\restrict` that is open. */
  #token: string | null = null;
  #wasRestricted = false;
  #version: string | null = null;
  /** Whether the last COPY statement names several columns: then every row holds a tab. */
  #severalColumns = false;
  #shortfall: string | null = null;
  #fault: ContentFault | null = null;
  #tables = 0;

  constructor(level: Level) {
    this.#level = level;
    this.kind = level === 'plain' ? ('postgresql_plain' as const) : ('postgresql_cluster' as const);
  }

  tables = (): number => this.#tables;
  description = (): string =>
    ['PostgreSQL', this.#version, this.#level === 'plain' ? 'dump' : 'cluster dump (pg_dumpall)']
      .filter((word) => word !== null)
      .join(' ');

  line = (line: Line, walk: LineWalk): Step => {
    const step = this.#step(line);
    // Behind an end, whatever begins a line has to be looked at.
    walk.showsAll = this.#isBehind();
    return step;
  };

  #isBehind(): boolean {
    const { openSince } = this.#plain;
    const ended = this.#plain.ended || this.#cluster.ended;
    return ended && openSince === null && this.#cluster.openSince === null;
  }

  #step(line: Line): Step {
    const { text } = line;
    if (text.startsWith('--')) return this.#comment(line);
    if (text.startsWith('\\')) return this.#command(line);
    if (isMessageLine(line)) this.#fault ??= messageIn(line);
    else if (this.#isBehind()) this.#fault ??= this.#behind.line(line);
    if (isBlank(text)) return 'skip';
    this.#inHead = false;
    if (isCopy(text)) {
      this.#severalColumns = text.includes(', ');
      return 'copy';
    }
    if (isCreateTable(text)) this.#tables++;
    return 'body';
  }

  dumpInData = (at: number): void => {
    if (this.#severalColumns) this.#fault ??= cutBefore(at, this.#plain.openSince ?? 0);
    else this.#shortfall = `a dump seems to begin within the data, at byte ${at}`;
  };

  #comment(line: Line): Step {
    const text = line.text.trimEnd();
    for (const level of ['plain', 'cluster'] as const) {
      if (text === marks[level].head) this.#begin(level, line.at);
      else if (text === marks[level].end) this.#end(level, line.at);
    }
    this.#version ??= version.exec(text)?.[1] ?? null;
    const changes = completedOn.test(text) || (this.#inHead && changesInHead.test(text));
    return changes ? 'drop' : 'skip';
  }

  #begin(level: Level, at: number): void {
    const progress = level === 'plain' ? this.#plain : this.#cluster;
    const within = level === 'cluster' || this.#token !== null;
    const open = this.#plain.openSince ?? (within ? this.#cluster.openSince : null);
    if (open !== null || this.#token !== null) this.#fault ??= cutBefore(at, open ?? 0);
    progress.openSince = at;
    this.#inHead = true;
    this.#token = null;
    this.#behind.reset();
  }

  #end(level: Level, at: number): void {
    const progress = level === 'plain' ? this.#plain : this.#cluster;
    if (progress.openSince === null) this.#fault ??= secondEnd(at);
    progress.openSince = null;
    progress.ended = true;
  }

  /** A line that psql itself carries out. */
  #command(line: Line): Step {
    const [, ends, token] = restrict.exec(line.text.trimEnd()) ?? [];
    if (token === undefined) {
      if (line.text === '\\.') this.#fault ??= rowsOutside(line.at);
      if (this.#isBehind()) this.#fault ??= this.#behind.line(line);
      return 'skip';
    }
    if (ends === undefined && this.#token === null && !this.#isBehind()) {
      this.#token = token;
      this.#wasRestricted = true;
      return 'drop';
    }
    if (ends !== undefined && this.#token === token) {
      this.#token = null;
      return 'drop';
    }
    // Some take out the first of the two lines only, for an older psql.
    if (!this.#isBehind()) return 'skip';
    if (this.#wasRestricted) this.#fault ??= foreignBehind(line);
    return 'drop';
  }

  verdict = (walk: LineWalk, tail: TextTail): Verdict => {
    if (this.#fault !== null) return { fault: this.#fault, shortfall: null };
    const lines = tail.lines();
    if (walk.open === null && this.#isBehind() && this.#token === null) {
      const { fault, shortfall } = this.#behind.verdict(lines.at(-1) ?? '');
      return { fault, shortfall: shortfall ?? this.#shortfall };
    }
    if (walk.open === 'quote' && this.#endsAnyway(lines)) {
      // The token is random: no data holds it.
      if (lines.some((line) => line === `\\unrestrict ${this.#token}`))
        return { fault: null, shortfall: null };
      if (this.#token === null)
        return { fault: null, shortfall: 'the end mark stands within what looks like a quote' };
    }
    return { fault: this.#cut(walk, lines), shortfall: null };
  };

  /** Whether the last lines end a dump, whatever the quotes say: a safeguard against dumps that quote in a way not known here. */
  #endsAnyway(lines: readonly string[]): boolean {
    const end = lines.lastIndexOf(marks[this.#level].end);
    return (
      end >= 0 &&
      lines.slice(end).every((line) => isComment(line) || line.startsWith('\\unrestrict '))
    );
  }

  #cut(walk: LineWalk, lines: readonly string[]): ContentFault {
    const level = this.#cluster.openSince === null ? 'plain' : 'cluster';
    const isLeft = this.#token !== null && this.#isBehind();
    const expected = isLeft ? `\\unrestrict ${this.#token}` : marks[level].end;
    return cut(`"${expected}"`, lines.at(-1) ?? '', walk.open === 'data');
  }
}

const postgres = (level: Level): Format => ({
  recognises: (head) => {
    const first = namingLines(beginningOf(head)).find((line) =>
      [marks.plain.head, marks.cluster.head].some((mark) => mark === line),
    );
    return first === marks[level].head;
  },
  check: (context) => checkSql(context, new PostgresText(level)),
});

export const postgresqlPlain = postgres('plain');
export const postgresqlCluster = postgres('cluster');
