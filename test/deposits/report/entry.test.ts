import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  canonicalEntry,
  entryWith,
  accepted,
  at,
  canonical,
  fileHash,
  rawHash,
} from './samples.ts';

const { BACKUP, COMPRESS, TRANSFER } = canonicalEntry;

const statuses: readonly (readonly [sent: unknown, ok: boolean | null, fault?: string])[] = [
  [true, true],
  [false, false],
  ['True', true],
  ['true', true],
  ['TRUE', true],
  ['False', false],
  ['false', false],
  ['success', true],
  ['SUCCESS', true],
  ['failed', false],
  ['Failed', false],
  [1, true],
  [0, false],
  ['1', true],
  ['0', false],
  [undefined, null, 'BACKUP has no status'],
  [null, null, 'BACKUP has no status'],
  ['', null, 'BACKUP has no status'],
  ['null', null, 'BACKUP has no status'],
  [
    'ok',
    null,
    'BACKUP has a status that is the text "ok", none of true, false, success, failed, 1, 0',
  ],
  [
    'completed',
    null,
    'BACKUP has a status that is the text "completed", none of true, false, success, failed, 1, 0',
  ],
  [
    'constructor',
    null,
    'BACKUP has a status that is the text "constructor", none of true, false, success, failed, 1, 0',
  ],
  [
    ' true',
    null,
    'BACKUP has a status that is the text "true", none of true, false, success, failed, 1, 0',
  ],
  [
    '\u001b[31mtrue',
    null,
    'BACKUP has a status that is the text "true", none of true, false, success, failed, 1, 0',
  ],
  [2, null, 'BACKUP has a status that is the number 2, none of true, false, success, failed, 1, 0'],
  [
    -1,
    null,
    'BACKUP has a status that is the number -1, none of true, false, success, failed, 1, 0',
  ],
  [[true], null, 'BACKUP has a status that is a list, none of true, false, success, failed, 1, 0'],
  [
    { ok: true },
    null,
    'BACKUP has a status that is an object, none of true, false, success, failed, 1, 0',
  ],
];

for (const [sent, ok, fault = null] of statuses) {
  test(`status ${JSON.stringify(sent)}`, () => {
    const entry = entryWith({ BACKUP: { ...BACKUP, status: sent } });
    assert.deepEqual([entry.stages.backup?.ok, entry.incomplete], [ok, fault]);
  });
}

const stages: readonly (readonly [
  what: string,
  members: Record<string, unknown>,
  incomplete: string | null,
])[] = [
  ['BACKUP missing', { BACKUP: undefined }, 'BACKUP is missing'],
  ['BACKUP null', { BACKUP: null }, 'BACKUP is missing'],
  ['TRANSFER missing', { TRANSFER: undefined }, 'TRANSFER is missing'],
  ['TRANSFER "null"', { TRANSFER: 'null' }, 'TRANSFER is missing'],
  ['COMPRESS missing', { COMPRESS: undefined }, null],
  ['COMPRESS null', { COMPRESS: null }, null],
  ['COMPRESS a word', { COMPRESS: 'success' }, 'COMPRESS is the text "success", not an object'],
  ['COMPRESS empty', { COMPRESS: {} }, 'COMPRESS has no status'],
  ['BACKUP true', { BACKUP: true }, 'BACKUP is the value true, not an object'],
  ['TRANSFER a list', { TRANSFER: [TRANSFER] }, 'TRANSFER is a list, not an object'],
  ['BACKUP a number', { BACKUP: 1 }, 'BACKUP is the number 1, not an object'],
  [
    'all missing',
    { BACKUP: null, COMPRESS: null, TRANSFER: null },
    'BACKUP is missing; TRANSFER is missing',
  ],
];

for (const [what, members, incomplete] of stages) {
  test(`stages: ${what}`, () => assert.equal(entryWith(members).incomplete, incomplete));
}

test('a stage that is no object is there, without values', () => {
  const entry = entryWith({ COMPRESS: 'success' });
  const nothing = {
    ok: null,
    startedAt: null,
    finishedAt: null,
    size: null,
    sha256: null,
    error: null,
  };
  assert.deepEqual(entry.stages.compress, nothing);
  assert.deepEqual(entry.expected, { size: null, sha256: null });
  assert.equal(entry.unverifiable, 'COMPRESS gives no SHA-256 of the file');
});

for (const nothing of [undefined, null, '', 'null']) {
  test(`COMPRESS ${JSON.stringify(nothing)}: BACKUP describes the file`, () => {
    const entry = entryWith({ COMPRESS: nothing });
    assert.equal(entry.stages.compress, null);
    assert.deepEqual(entry.expected, { size: 62_233_088, sha256: rawHash });
    assert.deepEqual(entry.raw, { size: null, sha256: null });
    assert.equal(entry.unverifiable, null);
  });
}

