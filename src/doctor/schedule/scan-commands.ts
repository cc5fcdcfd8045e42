/** Commands that run scans, in a line for a shell: the one search for them, of crontabs and of units. */
import { basename } from 'node:path';
import { shellCommands } from './shell-commands.ts';

/** One simple command that starts a scan of ours. */
export interface ScanCommand {
  /** Without quotes; assignments before it are in `environment`. */
  readonly words: readonly string[];
  /** The word that is our program, or the script of it that Node is to run, as it is written. */
  readonly program: string;
  /** What stands before that: `sudo -u x`, `flock …`, `node --flags`; of a nested shell, that one too. */
  readonly before: readonly string[];
  /** What is set for it: `A=b cmd`, `env A=b cmd`, `export A=b; cmd`. */
  readonly environment: ReadonlyMap<string, string>;
  /** A file was read into the shell before it, which may have set anything. */
  readonly isSourced: boolean;
  /** Whether systemd runs is asked before it: as lines of packages have it, it is run only where that does not. */
  readonly asksForSystemd: boolean;
  /** `--config FILE`, wherever it stands, or a variable, which may say so; null for the one that is searched. */
  readonly config: string | null;
  /** AGENT[/DATABASE]; none where it is of all jobs. */
  readonly names: readonly string[];
}

/** One in another, as `su x -c "sh -c '…'"`. */
const DEEPEST = 4;

const isOurProgram = (word: string): boolean => /(?:^|\/)backupmon(?:\.c?js)?$/u.test(word);

/** Words before a command that are none of it. */
const reserved = new Set(['if', 'then', 'elif', 'else', 'while', 'until', 'do', '{', '!']);

/** What does not run its arguments, or not here. */
const talkers = new Set(
  ': [ alias cat curl echo false grep help kill killall logger mail mailx man pgrep pkill printf ssh test touch true type wall which'.split(
    ' ',
  ),
);

const exporting = new Set(['export', 'declare', 'typeset', 'readonly']);
const sourcing = new Set(['.', 'source', 'eval']);

/** How many words at the beginning are such; what they set is put into the map. */
function assign(words: readonly string[], environment: Map<string, string>): number {
  let count = 0;
  for (const word of words) {
    const [, name, value = ''] = /^([A-Za-z_]\w*)=(.*)$/su.exec(word) ?? [];
    if (name === undefined) break;
    environment.set(name, value);
    count += 1;
  }
  return count;
}

interface Found {
  /** Of the program. */
  readonly index: number;
  readonly config: string | null;
  readonly names: readonly string[];
}

/** What a call of ours says, from behind the program on; `end` is where its first word without a dash stands. */
function readCall(
  words: readonly string[],
  index: number,
): Found & { end: number; command: string } {
  let config: string | null = null;
  let end = words.length;
  const plain: string[] = [];
  for (let at = index + 1; at < words.length; at += 1) {
    const word = words[at] ?? '';
    if (word === '--config') config = words[(at += 1)] ?? null;
    else if (word.startsWith('--config=')) config = word.slice('--config='.length);
    // `scan $OPTIONS`: no job is called so.
    else if (word.startsWith('$')) config ??= word;
    else if (!word.startsWith('-')) {
      if (plain.length === 0) end = at;
      plain.push(word);
      if (plain[0] !== 'scan') break;
    }
  }
  const [command = '', ...names] = plain.filter((word) => word !== '}');
  return { index, config, names, end, command };
}

/** A call that asks for help runs nothing. */
const isAsking = (words: readonly string[]): boolean =>
  words.some((word) => ['--help', '-h', '--version', '-V'].includes(word));

function findScan(words: readonly string[]): Found | null {
  for (let at = 0; at < words.length; at += 1) {
    if (!isOurProgram(words[at] ?? '')) continue;
    const call = readCall(words, at);
    if (call.command === 'scan') return isAsking(words.slice(at)) ? null : call;
    at = call.end - 1;
  }
  return null;
}

/** Indices of lines that are handed to another shell: `sh -c '…'`, `bash -lc`, `su x -c`; the `3` of `ionice -c 3` looks like one. */
const nestedIn = (words: readonly string[]): number[] =>
  words.flatMap((word, index) =>
    /^(?:-[a-zA-Z]*c|--(?:session-)?command)$/u.test(word) ? [index + 1] : [],
  );

interface Surroundings {
  readonly environment: ReadonlyMap<string, string>;
  readonly isSourced: boolean;
  readonly asksForSystemd: boolean;
  readonly depth: number;
}

function scansOf(words: readonly string[], around: Surroundings): ScanCommand[] {
  if (talkers.has(basename(words[0] ?? ''))) return [];
  const { depth, ...surroundings } = around;
  const scan = findScan(words);
  if (scan !== null) {
    const { index, config, names } = scan;
    const program = words[index] ?? '';
    return [{ words, program, before: words.slice(0, index), ...surroundings, config, names }];
  }
  if (depth === 0) return [];
  return nestedIn(words).flatMap((nested) =>
    scansIn(words[nested] ?? '', { ...around, depth: depth - 1 }).map((inner) => ({
      ...inner,
      before: [...words.slice(0, nested), ...inner.before],
    })),
  );
}

function scansIn(text: string, around: Surroundings): ScanCommand[] {
  const kept = new Map(around.environment);
  let { isSourced, asksForSystemd } = around;
  return shellCommands(text).flatMap((command) => {
    const start = command.findIndex((word) => !reserved.has(word));
    const words = start === -1 ? [] : command.slice(start);
    const environment = new Map(kept);
    const own = words.slice(assign(words, environment));
    const [first = ''] = own;
    if (own.length === 0) assign(words, kept);
    else if (exporting.has(first)) assign(own.slice(1), kept);
    else if (sourcing.has(first)) isSourced = true;
    if (words.some((word) => word.startsWith('/run/systemd/system'))) asksForSystemd = true;
    if (basename(first) === 'env')
      assign(
        own.filter((word) => word.includes('=')),
        environment,
      );
    return scansOf(own, { ...around, environment, isSourced, asksForSystemd });
  });
}

/**
 * Each command of the text that runs a scan: of `;`, `&&`, `( … )`, `if … then` and their like each part is one, and
 * what is handed to another shell by `-c` is looked into. What a program runs that is not ours is not seen. Linear in the
 * length of the text.
 */
export const scanCommandsIn = (text: string): readonly ScanCommand[] =>
  scansIn(text, {
    environment: new Map(),
    isSourced: false,
    asksForSystemd: false,
    depth: DEEPEST,
  });
