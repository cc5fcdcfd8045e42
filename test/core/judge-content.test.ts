import assert from 'node:assert/strict';
import { test } from 'node:test';
import { outputLimit, type ContentFact, type ContentReason } from '../../src/core/content.ts';
import type { Conclusion } from '../../src/core/conclusion.ts';
import { judge } from '../../src/core/judge.ts';
import type { ContentCase } from '../../src/core/judge-content.ts';
import { assurances, type Assurance } from '../../src/core/statuses.ts';
import { contentFact, entryWith, monday, stage, version } from './support.ts';

const whole: ContentFact = { ...contentFact, measures: { tables: 12, batches: 30 } };
const faulty = (reason: ContentReason, more: Partial<ContentFact> = {}): Partial<ContentFact> => ({
  fault: { reason, message: `it is ${reason}` },
  ...more,
});
const cut = faulty('stream_cut', { raw: { size: 3000, sha256: null } });

interface Values extends Partial<Omit<ContentCase, 'rules'>> {
  readonly verify?: Assurance;
  readonly sha256?: string;
}

function conclude(content: Partial<ContentFact> | null, values: Values = {}): Conclusion {
  const { verify = 'complete', sha256 = 'a', ...more } = values;
  const verdict = judge({
    entry: entryWith(),
    file: {
      kind: 'read',
      size: 1000,
      sha256,
      content: content === null ? null : { ...whole, ...content },
    },
    arrival: { reportChangedAt: 0, fileChangedAt: 0, temporaryChangedAt: null },
    rules: { settle: 0, unchanged: 'warning', sizeChange: 0.5, verify },
    newestVersion: null,
    sizes: [],
    cycle: monday,
    heldCycles: [],
    deadline: monday,
    now: monday,
    ...more,
  });
  if (verdict.kind !== 'concluded') throw new Error(verdict.kind);
  return verdict.conclusion;
}

const inShort = ({ status, reason, assurance }: Conclusion): string =>
  `${status} ${reason} ${assurance}`;

test('what is proved is never more than was asked for, nor more than was reached', () => {
  for (const [asked, verify] of assurances.entries()) {
    for (const [given, assurance] of assurances.entries()) {
      const expected = assurances[Math.min(asked, given)];
      assert.equal(conclude({ assurance }, { verify }).assurance, expected);
    }
    assert.equal(conclude(null, { verify }).assurance, 'intact');
  }
});

const invalid = (reason: string): string => `CONTENT_INVALID ${reason} intact`;
const faults: readonly (readonly [string, Partial<ContentFact>, Assurance, string])[] = [
  ['a cut stream', cut, 'readable', invalid('stream_cut')],
  ['a cut stream', cut, 'complete', invalid('stream_cut')],
  ['a cut stream that nobody asked about', cut, 'intact', 'SUCCESS verified intact'],
  ['a cut dump', faulty('dump_cut'), 'complete', invalid('dump_cut')],
  [
    'a cut dump, where only the stream counts',
    faulty('dump_cut'),
    'readable',
    'SUCCESS verified readable',
  ],
  [
    'what should be a stream and is none',
    faulty('not_a_dump', { compression: null, noStream: true }),
    'readable',
    invalid('not_a_dump'),
  ],
  ['a cut tar', faulty('dump_cut', { kind: 'tar' }), 'readable', invalid('dump_cut')],
  [
    'a corrupt stream of something unknown',
    faulty('dump_cut', { kind: null }),
    'readable',
    'SUCCESS verified readable',
  ],
];
for (const [story, content, verify, expected] of faults) {
  test(`${story}, verify: ${verify}: ${expected}`, () =>
    assert.equal(inShort(conclude(content, { verify })), expected));
}