const shapeless: readonly (readonly [value: unknown, what: string])[] = [
  [null, 'null'],
  ['completed', 'the text "completed"'],
  [true, 'the value true'],
  [12, 'the number 12'],
  [[], 'a list'],
];

for (const [value, what] of shapeless) {
  test(`an entry that is ${what} is kept, and told`, () => {
    const [entry] = accepted({ ...canonical, databases: { crm: value } }).entries;
    const fault = `the entry of this database is ${what}, not an object`;
    assert.deepEqual(entry, {
      database: 'crm',
      stages: { backup: null, compress: null, transfer: null },
      file: null,
      expected: { size: null, sha256: null },
      raw: { size: null, sha256: null },
      unverifiable: fault,
      incomplete: fault,
    });
  });
}

const hashes: readonly (readonly [
  what: string,
  sent: unknown,
  sha256: string | null,
  fault: string | null,
])[] = [
  ['lower case', fileHash, fileHash, null],
  ['upper case', fileHash.toUpperCase(), fileHash, null],
  ['white space around', `\t${fileHash} \r\n`, fileHash, null],
  ['absent', undefined, null, 'COMPRESS gives no SHA-256 of the file'],
  ['null', null, null, 'COMPRESS gives no SHA-256 of the file'],
  ['empty', '', null, 'COMPRESS gives no SHA-256 of the file'],
  ['"null"', 'null', null, 'COMPRESS gives no SHA-256 of the file'],
  [
    'white space only',
    '  ',
    null,
    'the sha256 of COMPRESS is the text "", no SHA-256 (64 hexadecimal digits)',
  ],
  [
    'an MD5',
    'd41d8cd98f00b204e9800998ecf8427e',
    null,
    'the sha256 of COMPRESS is the text "d41d8cd98f00b204e9800998ecf8427e", no SHA-256 (64 hexadecimal digits)',
  ],
  [
    '63 digits',
    'a'.repeat(63),
    null,
    `the sha256 of COMPRESS is the text "${'a'.repeat(59)}…", no SHA-256 (64 hexadecimal digits)`,
  ],
  [
    'a g',
    'g'.repeat(64),
    null,
    `the sha256 of COMPRESS is the text "${'g'.repeat(59)}…", no SHA-256 (64 hexadecimal digits)`,
  ],
  [
    'white space inside',
    `${'a'.repeat(32)} ${'a'.repeat(31)}`,
    null,
    `the sha256 of COMPRESS is the text "${'a'.repeat(32)} ${'a'.repeat(26)}…", no SHA-256 (64 hexadecimal digits)`,
  ],
  [
    'a number',
    1e21,
    null,
    'the sha256 of COMPRESS is the number 1e+21, no SHA-256 (64 hexadecimal digits)',
  ],
];

for (const [what, sent, sha256, fault] of hashes) {
  test(`SHA-256: ${what}`, () => {
    const entry = entryWith({ COMPRESS: { ...COMPRESS, sha256: sent } });
    assert.deepEqual([entry.expected.sha256, entry.unverifiable], [sha256, fault]);
    assert.equal(entry.stages.compress?.sha256, sha256);
    assert.equal(entry.raw.sha256, rawHash, "BACKUP's is never taken for the file's");
  });
}

test('without COMPRESS and without BACKUP there is no SHA-256', () => {
  const entry = entryWith({ BACKUP: undefined, COMPRESS: undefined });
  assert.equal(entry.unverifiable, "BACKUP, which would give the file's SHA-256, is missing");
});

test('before compression: hash and size may be absent, but not unreadable', () => {
  const absent = entryWith({ BACKUP: { ...BACKUP, sha256: undefined, size: undefined } });
  assert.deepEqual([absent.raw, absent.unverifiable], [{ size: null, sha256: null }, null]);
  const unreadable = entryWith({ BACKUP: { ...BACKUP, sha256: 'n/a', size: 'n/a' } });
  assert.equal(
    unreadable.unverifiable,
    'the sha256 of BACKUP is the text "n/a", no SHA-256 (64 hexadecimal digits); ' +
      'the size of BACKUP is the text "n/a", no whole number of bytes from 0 to 9007199254740991',
  );
});

/** Sent as JSON text, because JavaScript cannot write every number. */
const sizes: readonly (readonly [literal: string, size: number | null, readable: boolean])[] = [
  ['4386338', 4_386_338, true],
  ['0', 0, true],
  ['9007199254740991', Number.MAX_SAFE_INTEGER, true],
  ['4386338.0', 4_386_338, true],
  ['"4386338"', 4_386_338, true],
  ['" 4386338 "', 4_386_338, true],
  ['null', null, true],
  ['""', null, true],
  ['"null"', null, true],
  ['9007199254740992', null, false],
  ['9007199254740993', null, false],
  ['"9007199254740993"', null, false],
  ['1e999', null, false],
  ['-1', null, false],
  ['-0', null, false],
  ['1.5', null, false],
  ['"1.5"', null, false],
  ['"0x10"', null, false],
  ['"4,386,338"', null, false],
  ['"4 MB"', null, false],
  ['"٤"', null, false],
  ['true', null, false],
  ['[1]', null, false],
  ['{}', null, false],
  ['1'.repeat(100_000), null, false],
];

