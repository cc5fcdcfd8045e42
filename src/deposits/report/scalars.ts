/** JSON's texts, numbers and words. Each reader starts on the first character and leaves the cursor behind the last. */
import type { Cursor } from './cursor.ts';

/** A number as it was written: `1e999` and 2^53+1 have no safe JavaScript value, so whoever needs one decides. */
export class JsonNumber {
  readonly literal: string;

  constructor(literal: string) {
    this.literal = literal;
  }
}

const words: ReadonlyMap<string, boolean | null> = new Map([
  ['true', true],
  ['false', false],
  ['null', null],
]);

/** `true`, `false` or `null`; undefined where none of them begins. */
export function readWord(cursor: Cursor): boolean | null | undefined {
  for (const [word, value] of words) {
    if (cursor.peek() !== word.charAt(0)) continue;
    for (const char of word) if (!cursor.take(char)) throw cursor.unexpected(`"${word}"`);
    return value;
  }
  return undefined;
}

/** A number, its digits unchanged. */
export function readNumber(cursor: Cursor): JsonNumber {
  const start = cursor.at;
  const negative = cursor.take('-');
  if (!cursor.take('0')) skipDigits(cursor, negative ? 'a digit' : 'a value');
  if (cursor.take('.')) skipDigits(cursor, 'a digit');
  if (cursor.take('e') || cursor.take('E')) {
    if (!cursor.take('+')) cursor.take('-');
    skipDigits(cursor, 'a digit');
  }
  return new JsonNumber(cursor.text.slice(start, cursor.at));
}

function skipDigits(cursor: Cursor, expected: string): void {
  if (!isDigit(cursor)) throw cursor.unexpected(expected);
  while (isDigit(cursor)) cursor.at += 1;
}

function isDigit(cursor: Cursor): boolean {
  const code = cursor.text.charCodeAt(cursor.at);
  return code >= 0x30 && code <= 0x39;
}

const escapes: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ['\\', '\\'],
  ['/', '/'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
]);

/** A text in double quotes. Lone surrogates are let through: what they may mean is for the reader of the value. */
export function readString(cursor: Cursor): string {
  const parts: string[] = [];
  cursor.at += 1;
  for (;;) {
    const start = cursor.at;
    while (isPlain(cursor.text.charCodeAt(cursor.at))) cursor.at += 1;
    parts.push(cursor.text.slice(start, cursor.at));
    if (cursor.take('"')) return parts.join('');
    if (!cursor.take('\\')) throw cursor.unexpected('the closing quote or an escaped character');
    parts.push(readEscape(cursor));
  }
}

/** False for the quote, the backslash, control characters, and NaN at the end of the text. */
function isPlain(code: number): boolean {
  return code >= 0x20 && code !== 0x22 && code !== 0x5c;
}

function readEscape(cursor: Cursor): string {
  const simple = escapes.get(cursor.peek());
  if (simple !== undefined) {
    cursor.at += 1;
    return simple;
  }
  if (!cursor.take('u')) throw cursor.unexpected('one of "\\/bfnrtu after a backslash');
  const start = cursor.at;
  while (cursor.at < start + 4) {
    if (!/^[0-9a-f]$/i.test(cursor.peek())) throw cursor.unexpected('a hexadecimal digit');
    cursor.at += 1;
  }
  return String.fromCharCode(Number.parseInt(cursor.text.slice(start, cursor.at), 16));
}