const opaque = { compression: null, kind: 'binary', assurance: 'readable' } as const;
const raw = (size: number | null, sha256: string | null) => entryWith({ raw: { size, sha256 } });
const claims: readonly (readonly [string, Partial<ContentFact>, Values, string])[] = [
  ['as reported', {}, {}, 'SUCCESS verified complete'],
  ['nothing reported', {}, { entry: raw(null, null) }, 'SUCCESS verified complete'],
  ['another size', {}, { entry: raw(4999, 'raw-a') }, invalid('raw_size_differs')],
  ['another hash', {}, { entry: raw(5000, 'z') }, invalid('raw_hash_differs')],
  ['another hash, no size', {}, { entry: raw(null, 'z') }, invalid('raw_hash_differs')],
  [
    'the only file of an archive',
    { kind: 'tar', member: { size: 7, sha256: 'm' } },
    { entry: raw(7, 'm') },
    'SUCCESS verified complete',
  ],
  [
    'the size of the archive and the hash of its file',
    { kind: 'tar', member: { size: 7, sha256: 'm' } },
    { entry: raw(5000, 'm') },
    invalid('raw_hash_differs'),
  ],
  [
    'the size of a folder that was packed',
    { kind: 'tar' },
    { entry: raw(4000, null) },
    'SUCCESS verified complete',
  ],
  ['a folder with a hash', { kind: 'tar' }, { entry: raw(4000, 'f') }, invalid('raw_size_differs')],
  [
    'more than was reported',
    faulty('expands_too_far', { raw: { size: 4000, sha256: null } }),
    { entry: raw(4000, null) },
    invalid('raw_size_differs'),
  ],
  [
    'too much in a file of an archive',
    faulty('expands_too_far', { kind: 'tar' }),
    { entry: raw(5000, null) },
    invalid('expands_too_far'),
  ],
  [
    'more than a dump can hold',
    faulty('expands_too_far'),
    { entry: raw(null, null) },
    invalid('expands_too_far'),
  ],
  [
    'the file as it is, without a stage that compresses',
    { compression: null, raw: { size: 1000, sha256: 'a' } },
    {
      entry: entryWith({
        stages: { backup: stage(), compress: null, transfer: stage() },
        raw: { size: 1, sha256: 'z' },
      }),
    },
    'SUCCESS verified complete',
  ],
  [
    'compressed or encrypted in a way that is not known: the claims cannot be compared',
    { ...opaque, raw: { size: 1000, sha256: 'a' } },
    { entry: raw(5000, 'raw-a') },
    'SUCCESS verified intact',
  ],
  [
    'compressed in a way that changed nothing',
    { ...opaque, raw: { size: 5000, sha256: 'raw-a' } },
    { entry: raw(5000, 'raw-a') },
    'SUCCESS verified readable',
  ],
  [
    'a dump that was not compressed, and is another',
    { compression: null },
    { entry: raw(1, 'z') },
    invalid('raw_size_differs'),
  ],
  [
    'nothing decoded here: the claim cannot be compared',
    { assurance: 'intact', raw: null, kind: null, shortfall: 'xz is not installed' },
    { entry: raw(1, 'z') },
    'SUCCESS verified intact',
  ],
];
for (const [story, content, values, expected] of claims) {
  test(`uncompressed: ${story}: ${expected}`, () =>
    assert.equal(inShort(conclude(content, values)), expected));
}

const other = { sha256: 'z', rawSha256: 'z', contentKind: 'mysql' } as const;
const comparisons: readonly (readonly [string, Values, Partial<ContentFact> | null, string])[] = [
  [
    'the same fingerprint',
    { newestVersion: version({ ...other, fingerprint: 'print-a' }) },
    {},
    'HASH_MISMATCH same_fingerprint complete',
  ],
  [
    'the same uncompressed bytes as a version of before',
    { newestVersion: version({ ...other, rawSha256: 'raw-a' }) },
    {},
    'HASH_MISMATCH same_fingerprint complete',
  ],
  [
    'the same fingerprint of a version that is not in its place',
    { newestVersion: version({ ...other, fingerprint: 'print-a', inPlace: false }) },
    {},
    'SUCCESS verified complete',
  ],
  [
    'no fingerprint on either side',
    { newestVersion: version({ ...other, fingerprint: null }) },
    { fingerprint: null },
    'SUCCESS verified complete',
  ],
  [
    "the agent's claim, where it was measured to be wrong",
    { newestVersion: version({ ...other, rawSha256: 'claimed' }), entry: raw(null, null) },
    {},
    'SUCCESS verified complete',
  ],
  [
    "the agent's claim, where nothing could be decoded",
    { newestVersion: version({ ...other, rawSha256: 'raw-a' }) },
    { raw: null, kind: null, fingerprint: null, assurance: 'intact' },
    'HASH_MISMATCH same_content intact',
  ],
  [
    'another kind of content',
    { newestVersion: version({ ...other, contentKind: 'sqlite_sql' }) },
    {},
    'SIZE_ANOMALY kind_changed complete',
  ],
  [
    'a stream that cannot be decoded anywhere',
    { newestVersion: version({ ...other, contentKind: 'sqlite_sql' }) },
    { raw: null, kind: 'binary', fingerprint: null, assurance: 'intact', shortfall: 'cannot be' },
    'SIZE_ANOMALY kind_changed intact',
  ],
  [
    'a version of before, whose kind is not known',
    { newestVersion: version({ ...other, contentKind: null }) },
    {},
    'SUCCESS verified complete',
  ],
];
for (const [story, values, content, expected] of comparisons) {
  test(`against the newest version: ${story}: ${expected}`, () =>
    assert.equal(inShort(conclude(content, values)), expected));
}

