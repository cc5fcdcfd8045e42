/** What `status JOB` says about the content of the file. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ContentFact } from '../../src/core/content.ts';
import type { Status } from '../../src/core/statuses.ts';
import { renderJobDetail } from '../../src/render/status-detail.ts';
import { statusTableLines } from '../../src/render/status-table.ts';
import type { EventView } from '../../src/render/views.ts';
import {
  detailView,
  event,
  job,
  jobView,
  otherSha,
  sha,
  stage,
  statusView,
  unicode,
  wholeContent as whole,
} from './support.ts';

/** The lines between the file's hash and the next rule, without their indentation. */
function inside(
  content: Partial<ContentFact>,
  changes: Partial<EventView> = {},
  status: Status = 'SUCCESS',
): string[] {
  const verify = { ...job().rules, verify: 'complete' } as const;
  const view = jobView('paris/compta', status, { job: job('paris/compta', { rules: verify }) });
  const own = event(status, {
    assurance: 'complete',
    content: { ...whole, ...content },
    ...changes,
  });
  const lines = renderJobDetail(detailView(view, { event: own }), unicode).split('\n');
  const from = lines.findIndex((line) => line.startsWith('✓ SHA-256')) + 1;
  const to = lines.findIndex((line) => / changed /u.test(line));
  return lines.slice(from, to).map((line) => line.replaceAll(/\s{2,}/gu, '  ').trim());
}
const rule = 'verify: complete (built-in default)';

test('a whole dump is shown step by step', () =>
  assert.deepEqual(inside({}), [
    '✓ stream  gzip, readable to its end: 59.4 MiB uncompressed, 14:1',
    '✓ raw size  62233088 bytes (59.4 MiB), as reported',
    '✓ raw SHA  0123456789ab, as reported',
    '✓ dump  PostgreSQL 15.18 dump, whole',
    '12 tables, 1 batch of rows',
    '✓ assurance  complete: the bytes are as reported, the stream decodes, and the',
    'dump is whole',
    rule,
  ]));

test('a cut stream says how far it could be read', () => {
  const cut = {
    raw: { size: 1_000_000, sha256: null },
    fault: { reason: 'stream_cut', message: 'the gzip stream ends too early' },
    measures: { tables: null, batches: null },
  } as const;
  assert.deepEqual(inside(cut, { assurance: 'intact', reason: 'stream_cut' }, 'CONTENT_INVALID'), [
    '✗ stream  the gzip stream ends too early',
    'readable up to 977 KiB of 59.4 MiB',
    '– dump  PostgreSQL 15.18 dump',
    '✗ assurance  the content is no usable dump',
    rule,
  ]);
  const unknown = {
    ...event().report,
    stages: { backup: stage({ size: null }), compress: stage(), transfer: stage() },
  };
  const [, second] = inside(cut, { report: unknown as EventView['report'] }, 'CONTENT_INVALID');
  assert.equal(second, 'readable up to 977 KiB');
});

test('a cut dump shows its last line, made harmless', () => {
  const lines = inside(
    {
      fault: { reason: 'dump_cut', message: 'the end of the dump is missing' },
      lastLine: 'INSERT \u001b[31m INTO',
      measures: { tables: 1, batches: null },
      remarks: ['a remark'],
    },
    { assurance: 'intact' },
    'CONTENT_INVALID',
  );
  assert.deepEqual(lines.slice(3, -2), [
    '✗ dump  PostgreSQL 15.18 dump',
    'the end of the dump is missing',
    'last line: "INSERT INTO"',
    '1 table',
    'a remark',
  ]);
});

test('a fault that was not asked about is told all the same', () => {
  const lines = inside(
    { fault: { reason: 'dump_cut', message: 'it is cut' } },
    { assurance: 'readable' },
  );
  assert.ok(lines.includes('! dump  PostgreSQL 15.18 dump'));
  assert.ok(lines.includes('it is cut'));
});

test('claims about a content that cannot be seen are no fault', () => {
  const lines = inside(
    {
      assurance: 'intact',
      compression: null,
      kind: 'binary',
      description: 'data encrypted with OpenSSL',
      raw: { size: 1000, sha256: sha },
      shortfall: 'encrypted: the content cannot be seen',
      measures: { tables: null, batches: null },
    },
    { assurance: 'intact' },
  );
  assert.deepEqual(lines.slice(0, 4), [
    '– stream  not compressed',
    '– raw size  62233088 bytes (59.4 MiB) reported, not compared',
    '– raw SHA  0123456789ab reported, not compared',
    '– dump  data encrypted with OpenSSL: encrypted: the content cannot be seen',
  ]);
});

test('what could not be decoded here is claimed by nobody', () =>
  assert.deepEqual(
    inside(
      {
        assurance: 'intact',
        compression: 'xz',
        kind: null,
        description: 'xz-compressed data',
        raw: null,
        shortfall: 'cannot be checked here: xz is not installed',
        measures: { tables: null, batches: null },
      },
      { assurance: 'intact' },
    ),
    [
      '– stream  xz: cannot be checked here: xz is not installed',
      '! assurance  intact: size and SHA-256 as reported; the content was not looked',
      'into',
      'cannot be checked here: xz is not installed',
      'less than asked for:',
      rule,
    ],
  ));

test('what cannot be proved says why', () => {
  const lines = inside(
    {
      assurance: 'readable',
      compression: null,
      kind: 'sql',
      description: 'SQL text',
      shortfall: 'it has no end mark',
      measures: { tables: null, batches: null },
    },
    { assurance: 'readable' },
  );
  assert.equal(lines[0], '– stream  not compressed');
  assert.ok(lines.includes('– dump  SQL text: it has no end mark'));
});

const differing: readonly (readonly [string, Partial<ContentFact>, readonly string[]])[] = [
  [
    'size',
    { raw: { size: 5, sha256: otherSha } },
    [
      '✗ raw size  expected 62233088 bytes (59.4 MiB)',
      'found  5 bytes',
      '✓ raw SHA  0123456789ab, as reported',
    ],
  ],
  [
    'hash',
    { raw: { size: 62_233_088, sha256: sha } },
    [
      '✓ raw size  62233088 bytes (59.4 MiB), as reported',
      '✗ raw SHA  expected',
      otherSha,
      'found',
      sha,
    ],
  ],
];
for (const [what, content, expected] of differing) {
  test(`another uncompressed ${what} shows both`, () => {
    const reason = `raw_${what}_differs`;
    const lines = inside(content, { assurance: 'intact', reason }, 'CONTENT_INVALID');
    assert.deepEqual(lines.slice(1, 1 + expected.length), expected);
  });
}

test('the only file of an archive may be what the agent meant', () => {
  const member = { size: 62_233_088, sha256: otherSha };
  const lines = inside({ kind: 'tar', raw: { size: 62_243_840, sha256: sha }, member });
  assert.ok(lines.includes('✓ raw size  62233088 bytes (59.4 MiB), as reported'));
});

test('the table says of which jobs less was proved than asked for', () => {
  const rules = { ...job().rules, verify: 'complete' } as const;
  const lines = statusTableLines(
    statusView(
      ['a/1', 'b/2', 'c/3', 'd/4'].map((id) => jobView(id, 'SUCCESS', { job: job(id, { rules }) })),
    ),
    unicode,
    { problemsOnly: false },
  );
  const text = lines
    .map((line) => line.text)
    .join('\n')
    .replaceAll(/\s+/gu, ' ');
  assert.match(
    text,
    /a\/1, b\/2, c\/3 and 1 more: less was proved of the newest version than `verify` asks for; why: backupmon status a\/1/u,
  );
});
