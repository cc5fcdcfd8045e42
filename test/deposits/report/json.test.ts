import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  type Json,
  JsonNumber,
  MAX_DEPTH,
  MAX_VALUES,
  parseJson,
} from '../../../src/deposits/report/json.ts';

/** As JSON.parse would give it; the far side of the comparison below. */
function plain(value: Json): unknown {
  if (value instanceof JsonNumber) return Number(value.literal);
  if (value instanceof Map) {
    const object = {};
    for (const [key, member] of value as ReadonlyMap<string, Json>) {
      const property = {
        value: plain(member),
        enumerable: true,
        writable: true,
        configurable: true,
      };
      Object.defineProperty(object, key, property);
    }
    return object;
  }
  return Array.isArray(value) ? value.map(plain) : value;
}

function valueOf(text: string): Json {
  const result = parseJson(text);
  assert.ok(result.kind === 'value', `${text}: ${JSON.stringify(result)}`);
  return result.value;
}

const accepted: readonly (readonly [text: string, value: Json])[] = [
  ['null', null],
  [' \t\r\n true \n', true],
  ['false', false],
  ['"a\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9"', 'a"\\/\b\f\n\r\té'],
  ['"\\uD83D\\uDCA5"', '💥'],
  ['"\\ud800"', '\ud800'],
  ['"\u007f\u2028"', '\u007f\u2028'],
  ['0', new JsonNumber('0')],
  ['-0.50e+10', new JsonNumber('-0.50e+10')],
  ['1e999', new JsonNumber('1e999')],
  ['9007199254740993', new JsonNumber('9007199254740993')],
  ['[]', []],
  ['[ 1 , [ ] , { } ]', [new JsonNumber('1'), [], new Map()]],
  [
    '{"":{"b":[null]},"a":""}',
    new Map<string, Json>([
      ['', new Map([['b', [null]]])],
      ['a', ''],
    ]),
  ],
  [
    '{"__proto__":1,"constructor":{"prototype":2}}',
    new Map<string, Json>([
      ['__proto__', new JsonNumber('1')],
      ['constructor', new Map([['prototype', new JsonNumber('2')]])],
    ]),
  ],
];

for (const [text, value] of accepted) {
  test(`accepted: ${JSON.stringify(text)}`, () => assert.deepEqual(valueOf(text), value));
}

const cutShort = [
  '',
  ' \n',
  '{',
  '{ ',
  '{"',
  '{"a',
  '{"a"',
  '{"a" ',
  '{"a":',
  '{"a":1',
  '{"a":1,',
  '{"a":1, ',
  '[',
  '[1',
  '[1,',
  '"',
  '"\\',
  '"\\u',
  '"\\u00e',
  't',
  'tru',
  '[fals',
  'nul',
  '-',
  '[1.',
  '1e',
  '[1e+',
  '1E-',
];

for (const text of cutShort) {
  test(`cut short: ${JSON.stringify(text)}`, () =>
    assert.deepEqual(parseJson(text), { kind: 'cut_short' }));
}

const invalid: readonly (readonly [text: string, place: string, problem: string])[] = [
  ['{} {}', '1:4', 'expected the end of the text, found "{"'],
  ['{}\u0000', '1:3', 'expected the end of the text, found U+0000'],
  ['[1]]', '1:4', 'expected the end of the text, found "]"'],
  ['01', '1:2', 'expected the end of the text, found "1"'],
  ['\ufeff{}', '1:1', 'expected a value, found U+FEFF'],
  ['True', '1:1', 'expected a value, found "T"'],
  ["{'a':1}", '1:2', 'expected a key in double quotes, found "\'"'],
  ['{"a":1,}', '1:8', 'expected a key in double quotes, found "}"'],
  ['{1:2}', '1:2', 'expected a key in double quotes, found "1"'],
  ['{"a" 1}', '1:6', 'expected ":" after the key, found "1"'],
  ['{"a":}', '1:6', 'expected a value, found "}"'],
  ['{"a":1 "b":2}', '1:8', 'expected "," or "}", found a double quote'],
  ['[1 2]', '1:4', 'expected "," or "]", found "2"'],
  ['[1,]', '1:4', 'expected a value, found "]"'],
  ['{"a":1]', '1:7', 'expected "," or "}", found "]"'],
  ['nulx', '1:4', 'expected "null", found "x"'],
  ['[-a]', '1:3', 'expected a digit, found "a"'],
  ['[+1]', '1:2', 'expected a value, found "+"'],
  ['[1.]', '1:4', 'expected a digit, found "]"'],
  ['[.5]', '1:2', 'expected a value, found "."'],
  ['[1e]', '1:4', 'expected a digit, found "]"'],
  ['NaN', '1:1', 'expected a value, found "N"'],
  ['"\n"', '1:2', 'expected the closing quote or an escaped character, found U+000A'],
  ['"\u001b[0m"', '1:2', 'expected the closing quote or an escaped character, found U+001B'],
  ['"\\x"', '1:3', 'expected one of "\\/bfnrtu after a backslash, found "x"'],
  ['"\\u00g0"', '1:6', 'expected a hexadecimal digit, found "g"'],
  ['{\n\n  "a": 💥\n}', '3:8', 'expected a value, found "💥"'],
  ['/* */ 1', '1:1', 'expected a value, found "/"'],
  ['{"a":1,\n "\\u0061":2}', '2:2', 'the key "a" occurs twice'],
  ['{"a\\u001b[31m":1,"a\\u001b[31m":2}', '1:18', 'the key "a" occurs twice'],
  ['{"__proto__":1,"__proto__":2}', '1:16', 'the key "__proto__" occurs twice'],
];

