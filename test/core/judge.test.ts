import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { claimedRawHash, type FileFact, type Verdict } from '../../src/core/conclusion.ts';
import { judge, needsFile, type Case } from '../../src/core/judge.ts';
import type { ReportEntry } from '../../src/core/report.ts';
import {
  compressions,
  contentKinds,
  contentReasons,
  type ContentFact,
  type ContentKind,
} from '../../src/core/content.ts';
import { assurances, catalogue } from '../../src/core/statuses.ts';
import { entryWith, hour, minute, monday, stage, version } from './support.ts';

const now = monday;
const good: FileFact = { kind: 'read', size: 1000, sha256: 'a', content: null };
const steady = Array.from({ length: 7 }, (_, cycle) => ({ cycle, size: 10_000_000 }));
const settled = { reportChangedAt: 0, fileChangedAt: 0, temporaryChangedAt: null };

const caseWith = (values: Partial<Case> = {}): Case => ({
  entry: entryWith(),
  file: good,
  arrival: settled,
  rules: { settle: 2 * minute, unchanged: 'warning', sizeChange: 0.5, verify: 'complete' },
  newestVersion: null,
  sizes: [],
  cycle: monday,
  heldCycles: [],
  deadline: monday + hour,
  now,
  ...values,
});

/** An entry and its file, of one size. */
const sized = (size: number): Partial<Case> => ({
  entry: entryWith({ expected: { size, sha256: 'a' } }),
  file: { kind: 'read', size, sha256: 'a', content: null },
});

const inShort = (verdict: Verdict): string =>
  verdict.kind === 'concluded'
    ? `${verdict.conclusion.severity} ${verdict.conclusion.status} ${verdict.conclusion.reason}`
    : verdict.kind === 'blocked'
      ? `blocked ${verdict.reason}`
      : `${verdict.kind} ${(verdict.until - now) / minute}`;

const failing = (name: 'backup' | 'compress' | 'transfer', error: string | null): ReportEntry =>
  entryWith({ stages: { ...entryWith().stages, [name]: stage({ ok: false, error }) } });

const wrong: FileFact = { kind: 'read', size: 1000, sha256: 'b', content: null };
const young = { ...settled, fileChangedAt: now - minute };
const temporary = (age: number) => ({ ...settled, temporaryChangedAt: now - age });
const noSum = entryWith({ unverifiable: 'no SHA-256 was reported' });
const large = { ...sized(90_000_000), sizes: steady };