const history = Array.from({ length: 7 }, (_, cycle) => ({
  cycle,
  size: 1000,
  raw: 10_000_000,
  tables: 12,
}));
const measures: readonly (readonly [string, Partial<ContentFact>, string])[] = [
  ['much less content', {}, 'raw_too_small'],
  ['much more content', { raw: { size: 90_000_000, sha256: 'raw-a' } }, 'raw_too_large'],
  ['few tables', { raw: null, measures: { tables: 2, batches: 1 } }, 'too_few_tables'],
  ['many tables', { raw: null, measures: { tables: 30, batches: 1 } }, 'too_many_tables'],
  ['three tables fewer', { raw: null, measures: { tables: 9, batches: 1 } }, 'verified'],
];
for (const [story, content, expected] of measures) {
  test(`each measure has a history of its own: ${story}: ${expected}`, () => {
    const entry = raw(null, null);
    assert.equal(conclude(content, { entry, sizes: history }).reason, expected);
    const before = history.map(({ cycle, size }) => ({ cycle, size }));
    assert.equal(conclude(content, { entry, sizes: before }).reason, 'verified');
  });
}

const texts: readonly (readonly [string, Partial<ContentFact> | null, Values, RegExp])[] = [
  [
    'what is whole',
    {},
    {},
    /^size and SHA-256 as reported; 1000 bytes; MariaDB dump of 12 tables, whole$/,
  ],
  ['one table', { measures: { tables: 1, batches: 1 } }, {}, /MariaDB dump of 1 table, whole$/],
  [
    'why it is not known to be whole',
    {
      assurance: 'readable',
      measures: { tables: null, batches: null },
      shortfall: 'it has no end mark',
    },
    {},
    /MariaDB dump, readable to its end: it has no end mark$/,
  ],
  [
    'why it was not looked into',
    {
      assurance: 'intact',
      description: 'xz-compressed data',
      measures: { tables: null, batches: null },
      shortfall: 'xz is not installed',
    },
    {},
    /xz-compressed data, not looked into: xz is not installed$/,
  ],
  [
    'less than there is, when less was asked for',
    {},
    { verify: 'readable' },
    /readable to its end$/,
  ],
  ['how far it could be read', cut, {}, /^it is stream_cut; readable up to 2\.9 KiB of 4\.9 KiB$/],
  [
    'how far, where no size was reported',
    cut,
    { entry: raw(null, null) },
    /; readable up to 2\.9 KiB$/,
  ],
  [
    'the last line',
    faulty('dump_cut', { lastLine: 'INSERT INTO' }),
    {},
    /^it is dump_cut; last line: "INSERT INTO"$/,
  ],
  [
    'no last line that is told already',
    faulty('dump_cut', { lastLine: 'dump_cut' }),
    {},
    /^it is dump_cut$/,
  ],
  [
    'no last line where there is none',
    faulty('dump_cut', { lastLine: '' }),
    {},
    /^it is dump_cut$/,
  ],
  ['a fault beside another hash', cut, { sha256: 'b' }, /found b; it is stream_cut; readable/],
  ['no fault beside another hash', {}, { sha256: 'b' }, /found b$/],
  [
    'both kinds',
    {},
    { newestVersion: version({ ...other, contentKind: 'sqlite_sql' }) },
    /^it holds MariaDB dump; the newest version is a SQLite \.dump text$/,
  ],
  [
    'a hash that could not be had',
    { raw: { size: 5000, sha256: null } },
    {},
    /uncompressed content, found none$/,
  ],
];
for (const [story, content, values, expected] of texts) {
  test(`a message names ${story}`, () => assert.match(conclude(content, values).message, expected));
}

test('a bomb may grow to the reported size, or to what a dump of its size can hold', () => {
  const MiB = 1024 * 1024;
  const GiB = 1024 * MiB;
  assert.equal(outputLimit(1000, null), GiB);
  assert.equal(outputLimit(GiB, null), 200 * GiB);
  assert.equal(outputLimit(1000, 1000), 1000 + 64 * MiB);
  assert.equal(outputLimit(GiB, 8 * GiB), 9 * GiB);
  assert.equal(outputLimit(MiB, 8 * 2 ** 60), 64 * GiB);
});