for (const [literal, size, readable] of sizes) {
  test(`size ${literal.slice(0, 30)}`, () => {
    const sent = JSON.stringify(canonical).replace('4386338', literal);
    const [entry] = accepted(sent).entries;
    assert.equal(entry?.expected.size, size);
    assert.equal(entry?.stages.compress?.size, size);
    if (readable) assert.equal(entry?.unverifiable, null);
    else
      assert.match(
        entry?.unverifiable ?? '',
        /^the size of COMPRESS is .{1,80}, no whole number of bytes from 0/,
      );
  });
}

test("TRANSFER's own size and hash describe nothing and cannot spoil the file", () => {
  const entry = entryWith({ TRANSFER: { ...TRANSFER, size: 'n/a', sha256: 'n/a' } });
  assert.equal(entry.unverifiable, null);
});

const files: readonly (readonly [sent: unknown, file: string | null, fault: string | null])[] = [
  ['C:\\dumps\\x.sql.gz', 'x.sql.gz', null],
  ['/etc/passwd', 'passwd', null],
  [undefined, null, 'staged_file_name is missing'],
  [null, null, 'staged_file_name is missing'],
  ['', null, 'staged_file_name is missing'],
  ['null', null, 'staged_file_name is missing'],
  [7, null, 'staged_file_name is the number 7, not a text'],
  [['x'], null, 'staged_file_name is a list, not a text'],
  ['../../x', null, 'staged_file_name "../../x" is a relative path'],
  ['x\u202egz', null, 'staged_file_name "xgz" holds the character U+202E'],
];

for (const [sent, file, fault] of files) {
  test(`file ${JSON.stringify(sent)}`, () => {
    const entry = entryWith({ staged_file_name: sent });
    assert.deepEqual([entry.file, entry.unverifiable], [file, fault]);
  });
}

test('several faults of one file are all told', () => {
  const entry = entryWith({ staged_file_name: null, COMPRESS: { status: true, size: -1 } });
  assert.equal(
    entry.unverifiable,
    'staged_file_name is missing; COMPRESS gives no SHA-256 of the file; ' +
      'the size of COMPRESS is the number -1, no whole number of bytes from 0 to 9007199254740991',
  );
});

const errors: readonly (readonly [sent: unknown, error: string | null])[] = [
  ['rsync: connection reset\u001b[31m\r\n', 'rsync: connection reset\u001b[31m\r\n'],
  [null, null],
  ['', null],
  ['null', null],
  [12, '12'],
  [false, 'the value false'],
  [{ code: 1 }, 'an object'],
  ['x'.repeat(2_000), 'x'.repeat(2_000)],
  ['x'.repeat(2_001), `${'x'.repeat(1_999)}…`],
  [`${'x'.repeat(1_998)}💥💥`, `${'x'.repeat(1_998)}…`],
];

for (const [sent, error] of errors) {
  test(`error_message ${JSON.stringify(sent).slice(0, 40)}`, () => {
    const entry = entryWith({ TRANSFER: { ...TRANSFER, status: false, error_message: sent } });
    assert.deepEqual([entry.stages.transfer?.ok, entry.stages.transfer?.error], [false, error]);
  });
}

test('of two names for one thing the canonical one wins, unless it is blank', () => {
  const both = {
    ...BACKUP,
    timestamp: '2020-01-01T00:00:00Z',
    backup_start_time: '2020-01-01T00:00:00Z',
    sha256_checksum: fileHash,
    size_bytes: 1,
  };
  const blank = { ...both, end_time: '', start_time: null, sha256: 'null', size: '' };
  const old = at('2020-01-01T00:00:00Z');
  assert.deepEqual(entryWith({ BACKUP: both }).stages.backup, entryWith({}).stages.backup);
  assert.deepEqual(entryWith({ BACKUP: blank }).stages.backup, {
    ok: true,
    startedAt: old,
    finishedAt: old,
    size: 1,
    sha256: fileHash,
    error: null,
  });
});

test('of two names for one stage the canonical one wins, unless it is blank', () => {
  const failed = { status: 'failed' };
  assert.equal(entryWith({ backup_process: failed }).stages.backup?.ok, true);
  for (const nothing of [null, '', 'null']) {
    assert.equal(entryWith({ BACKUP: nothing, backup_process: failed }).stages.backup?.ok, false);
  }
});

test('an unreadable time of a stage is no time', () => {
  const entry = entryWith({
    BACKUP: { ...BACKUP, start_time: 'yesterday', end_time: '2026-02-30T00:00:00Z' },
  });
  assert.deepEqual([entry.stages.backup?.startedAt, entry.stages.backup?.finishedAt], [null, null]);
  assert.deepEqual([entry.incomplete, entry.unverifiable], [null, null]);
});