const table: readonly (readonly [string, Partial<Case>, string])[] = [
  ['a good backup', {}, 'ok SUCCESS verified'],
  [
    'a good backup without a size',
    { entry: entryWith({ expected: { size: null, sha256: 'a' } }) },
    'ok SUCCESS verified',
  ],
  ['a failed backup', { entry: failing('backup', 'x') }, 'critical FAILED backup_failed'],
  ['a failed compress', { entry: failing('compress', null) }, 'critical FAILED compress_failed'],
  ['a failed transfer', { entry: failing('transfer', null) }, 'critical FAILED transfer_failed'],
  [
    'an incomplete report',
    { entry: entryWith({ incomplete: 'TRANSFER is missing' }) },
    'critical FAILED report_incomplete',
  ],
  [
    'a failure whose file is not good either',
    { entry: failing('backup', null), file: { kind: 'absent' } },
    'critical FAILED backup_failed',
  ],
  [
    'a failure beside our own trouble',
    {
      entry: failing('backup', null),
      file: { kind: 'trouble', reason: 'eacces', message: 'no' },
    },
    'critical FAILED backup_failed',
  ],
  [
    'our own trouble',
    { file: { kind: 'trouble', reason: 'eacces', message: 'no' } },
    'blocked eacces',
  ],
  ['a file that nobody looked at', { file: { kind: 'not_looked_for' } }, 'blocked not_read'],
  [
    'no SHA-256',
    { entry: noSum, file: { kind: 'not_looked_for' } },
    'critical TRANSFER_INTEGRITY_FAILED not_verifiable',
  ],
  [
    'no SHA-256, while something arrives: that makes it no better',
    { entry: noSum, file: { kind: 'absent' }, arrival: { ...young, temporaryChangedAt: now } },
    'critical TRANSFER_INTEGRITY_FAILED not_verifiable',
  ],
  ['no file', { file: { kind: 'absent' } }, 'critical TRANSFER_INTEGRITY_FAILED file_absent'],
  [
    'a link',
    { file: { kind: 'unsafe', what: 'a symbolic link' } },
    'critical TRANSFER_INTEGRITY_FAILED unsafe_file',
  ],
  [
    'a file that changed while it was read',
    { file: { kind: 'changing' } },
    'critical TRANSFER_INTEGRITY_FAILED changed_while_read',
  ],
  [
    'another size',
    { file: { kind: 'wrong_size', size: 9 } },
    'critical TRANSFER_INTEGRITY_FAILED size_differs',
  ],
  ['another hash', { file: wrong }, 'critical TRANSFER_INTEGRITY_FAILED hash_differs'],
  ['another hash, of a young file', { file: wrong, arrival: young }, 'arriving 1'],
  [
    'no file, of a young report',
    {
      file: { kind: 'absent' },
      arrival: { ...settled, reportChangedAt: now, fileChangedAt: null },
    },
    'arriving 2',
  ],
  [
    'another hash, of a file that settles now',
    { file: wrong, arrival: { ...settled, fileChangedAt: now - 2 * minute } },
    'critical TRANSFER_INTEGRITY_FAILED hash_differs',
  ],
  [
    'another hash, of a file changed a minute ahead of our clock',
    { file: wrong, arrival: { ...settled, fileChangedAt: now + minute } },
    'arriving 3',
  ],
  [
    'another hash, of a file changed far ahead of our clock',
    { file: wrong, arrival: { ...settled, fileChangedAt: now + hour } },
    'critical TRANSFER_INTEGRITY_FAILED hash_differs',
  ],
  [
    'a transfer under way',
    { file: { kind: 'absent' }, arrival: temporary(5 * minute) },
    'arriving 10',
  ],
  [
    'a transfer under way shortly before the deadline',
    { file: { kind: 'absent' }, arrival: temporary(5 * minute), deadline: now + minute },
    'arriving 1',
  ],
  [
    'a transfer under way at the deadline',
    { file: { kind: 'absent' }, arrival: temporary(0), deadline: now },
    'critical TRANSFER_INTEGRITY_FAILED file_absent',
  ],
  [
    'a transfer given up 15 minutes ago',
    { file: { kind: 'absent' }, arrival: temporary(15 * minute) },
    'critical TRANSFER_INTEGRITY_FAILED file_absent',
  ],
  ['an empty file', sized(0), 'critical CONTENT_INVALID empty'],
  [
    'an empty dump that was compressed',
    { entry: entryWith({ raw: { size: 0, sha256: null } }) },
    'critical CONTENT_INVALID empty',
  ],
  [
    'the file of the newest version',
    { newestVersion: version() },
    'warning HASH_MISMATCH same_file',
  ],
  [
    'the file of the newest version, where that is normal',
    {
      newestVersion: version(),
      rules: { settle: 0, unchanged: 'ok', sizeChange: null, verify: 'complete' },
    },
    'ok HASH_MISMATCH same_file',
  ],
  [
    'the content of the newest version',
    { newestVersion: version({ sha256: 'z' }) },
    'warning HASH_MISMATCH same_content',
  ],
  [
    'other content than the newest version',
    { newestVersion: version({ sha256: 'z', rawSha256: 'z' }) },
    'ok SUCCESS verified',
  ],
  [
    'another file, and nothing known of either content',
    {
      entry: entryWith({ raw: { size: null, sha256: null } }),
      newestVersion: version({ sha256: 'z', rawSha256: null }),
    },
    'ok SUCCESS verified',
  ],
  [
    'the file of a version that is not in its place',
    { newestVersion: version({ inPlace: false }) },
    'ok SUCCESS verified',
  ],
  [
    'an empty file that equals the newest version',
    { ...sized(0), newestVersion: version() },
    'critical CONTENT_INVALID empty',
  ],
  ['a size far too large', large, 'warning SIZE_ANOMALY too_large'],
  ['a size far too small', { ...sized(1000), sizes: steady }, 'warning SIZE_ANOMALY too_small'],
  [
    'an odd size that equals the newest version',
    { ...large, newestVersion: version() },
    'warning HASH_MISMATCH same_file',
  ],
  ['a second held cycle', { ...large, heldCycles: [1] }, 'warning SIZE_ANOMALY too_large'],
  ['a third held cycle', { ...large, heldCycles: [1, 2] }, 'critical SIZE_ANOMALY too_large'],
  [
    'a rerun of the second held cycle',
    { ...large, heldCycles: [1, monday] },
    'warning SIZE_ANOMALY too_large',
  ],
];