for (const [text, place, problem] of invalid) {
  test(`invalid: ${JSON.stringify(text)}`, () => {
    const result = parseJson(text);
    assert.ok(result.kind === 'invalid', result.kind);
    assert.deepEqual([`${result.line}:${result.column}`, result.problem], [place, problem]);
  });
}

test('the same key in different objects is no duplicate', () => {
  assert.equal(parseJson('[{"a":{"a":1}},{"a":1}]').kind, 'value');
});

test(`nesting is accepted down to ${MAX_DEPTH} levels; a million are refused on the first too many`, () => {
  const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);
  assert.equal(parseJson(nested(MAX_DEPTH)).kind, 'value');
  const column = MAX_DEPTH + 1;
  const problem = `nested deeper than ${MAX_DEPTH} levels`;
  for (const text of [nested(column), nested(1_000_000), '['.repeat(1_000_000)]) {
    assert.deepEqual(parseJson(text), { kind: 'invalid', line: 1, column, problem });
  }
  assert.equal(parseJson('{"a":'.repeat(1_000_000)).kind, 'invalid');
});

test(`${MAX_VALUES} values are accepted, one more is not`, () => {
  const list = (items: number): string => `[${'0,'.repeat(items - 1)}0]`;
  assert.equal(parseJson(list(MAX_VALUES - 1)).kind, 'value');
  assert.deepEqual(parseJson(list(MAX_VALUES)), { kind: 'too_many_values' });
});

test('a text of 8 MiB, also one of escapes only, is one value', () => {
  assert.equal(valueOf(`"${'x'.repeat(8 << 20)}"`), 'x'.repeat(8 << 20));
  assert.equal(valueOf(`"${'\\n'.repeat(4 << 20)}"`), '\n'.repeat(4 << 20));
});

test('agrees with JSON.parse on every document that JSON.stringify writes', () => {
  const document = fc.jsonValue({ maxDepth: 6, stringUnit: 'binary' });
  fc.assert(
    fc.property(document, fc.constantFrom('', ' ', '\t', '\n  '), (value, indent) => {
      const text = JSON.stringify(value, null, indent);
      assert.deepEqual(plain(valueOf(text)), JSON.parse(text));
    }),
    { numRuns: 1000 },
  );
});

/** JSON's own pieces in random order: right often enough, and wrong in interesting places. */
const pieces = fc
  .array(
    fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ':',
      ',',
      '"a"',
      '"b"',
      '"',
      '\\',
      '\\n',
      '\\u0041',
      '0',
      '1',
      '-',
      '.',
      'e',
      '+',
      'true',
      'fal',
      'null',
      ' ',
      '\n',
      '\u0000',
      'é',
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(''));

function nativelyValid(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

test('accepts and refuses what JSON.parse does, duplicate keys aside', () => {
  fc.assert(
    fc.property(fc.oneof(pieces, fc.string()), (text) => {
      const result = parseJson(text);
      if (result.kind === 'invalid' && result.problem.endsWith('occurs twice')) return;
      assert.equal(result.kind === 'value', nativelyValid(text), JSON.stringify(result));
    }),
    { numRuns: 5000 },
  );
});

test('every proper beginning of an object, a list or a text is cut short', () => {
  const document = fc.oneof(fc.object(), fc.array(fc.jsonValue()), fc.string({ unit: 'binary' }));
  fc.assert(
    fc.property(
      document,
      fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
      (value, part) => {
        const text = JSON.stringify(value);
        const beginning = text.slice(0, Math.floor(text.length * part));
        assert.deepEqual(parseJson(beginning), { kind: 'cut_short' });
      },
    ),
    { numRuns: 1000 },
  );
});
