/**
 * A JSON parser (RFC 8259) for hostile text. It differs from JSON.parse where that is unsafe or says too little: duplicate
 * keys are refused, objects are Maps (`__proto__` is a key like any other), numbers keep their digits, depth and number of
 * values are bounded, and text that ended too early is told from text that is wrong. Every character is read once.
 */
import { forPeople } from '../../core/text.ts';
import { Cursor, JsonFault } from './cursor.ts';
import { type JsonNumber, readNumber, readString, readWord } from './scalars.ts';

export { JsonNumber } from './scalars.ts';

export type JsonObject = ReadonlyMap<string, Json>;
export type Json = null | boolean | string | JsonNumber | readonly Json[] | JsonObject;

export type JsonResult =
  | { readonly kind: 'value'; readonly value: Json }
  /** The text is the beginning of a JSON document: the rest may still arrive. */
  | { readonly kind: 'cut_short' }
  /** `line` and `column` count from 1, columns in UTF-16 units; `problem` is a phrase for people. */
  | {
      readonly kind: 'invalid';
      readonly line: number;
      readonly column: number;
      readonly problem: string;
    }
  | { readonly kind: 'too_many_values' };

/** Objects and lists inside one another; a report needs 4. */
export const MAX_DEPTH = 64;

/** A million empty objects fit into 8 MiB of text but need 200 MB of memory; 10,000 databases need some 300,000 values. */
export const MAX_VALUES = 500_000;

/** Parses one whole document; a byte order mark must be gone already. Never throws. */
export function parseJson(text: string): JsonResult {
  const cursor = new Cursor(text);
  try {
    return { kind: 'value', value: readDocument(cursor) };
  } catch (error) {
    if (!(error instanceof JsonFault)) throw error;
    if (error.kind !== 'invalid') return { kind: error.kind };
    return { kind: 'invalid', ...cursor.lineAndColumn(error.at), problem: error.message };
  }
}

function readDocument(cursor: Cursor): Json {
  const value = readValue(cursor, { left: MAX_VALUES }, 0);
  cursor.skipSpace();
  if (!cursor.ended()) throw cursor.unexpected('the end of the text');
  return value;
}

/** How many values may still come: one object, shared by the whole document. */
interface Budget {
  left: number;
}

/** `depth` is how many containers are open; it bounds the recursion. */
function readValue(cursor: Cursor, budget: Budget, depth: number): Json {
  cursor.skipSpace();
  budget.left -= 1;
  if (budget.left < 0) throw new JsonFault('too_many_values');
  const first = cursor.peek();
  if (first === '"') return readString(cursor);
  if (first === '{' || first === '[') {
    if (depth === MAX_DEPTH) throw cursor.fault(`nested deeper than ${MAX_DEPTH} levels`);
    return first === '{'
      ? readObject(cursor, budget, depth + 1)
      : readList(cursor, budget, depth + 1);
  }
  const word = readWord(cursor);
  return word === undefined ? readNumber(cursor) : word;
}

function readObject(cursor: Cursor, budget: Budget, depth: number): JsonObject {
  const members = new Map<string, Json>();
  cursor.at += 1;
  cursor.skipSpace();
  if (cursor.take('}')) return members;
  for (;;) {
    const keyAt = cursor.at;
    if (cursor.peek() !== '"') throw cursor.unexpected('a key in double quotes');
    const key = readString(cursor);
    if (members.has(key)) throw cursor.fault(`the key "${forPeople(key, 60)}" occurs twice`, keyAt);
    cursor.skipSpace();
    if (!cursor.take(':')) throw cursor.unexpected('":" after the key');
    members.set(key, readValue(cursor, budget, depth));
    cursor.skipSpace();
    if (cursor.take('}')) return members;
    if (!cursor.take(',')) throw cursor.unexpected('"," or "}"');
    cursor.skipSpace();
  }
}

function readList(cursor: Cursor, budget: Budget, depth: number): readonly Json[] {
  const items: Json[] = [];
  cursor.at += 1;
  cursor.skipSpace();
  if (cursor.take(']')) return items;
  for (;;) {
    items.push(readValue(cursor, budget, depth));
    cursor.skipSpace();
    if (cursor.take(']')) return items;
    if (!cursor.take(',')) throw cursor.unexpected('"," or "]"');
  }
}
