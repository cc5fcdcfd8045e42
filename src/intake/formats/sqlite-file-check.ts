/** Starts the process of sqlite-process.ts, and makes of its answer, or of its end, what can be said about the database. */
import { formatDuration } from '../../core/duration.ts';
import { forPeople } from '../../core/text.ts';
import { SQLITE_ROLE } from '../role.ts';
import type { Answer } from './sqlite-process.ts';

export type Integrity =
  | { readonly kind: 'ok'; readonly tables: number }
  | {
      readonly kind: 'corrupt';
      /** In SQLite's words, harmless. */
      readonly words: string;
      /** The schema could not be read: it may also use what our SQLite is too old for. */
      readonly schema: boolean;
    }
  /** Nothing was found out; why, as a phrase. */
  | { readonly kind: 'unknown'; readonly why: string };

export interface IntegrityRequest {
  /** Open, of the database; it is handed on to the process. */
  readonly descriptor: number;
  /** Starts the program that calls checkSqlite when its first argument is SQLITE_ROLE. */
  readonly program: readonly string[];
  /** Milliseconds that it may take. */
  readonly limit: number;
}

const MiB = 1024 * 1024;

/** 2 minutes and a second for each 10 MiB, in milliseconds; at most a day. */
export const timeLimit = (size: number): number =>
  Math.min(86_400_000, 120_000 + Math.ceil(size / (10 * MiB)) * 1000);

/** Of private memory, in KiB. V8 reserves 560 MiB at its start and uses 40 of them; the rest is SQLite's. */
const MEMORY = 1024 * 1024;

/**
 * In blocks of 512 bytes, 1024 in some shells. Nothing is written; but where libstdc++ is missing the one binary brings it along as a file in
 * memory, of 2.2 MB, and that counts.
 */
const FILES = 8192;

/**
 * Node cannot limit itself: the shell does, and becomes Node. No core dumps, no large files, bounded memory; the processor time ends a
 * process whose parent was killed. A limit that is refused is already lower.
 */
const limits = (seconds: number): string =>
  `for limit in 'c 0' 'f ${FILES}' 'd ${MEMORY}' 't ${seconds}'; do ulimit -$limit; done 2>&-; exec "$0" "$@"`;

/** The longest answer has ten lines of 400 characters, some of them escaped. */
const LONGEST_ANSWER = 64 * 1024;

const SQLITE_CORRUPT = 11;
const SQLITE_NOTADB = 26;
const BAD_SCHEMA = 'malformed database schema';

/**
 * What integrity_check says of databases that nothing has happened to: values that do not fit a declaration which was changed later, full-text
 * tables that keep no content of their own or were never told of a change (tried with SQLite 3.53 on FTS4). They may be damage as well.
 */
const complaint =
  /^(?:(?:NULL|NUMERIC|TEXT|non-[A-Z]+) value in|unable to validate the inverted index for|malformed inverted index for) /u;

const unknown = (why: string): Integrity => ({ kind: 'unknown', why });
const named = (words: string): string => forPeople(words, 200);

/** The first line that says something: integrity_check puts a heading before what it found in the pages. */
function firstFinding(lines: readonly string[]): string {
  const all = lines.flatMap((line) => line.split('\n'));
  return named(all.find((line) => !line.startsWith('***')) ?? '');
}

function isAnswer(value: unknown): value is Answer {
  if (typeof value !== 'object' || value === null) return false;
  if ('lines' in value && 'tables' in value) {
    const { lines, tables } = value;
    const words = Array.isArray(lines) && lines.every((line) => typeof line === 'string');
    return words && lines.length > 0 && (tables === null || Number.isSafeInteger(tables));
  }
  if ('refused' in value) return typeof value.refused === 'string';
  if (!('code' in value && 'message' in value)) return false;
  return typeof value.code === 'number' && typeof value.message === 'string';
}

function parse(text: string): Answer | null {
  try {
    const value: unknown = JSON.parse(text);
    return isAnswer(value) ? value : null;
  } catch {
    return null;
  }
}

function judged(answer: Answer): Integrity {
  if ('refused' in answer) return unknown(`integrity_check was not made: ${named(answer.refused)}`);
  if ('lines' in answer) {
    const { lines, tables } = answer;
    if (lines.length === 1 && lines[0] === 'ok') return { kind: 'ok', tables: tables ?? 0 };
    const words = firstFinding(lines);
    if (lines.every((line) => complaint.test(line)))
      return unknown(`integrity_check found what need not be damage: ${words}`);
    return { kind: 'corrupt', words, schema: false };
  }
  const { code, message } = answer;
  // The lower byte of an extended code is its kind. All others say something of us or of the schema: a missing function, no memory.
  const kind = code & 255;
  if (kind !== SQLITE_CORRUPT && kind !== SQLITE_NOTADB)
    return unknown(`integrity_check could not be made: ${named(message)}`);
  return { kind: 'corrupt', words: named(message), schema: message.startsWith(BAD_SCHEMA) };
}

/** Never rejects for anything that the database does to the process. `took`: milliseconds. */
export async function checkIntegrity({
  descriptor,
  program,
  limit,
}: IntegrityRequest): Promise<{ readonly found: Integrity; readonly took: number }> {
  const { execa } = await import('execa');
  const seconds = Math.ceil(limit / 1000) + 1;
  const result = await execa('/bin/sh', ['-c', limits(seconds), ...program, SQLITE_ROLE], {
    // The fourth is DATABASE_DESCRIPTOR. Any number will do; the types know only the usual ones.
    stdio: ['ignore', 'pipe', 'ignore', descriptor as 3],
    env: {},
    extendEnv: false,
    cwd: '/',
    timeout: limit,
    killSignal: 'SIGKILL',
    maxBuffer: LONGEST_ANSWER,
    reject: false,
  });
  return { found: concluded(result, limit), took: result.durationMs };
}

interface Ended {
  readonly timedOut: boolean;
  readonly signal?: string | undefined;
  readonly exitCode?: number | undefined;
  readonly code?: string | undefined;
  readonly stdout: string;
}

function concluded(result: Ended, limit: number): Integrity {
  if (result.timedOut)
    return unknown(`integrity_check did not end within ${formatDuration(limit)}`);
  if (result.signal !== undefined) return unknown(`integrity_check ended by ${result.signal}`);
  if (result.exitCode === undefined)
    return unknown(`integrity_check could not be started (${named(result.code ?? 'no reason')})`);
  const answer = result.exitCode === 0 ? parse(result.stdout) : null;
  return answer === null
    ? unknown(`integrity_check gave no answer (exit code ${result.exitCode})`)
    : judged(answer);
}
