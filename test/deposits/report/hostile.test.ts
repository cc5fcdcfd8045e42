/** Properties: whatever the bytes, the parser returns one typed value or one reason, and changes nothing else. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type ParsedReport, refusalReasons, type Stage } from '../../../src/core/report.ts';
import { unprintableIn } from '../../../src/core/text.ts';
import { parseReport } from '../../../src/deposits/report/parse.ts';
import { bytesOf, canonical, canonicalEntry, oldStyle, zone } from './samples.ts';

function assertSize(size: number | null): void {
  assert.ok(size === null || (Number.isSafeInteger(size) && size >= 0 && !Object.is(size, -0)));
}

function assertHash(hash: string | null): void {
  if (hash !== null) assert.match(hash, /^[0-9a-f]{64}$/);
}

function assertTime(time: number | null): void {
  assert.ok(time === null || Number.isSafeInteger(time));
}

function assertStage(stage: Stage | null): void {
  if (stage === null) return;
  assert.ok(stage.ok === null || typeof stage.ok === 'boolean');
  assertTime(stage.startedAt);
  assertTime(stage.finishedAt);
  assertSize(stage.size);
  assertHash(stage.sha256);
  assert.ok(stage.error === null || stage.error.length <= 2_000);
}

function assertForPeople(text: string | null): void {
  if (text === null) return;
  assert.ok(text.length > 0 && text.length < 1_000);
  assert.equal(unprintableIn(text), null);
}

/** Parses, and holds the answer against everything that its types promise. */
function checked(bytes: Uint8Array): ParsedReport {
  const parsed = parseReport(bytes, zone);
  assert.equal(Object.keys(Object.prototype).length, 0);
  assert.deepEqual(
    [Reflect.get({}, 'polluted'), Reflect.get([], 'polluted')],
    [undefined, undefined],
  );
  if (parsed.kind === 'refused') {
    assert.ok(refusalReasons.includes(parsed.reason));
    assertForPeople(parsed.message);
    return parsed;
  }
  assert.ok(parsed.agentId.length > 0 && parsed.agentId.length <= 255);
  assertTime(parsed.report.startedAt);
  assert.ok(Number.isSafeInteger(parsed.report.endedAt));
  for (const entry of parsed.report.entries) {
    Object.values(entry.stages).forEach(assertStage);
    for (const { size, sha256 } of [entry.expected, entry.raw]) {
      assertSize(size);
      assertHash(sha256);
    }
    assertForPeople(entry.unverifiable);
    assertForPeople(entry.incomplete);
    // Nothing can be promoted without a name and a hash, nor without stages that say so.
    if (entry.unverifiable === null)
      assert.ok(entry.file !== null && entry.expected.sha256 !== null);
    if (entry.incomplete === null)
      assert.ok(entry.stages.backup !== null && entry.stages.transfer !== null);
    for (const stage of Object.values(entry.stages))
      if (stage?.ok === null) assert.ok(entry.incomplete);
  }
  return parsed;
}

const real = fc.constantFrom(
  bytesOf(canonical),
  bytesOf(oldStyle),
  bytesOf({ ...canonical, databases: { 'Yaoundé 💥': canonicalEntry, crm: null } }),
);

test('arbitrary bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void checked(bytes)),
    { numRuns: 2000 },
  );
});

test('real reports with some bytes changed', () => {
  const changes = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 8 });
  fc.assert(
    fc.property(real, changes, (bytes, list) => {
      const changed = Uint8Array.from(bytes);
      for (const [place, byte] of list) changed[place % changed.length] = byte;
      checked(changed);
    }),
    { numRuns: 2000 },
  );
});

test('real reports with a part taken out, or put in a second time', () => {
  fc.assert(
    fc.property(real, fc.nat(), fc.nat(), fc.boolean(), (bytes, one, other, twice) => {
      const [from = 0, to = 0] = [one % bytes.length, other % bytes.length].toSorted(
        (a, b) => a - b,
      );
      const ends = [bytes.subarray(0, twice ? to : from), bytes.subarray(twice ? from : to)];
      checked(Buffer.concat(ends));
    }),
    { numRuns: 2000 },
  );
});

