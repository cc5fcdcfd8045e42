/** Reports as values: nearly right ones, and JSON of every shape. */
import assert from 'node:assert/strict';
import { after } from 'node:test';
import { MAX_DEPTH } from '../../src/deposits/report/json.ts';
import { bytesOf, canonical, canonicalEntry, oldStyle } from '../deposits/report/samples.ts';
import { fuzz } from './inputs.ts';
import { type Random, words } from './random.ts';
import { checked, laxly } from './report-answer.ts';

type Plain = null | boolean | number | string | Plain[] | { [key: string]: Plain };

const oldEntry = oldStyle.databases.compta_2025;
const stageKeys =
  words(`status start_time end_time timestamp backup_start_time sha256 sha256_checksum
  size size_bytes error_message __proto__ constructor`);
const entryKeys = words(`BACKUP backup_process COMPRESS compress_process TRANSFER transfer_process
  staged_file_name __proto__ toString`);
const reportKeys = words(`agent_id databases operation_start_time operation_end_time
  operation_timestamp overall_status __proto__ hasOwnProperty`);
const allKeys = [...stageKeys, ...entryKeys, ...reportKeys, 'compta_2025', '', '0', 'length'];

/** Right and wrong ones; each is right somewhere. */
const textValues =
  words(`null True failed ok success 1 0 4386338 9007199254740993 1e3 -0 NaN Infinity
  2026-06-20T18:37:35Z 2026-02-30T00:00:00Z 1970-01-01T00:00:00Z 9999-12-31T23:59:59Z
  2026-03-29T02:30:00 2026-06-20T18:37:35+25:00 d41d8cd98f00b204e9800998ecf8427e
  /a/x.gz ../x a/../../b C:\\x\\y.gz . ..`);
const hash = 'a7'.repeat(32);
const oddTexts = ['', ' 7 ', 'x\0', 'NAME\n', '\u202ex', '\ud800', 'x'.repeat(4096)];
const others = [null, true, false, 0, 1, -1, 0.5, 4_386_338, 2 ** 53, 1e300];
const values: readonly Plain[] = [
  ...textValues,
  ...oddTexts,
  ...others,
  '2026-06-20 19:37',
  hash,
  hash.toUpperCase(),
  ` ${hash}\n`,
];

function anyValue(random: Random): Plain {
  if (random.once(12)) return random.text(20);
  if (random.once(12)) return random.list(3, () => random.pick(values));
  if (random.once(12)) return objectOf(stageKeys, random, anyValue);
  return random.pick(values);
}

function objectOf(keys: readonly string[], random: Random, make: (random: Random) => Plain): Plain {
  // Object.fromEntries makes an own key of `__proto__`.
  const names = random.list(6, () => random.pick(keys));
  return Object.fromEntries(names.map((name) => [name, make(random)]));
}

const stage = (random: Random): Plain =>
  random.once(8) ? anyValue(random) : objectOf(stageKeys, random, anyValue);

function entry(random: Random): Plain {
  const known = random.pick<{ [key: string]: Plain }>([canonicalEntry, oldEntry, {}]);
  const changes = objectOf(entryKeys, random, random.once(3) ? anyValue : stage) as object;
  return random.once(10) ? anyValue(random) : { ...known, ...changes };
}

/** A valid report with some members replaced, taken away, or under another name. */
function nearlyRight(random: Random): { [key: string]: Plain } {
  const names = random.list(4, () =>
    random.once(3) ? random.text(10) : random.pick(['a', 'b', '__proto__', 'constructor', '0']),
  );
  const report: { [key: string]: Plain } = {
    ...(random.once(2) ? canonical : oldStyle),
    databases: Object.fromEntries(names.map((name) => [name, entry(random)])),
  };
  for (let left = random.below(3); left > 0; left -= 1) {
    const key = random.pick(reportKeys);
    const what = random.below(4);
    if (what === 0) Reflect.deleteProperty(report, key);
    if (what === 1) Object.assign(report, objectOf(reportKeys, random, anyValue));
    if (what > 1 && key !== '__proto__') report[key] = anyValue(random);
  }
  return report;
}