for (const [story, values, expected] of table) {
  test(`${story}: ${expected}`, () => assert.equal(inShort(judge(caseWith(values))), expected));
}

const messageOf = (values: Partial<Case>): string => {
  const verdict = judge(caseWith(values));
  return verdict.kind === 'concluded' ? verdict.conclusion.message : verdict.message;
};

const messages: readonly (readonly [string, Partial<Case>, RegExp])[] = [
  [
    "the agent's own words",
    { entry: failing('backup', 'disk full') },
    /backup failed: "disk full"/,
  ],
  ['that there are none', { entry: failing('backup', null) }, /no error message was given/],
  [
    'that nothing readable is left',
    { entry: failing('backup', '\u202e\u0007') },
    /no error message/,
  ],
  [
    'no control characters, line ends or bidi overrides',
    { entry: failing('backup', 'a\r\nb \u001b[31mred\u001b[0m \u202eevil') },
    /failed: "a b red evil"$/,
  ],
  ['no endless words', { entry: failing('backup', 'x'.repeat(2000)) }, /^.{0,400}…"$/],
  [
    'both hashes',
    { file: { kind: 'read', size: 1000, sha256: 'b', content: null } },
    /^expected SHA-256 a, found b$/,
  ],
  ['both sizes', { file: { kind: 'wrong_size', size: 9 } }, /^expected 1000 bytes, found 9 bytes$/],
  ['what is arriving', { file: wrong, arrival: young }, /^still arriving: expected SHA-256 a/],
  ['how many cycles are held', { ...large, heldCycles: [1] }, /held for 2 cycles in a row$/],
  [
    'the usual size',
    large,
    /^85\.8 MiB is far from the usual 9\.5 MiB \(expected 4\.8 MiB to 14\.3 MiB/,
  ],
  [
    'that no size was reported',
    { entry: entryWith({ expected: { size: null, sha256: 'a' } }) },
    /no size was reported$/,
  ],
];

for (const [story, values, expected] of messages) {
  test(`a message names ${story}`, () => assert.match(messageOf(values), expected));
}

test('a mismatch says what was found, and a success proves it', () => {
  const found = (values: Partial<Case>) => {
    const verdict = judge(caseWith(values));
    return verdict.kind === 'concluded'
      ? [verdict.conclusion.assurance, verdict.conclusion.found]
      : null;
  };
  assert.deepEqual(found({}), ['intact', { size: 1000, sha256: 'a' }]);
  assert.deepEqual(found({ file: wrong }), [null, { size: 1000, sha256: 'b' }]);
  assert.deepEqual(found({ file: { kind: 'wrong_size', size: 9 } }), [
    null,
    { size: 9, sha256: null },
  ]);
});

test('a file is needed only where the report alone does not decide', () => {
  assert.equal(needsFile(entryWith()), true);
  assert.equal(needsFile(noSum), false);
  assert.equal(needsFile(failing('backup', null)), false);
});

test('without a COMPRESS stage the content is the file itself', () => {
  const plain = entryWith({ stages: { ...entryWith().stages, compress: null } });
  assert.equal(claimedRawHash(plain), 'a');
  assert.equal(claimedRawHash(entryWith()), 'raw-a');
  assert.equal(inShort(judge(caseWith({ entry: plain }))), 'ok SUCCESS verified');
});

const anyText = fc.oneof(fc.string(), fc.constantFrom('a', 'b'));
const anySize = fc.oneof(fc.maxSafeNat(), fc.constantFrom(0, 1000));
const anyTime = fc.oneof(
  fc.integer({ min: now - hour, max: now + hour }),
  fc.constantFrom(0, -1, 8.64e15),
);
const anyStage = fc.option(
  fc
    .record({ ok: fc.option(fc.boolean()), error: fc.option(fc.string()) })
    .map((values) => stage(values)),
);
const expectation = fc.record({ size: fc.option(anySize), sha256: fc.option(anyText) });
const kinds = Object.keys(contentKinds) as ContentKind[];
const anyContent: fc.Arbitrary<ContentFact> = fc.record({
  assurance: fc.constantFrom(...assurances),
  compression: fc.option(fc.constantFrom(...compressions)),
  kind: fc.option(fc.constantFrom(...kinds)),
  description: fc.string(),
  raw: fc.option(fc.record({ size: anySize, sha256: fc.option(anyText) })),
  member: fc.option(fc.record({ size: anySize, sha256: anyText })),
  fingerprint: fc.option(anyText),
  fault: fc.option(fc.record({ reason: fc.constantFrom(...contentReasons), message: fc.string() })),
  shortfall: fc.option(fc.string()),
  remarks: fc.constant([]),
  measures: fc.record({ tables: fc.option(anySize), batches: fc.option(anySize) }),
  lastLine: fc.option(fc.string()),
});
const anyFile: fc.Arbitrary<FileFact> = fc.oneof(
  fc.constantFrom<FileFact>({ kind: 'not_looked_for' }, { kind: 'absent' }, { kind: 'changing' }),
  fc.record({ kind: fc.constant('unsafe' as const), what: fc.string() }),
  fc.record({ kind: fc.constant('wrong_size' as const), size: anySize }),
  fc.record({
    kind: fc.constant('read' as const),
    size: anySize,
    sha256: anyText,
    content: fc.option(anyContent),
  }),
  fc.record({ kind: fc.constant('trouble' as const), reason: anyText, message: anyText }),
);
const anyCase: fc.Arbitrary<Case> = fc.record({
  entry: fc.record({
    database: fc.string(),
    stages: fc.record({ backup: anyStage, compress: anyStage, transfer: anyStage }),
    file: fc.option(fc.string()),
    expected: expectation,
    raw: expectation,
    unverifiable: fc.option(fc.string(), { freq: 2 }),
    incomplete: fc.option(fc.string(), { freq: 2 }),
  }),
  file: anyFile,
  arrival: fc.record({
    reportChangedAt: anyTime,
    fileChangedAt: fc.option(anyTime),
    temporaryChangedAt: fc.option(anyTime),
  }),
  rules: fc.record({
    settle: fc.constantFrom(0, minute, hour),
    unchanged: fc.constantFrom('ok', 'warning', 'critical'),
    sizeChange: fc.option(fc.double({ min: 0, max: 10, noNaN: true })),
    verify: fc.constantFrom(...assurances),
  }),
  newestVersion: fc.option(
    fc
      .record({
        sha256: anyText,
        rawSha256: fc.option(anyText),
        fingerprint: fc.option(anyText),
        contentKind: fc.option(fc.constantFrom(...kinds)),
        inPlace: fc.boolean(),
      })
      .map(version),
  ),
  sizes: fc.array(fc.record({ cycle: fc.nat(), size: anySize }), { maxLength: 10 }),
  cycle: anyTime,
  heldCycles: fc.array(anyTime, { maxLength: 4 }),
  deadline: anyTime,
  now: fc.constant(now),
});

test('judge is total and deterministic, and says success only of the bytes that were reported', () => {
  fc.assert(
    fc.property(anyCase, (made) => {
      // As data comes from elsewhere: with the prototypes of plain objects.
      const from = structuredClone(made);
      const verdict = judge(from);
      assert.deepEqual(judge(structuredClone(from)), verdict);
      if (verdict.kind === 'arriving') assert.ok(verdict.until > now);
      if (verdict.kind !== 'concluded') return;
      const { status, found, assurance } = verdict.conclusion;
      if (!catalogue[status].healthy) return;
      assert.equal(from.file.kind, 'read');
      assert.equal(found?.sha256, from.entry.expected.sha256);
      const content = from.file.kind === 'read' ? from.file.content : null;
      const { verify } = from.rules;
      const proved = assurances.indexOf(assurance ?? 'intact');
      assert.ok(proved <= assurances.indexOf(content?.assurance ?? 'intact'));
      assert.ok(proved <= assurances.indexOf(verify));
      if (verify === 'complete') assert.equal(content?.fault ?? null, null);
      assert.ok(Object.values(from.entry.stages).every((one) => one?.ok !== false));
    }),
    { numRuns: 2_000 },
  );
});
