/** Single values of a report: each reader accepts every notation that agents in the field use, and nothing else. */
import { parseInstant } from '../../core/instant.ts';
import { forPeople } from '../../core/text.ts';
import { type Json, JsonNumber, type JsonObject } from './json.ts';

/** Both null: absent. `fault` is a phrase for people, to follow the name of the field: what was found, what expected. */
export interface Reading<Value> {
  readonly value: Value | null;
  readonly fault: string | null;
}

const absent: Reading<never> = { value: null, fault: null };

function faulty(value: Json, expected: string): Reading<never> {
  return { value: null, fault: `is ${describe(value)}, ${expected}` };
}

/** `null`, the empty text and the text `null` mean that there is no value. */
export function isBlank(value: Json): boolean {
  return value === null || value === '' || value === 'null';
}

/** The first value, in the order of `names`, that is not blank; null when there is none. */
export function pick(object: JsonObject, names: readonly string[]): Json {
  for (const name of names) {
    const value = object.get(name) ?? null;
    if (!isBlank(value)) return value;
  }
  return null;
}

export function isObject(value: Json): value is JsonObject {
  return value instanceof Map;
}

/** What a value is, for people: `the text "ok"`, `a list`. */
export function describe(value: Json): string {
  if (value === null) return 'null';
  if (typeof value === 'string') return `the text "${forPeople(value, 60)}"`;
  if (typeof value === 'boolean') return `the value ${value}`;
  if (value instanceof JsonNumber) return `the number ${forPeople(value.literal, 60)}`;
  return isObject(value) ? 'an object' : 'a list';
}

/** A report's statuses, in lower case; a list to be lengthened by the contract only. */
const statusWords: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['success', true],
  ['1', true],
  ['false', false],
  ['failed', false],
  ['0', false],
]);

/** A stage's outcome. Any other word is a fault, never "true because it is not empty". */
export function readStatus(value: Json): Reading<boolean> {
  if (isBlank(value)) return absent;
  if (typeof value === 'boolean') return { value, fault: null };
  const word = value instanceof JsonNumber ? value.literal : value;
  const known = typeof word === 'string' ? statusWords.get(word.toLowerCase()) : undefined;
  if (known !== undefined) return { value: known, fault: null };
  return faulty(value, 'none of true, false, success, failed, 1, 0');
}

/** 2^53−1 has 16 digits. The `.0` is how languages with one kind of number write whole ones. */
const wholeNumber = /^\d{1,16}(?:\.0+)?$/;
const decimalText = /^\d{1,16}$/;

/** A size in bytes: a whole number from 0 to 2^53−1, also as a decimal text. */
export function readSize(value: Json): Reading<number> {
  if (isBlank(value)) return absent;
  const size = value instanceof JsonNumber ? digits(value.literal, wholeNumber) : textSize(value);
  if (size !== null && Number.isSafeInteger(size)) return { value: size, fault: null };
  return faulty(value, 'no whole number of bytes from 0 to 9007199254740991');
}

function textSize(value: Json): number | null {
  return typeof value === 'string' ? digits(value.trim(), decimalText) : null;
}

function digits(text: string, pattern: RegExp): number | null {
  return pattern.test(text) ? Number(text) : null;
}

/** A SHA-256 as 64 hexadecimal digits, brought to lower case and out of the white space around it. */
export function readSha256(value: Json): Reading<string> {
  if (isBlank(value)) return absent;
  const hash = typeof value === 'string' ? value.trim().toLowerCase() : '';
  if (/^[0-9a-f]{64}$/.test(hash)) return { value: hash, fault: null };
  return faulty(value, 'no SHA-256 (64 hexadecimal digits)');
}

/** A time in milliseconds UTC; without an offset it is read in `zone`. */
export function readTime(value: Json, zone: string): Reading<number> {
  if (isBlank(value)) return absent;
  const instant = typeof value === 'string' ? parseInstant(value, zone) : null;
  if (instant !== null) return { value: instant, fault: null };
  return faulty(value, 'no time such as 2026-06-20T18:37:35Z');
}