let accepted = 0;
let tried = 0;
fuzz('report: values of a real report replaced', nearlyRight, (report) => {
  tried += 1;
  const parsed = checked(bytesOf(JSON.stringify(report)));
  if (parsed.kind === 'refused') return;
  accepted += 1;
  const names = parsed.report.entries.map(({ database }) => database);
  assert.deepEqual(names, Object.keys(report['databases'] as object), 'an entry was dropped');
});
after(() => assert.ok(accepted > tried / 3, `${accepted} of ${tried} were acceptable`));

const numbers = words(`0 -0 1e999 -1e999 1E+400 9007199254740993 0.1 1.0 -1 1e-9
  123456789012345678901234567890 01 +1 .5 1. 0x10 NaN Infinity`);
const spaces = ['', '', '', ' ', '\n', '\t', '\r\n', '\u00a0', '/**/'];
const texts = [
  '\\u0000',
  '\\ud800',
  '\\udc00\\ud800',
  '\\u202e',
  '\\"',
  '\\\\',
  '\\/',
  '\\x41',
  '\t',
];

/** JSON as text, mostly right: what no JSON.stringify would write comes up too, such as keys that occur twice. */
function jsonText(random: Random, depth: number): string {
  const space = (): string => random.pick(spaces);
  const key = (): string => `"${random.once(3) ? random.pick(texts) : random.pick(allKeys)}"`;
  const inner = (): string => space() + jsonText(random, depth - 1) + space();
  switch (random.below(depth > 0 ? 8 : 5)) {
    case 0:
      return random.pick(['null', 'true', 'false', 'nul', 'True', 'undefined']);
    case 1:
      return random.pick(numbers);
    case 2:
      return JSON.stringify(random.text(12));
    case 3:
      return `"${random.list(4, () => random.pick(texts)).join('')}"`;
    case 4:
      return JSON.stringify(random.pick(values));
    case 5:
      return `[${random.list(6, inner).join(',')}]`;
    default:
      return `{${random.list(6, () => `${space()}${key()}${space()}:${inner()}`).join(',')}}`;
  }
}

function anyShape(random: Random): string {
  switch (random.below(8)) {
    case 0: {
      const depth = random.between(1, 2 * MAX_DEPTH);
      const [open, close] = random.pick([
        ['[', ']'],
        ['{"a":', '}'],
        ['[{"":', '}]'],
      ] as const);
      return open.repeat(depth) + jsonText(random, 1) + close.repeat(depth - random.below(2));
    }
    case 1: {
      const same = random.once(2);
      const members = random.list(300, () => random.below(same ? 400 : 1e9));
      return `{"agent_id":"a","databases":{${members.map((one) => `"${one}":{}`).join(',')}}}`;
    }
    case 2:
      return `{"agent_id":"a","operation_end_time":"2026-06-20T18:37:35Z","databases":{"x":${jsonText(random, 4)}}}`;
    case 3:
      return `{"agent_id":"a","databases":${jsonText(random, 5)},"__proto__":{"polluted":true}}`;
    default:
      return jsonText(random, 6);
  }
}

fuzz('report: JSON of every shape', anyShape, (text) => {
  const bytes = bytesOf(text);
  const parsed = checked(bytes);
  const document = laxly(bytes);
  if (document === undefined) assert.equal(parsed.kind, 'refused');
  if (parsed.kind === 'refused' && document !== undefined) {
    // Only what JSON.parse lets through silently is refused as no JSON.
    const stricter = /occurs twice|nested deeper/.test(parsed.message);
    assert.ok(stricter || !['unreadable', 'cut_short'].includes(parsed.reason), parsed.message);
  }
});