test('real reports with one member twice are never accepted', () => {
  const lines = (bytes: Uint8Array): string[] => Buffer.from(bytes).toString().split('\n');
  fc.assert(
    fc.property(real, fc.nat(), (bytes, place) => {
      const report = lines(bytes);
      const members = report.flatMap((line, index) => (/": .*,$/.test(line) ? [index] : []));
      const at = members[place % members.length] as number;
      const parsed = checked(Buffer.from(report.toSpliced(at, 0, report[at] as string).join('\n')));
      assert.ok(parsed.kind === 'refused' && parsed.reason === 'unreadable');
      assert.match(parsed.message, /occurs twice/);
    }),
  );
});

test('every proper beginning of a report is cut short, whatever byte it ends with', () => {
  for (const bytes of [
    bytesOf({ ...canonical, site: 'Yaoundé 💥' }),
    bytesOf(`\ufeff${JSON.stringify(oldStyle)}`),
  ]) {
    for (let length = 0; length < bytes.length; length += 1) {
      const parsed = checked(bytes.subarray(0, length));
      assert.equal(parsed.kind === 'refused' && parsed.reason, 'cut_short', `${length} bytes`);
    }
    assert.equal(checked(bytes).kind, 'report');
  }
});

test('arbitrary JSON', () => {
  fc.assert(
    fc.property(fc.json({ stringUnit: 'binary' }), (text) => void checked(bytesOf(text))),
    { numRuns: 1000 },
  );
});

/** Values that agents might put anywhere, right and wrong. */
const anything = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      null,
      true,
      false,
      '',
      'null',
      'True',
      'failed',
      'ok',
      0,
      1,
      -1,
      1e300,
      [],
      {},
    ),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      '2026-06-20T18:37:35Z',
      '2026-06-20 19:37',
      'a7'.repeat(32),
      '/a/x.gz',
      '../x',
    ),
  },
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.jsonValue({ maxDepth: 2 }),
);

const stageKeys =
  'status start_time end_time timestamp backup_start_time sha256 sha256_checksum size size_bytes error_message __proto__';
const stage = fc.dictionary(fc.constantFrom(...stageKeys.split(' ')), anything);

const entryKeys =
  'BACKUP backup_process COMPRESS compress_process TRANSFER transfer_process staged_file_name __proto__';
const entry = fc.dictionary(
  fc.constantFrom(...entryKeys.split(' ')),
  fc.oneof({ weight: 4, arbitrary: stage }, anything),
);

/** Reports of nearly the right shape. */
const shaped = fc.record(
  {
    agent_id: fc.oneof({ weight: 9, arbitrary: fc.constant('a') }, anything),
    databases: fc.oneof(
      {
        weight: 9,
        arbitrary: fc.dictionary(
          fc.oneof(fc.constant('__proto__'), fc.string()),
          fc.oneof(entry, anything),
        ),
      },
      anything,
    ),
    operation_start_time: anything,
    operation_end_time: fc.oneof(fc.constant('2026-06-20T18:37:35Z'), anything),
    operation_timestamp: anything,
  },
  { requiredKeys: ['agent_id', 'databases'] },
);

test('reports of nearly the right shape: no entry is dropped', () => {
  let accepted = 0;
  fc.assert(
    fc.property(shaped, (sent) => {
      const parsed = checked(bytesOf(JSON.stringify(sent)));
      if (parsed.kind === 'refused') return;
      accepted += 1;
      const names = parsed.report.entries.map(({ database }) => database);
      assert.deepEqual(new Set(names), new Set(Object.keys(sent.databases as object)));
      assert.equal(new Set(names).size, names.length);
    }),
    { numRuns: 2000 },
  );
  assert.ok(accepted > 200, `the generator should mostly make acceptable reports: ${accepted}`);
});
