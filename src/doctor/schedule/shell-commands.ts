/** Simple commands of a line for a shell, as far as that can be told without one (POSIX, 2.2, 2.3, 2.7 and 2.10). */

interface Reading {
  readonly text: string;
  at: number;
  /** The word that is being read; null between words. */
  word: string | null;
  /** The next word is where something is redirected to. */
  isTarget: boolean;
  command: string[];
  readonly commands: string[][];
  /** Parentheses that are open. */
  depth: number;
  /** A backquote is open. */
  isInBackquotes: boolean;
  /** A quote is open at the end. */
  isInQuotes: boolean;
}

function endWord(reading: Reading): void {
  const { word } = reading;
  if (word === null) return;
  if (reading.isTarget) reading.isTarget = false;
  else reading.command.push(word);
  reading.word = null;
}

function endCommand(reading: Reading): void {
  endWord(reading);
  if (reading.command.length > 0) reading.commands.push(reading.command);
  reading.command = [];
  reading.isTarget = false;
}

/** Where nothing follows, the rest. */
function take(reading: Reading, pattern: RegExp): string {
  pattern.lastIndex = reading.at;
  const found = pattern.exec(reading.text)?.[0] ?? '';
  reading.at += found.length;
  return found;
}

function readQuoted(reading: Reading, quote: string): void {
  reading.at += 1;
  let inner = take(reading, quote === "'" ? /[^']*/uy : /[^"\\]*/uy);
  // A group that is repeated would take depth by the length of the text.
  while (reading.text[reading.at] === '\\') inner += take(reading, /\\[^]?[^"\\]*/uy);
  reading.isInQuotes = reading.at >= reading.text.length;
  reading.at += 1;
  const text = quote === "'" ? inner : inner.replaceAll(/\\(["\\$`])/gu, '$1');
  reading.word = `${reading.word ?? ''}${text}`;
}

/** `>`, `2>>`, `>&` and their like; what they name follows as a word. */
function readRedirection(reading: Reading): void {
  // The number of a file that is open.
  if (/^\d+$/u.test(reading.word ?? '')) reading.word = null;
  endWord(reading);
  take(reading, /[<>]+[&|-]?/uy);
  reading.isTarget = true;
}

function readBracket(reading: Reading, sign: string): void {
  if (sign === '`') reading.isInBackquotes = !reading.isInBackquotes;
  if (sign === '(') reading.depth += 1;
  // What stands behind a pattern of `case` closes nothing.
  if (sign === ')') reading.depth = Math.max(0, reading.depth - 1);
}

function readOne(reading: Reading, sign: string): void {
  if (sign === "'" || sign === '"') readQuoted(reading, sign);
  else if (sign === '<' || sign === '>') readRedirection(reading);
  else if (sign === '#' && reading.word === null) take(reading, /[^\n]*/uy);
  else if (/[;&|()`\n]/u.test(sign)) {
    endCommand(reading);
    readBracket(reading, sign);
    reading.at += 1;
  } else if (/[ \t]/u.test(sign)) {
    endWord(reading);
    reading.at += 1;
  } else if (sign === '\\') {
    reading.at += 1;
    // A line that goes on.
    if (take(reading, /\n/uy) === '')
      reading.word = `${reading.word ?? ''}${take(reading, /[^]/uy)}`;
  } else reading.word = `${reading.word ?? ''}${take(reading, /[^'"<>;&|()`\n \t\\]+/uy)}`;
}

function read(text: string): Reading {
  const reading: Reading = {
    text,
    at: 0,
    word: null,
    isTarget: false,
    command: [],
    commands: [],
    depth: 0,
    isInBackquotes: false,
    isInQuotes: false,
  };
  while (reading.at < text.length) readOne(reading, text.charAt(reading.at));
  endCommand(reading);
  return reading;
}

/** All quotes, backquotes and parentheses that it opens are closed: a shell takes no other. */
export function isClosed(text: string): boolean {
  const { depth, isInBackquotes, isInQuotes } = read(text);
  return depth === 0 && !isInBackquotes && !isInQuotes;
}

/**
 * The words of each command, quotes removed, redirections and comments left out. What is substituted is a command of
 * its own; variables stay as they are written. Linear in the length of the text.
 */
export const shellCommands = (text: string): string[][] => read(text).commands;
