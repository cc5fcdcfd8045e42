import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Report } from '../../../src/core/report.ts';
import {
  MAX_DATABASES,
  MAX_REPORT_BYTES,
  parseReport,
} from '../../../src/deposits/report/parse.ts';
import {
  accepted,
  at,
  bytesOf,
  canonical,
  canonicalEntry,
  fileHash,
  meaning,
  oldStyle,
  rawHash,
  zone,
} from './samples.ts';

const { COMPRESS, TRANSFER } = canonicalEntry;
const oldEntry = oldStyle.databases.compta_2025;

/** Different words, one meaning. */
const sameMeaning: Readonly<Record<string, unknown>> = {
  canonical: canonical,
  'old field names, Python words, local times': oldStyle,
  'stages in mixed styles': {
    ...canonical,
    databases: {
      compta_2025: {
        backup_process: oldEntry.backup_process,
        COMPRESS: { ...COMPRESS, end_time: undefined, timestamp: '2026-06-20T19:24:11.000' },
        TRANSFER,
        staged_file_name: 'C:\\staging\\compta_2025.sql.gz',
      },
    },
  },
  'names mixed within one stage': {
    ...oldStyle,
    databases: {
      compta_2025: {
        ...oldEntry,
        compress_process: undefined,
        COMPRESS: {
          status: '1',
          start_time: '2026-06-20 19:21:05',
          timestamp: '2026-06-20T18:24:11Z',
          sha256: fileHash.toUpperCase(),
          size_bytes: ' 4386338 ',
        },
      },
    },
  },
  'both names of the end time': { ...canonical, operation_timestamp: '2020-01-01T00:00:00Z' },
  'canonical end time blank': {
    ...canonical,
    operation_end_time: '',
    operation_timestamp: '2026-06-20 19:37:35',
  },
  'no overall_status, unknown extra keys': {
    ...canonical,
    overall_status: undefined,
    agent_version: { major: 3 },
    hosts: [],
  },
  'byte order mark': `\ufeff${JSON.stringify(canonical)}`,
  'byte order mark, CRLF and tabs': `\ufeff${JSON.stringify(canonical, null, '\t').replaceAll('\n', '\r\n')}\r\n`,
  'every character escaped': JSON.stringify(canonical).replaceAll(
    /[a-z_](?=[a-z_]*":)/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  ),
};

for (const [what, sent] of Object.entries(sameMeaning)) {
  test(`the same report: ${what}`, () => {
    assert.deepEqual(parseReport(bytesOf(sent), zone), {
      kind: 'report',
      agentId: 'douala_prod_01',
      report: meaning,
    });
  });
}

test('times without an offset are read in the zone given', () => {
  const ends = (name: string): number => {
    const parsed = parseReport(bytesOf(oldStyle), name);
    assert.ok(parsed.kind === 'report');
    return parsed.report.endedAt;
  };
  assert.equal(ends('UTC'), at('2026-06-20T19:37:35Z'));
  assert.equal(ends('Asia/Kolkata'), at('2026-06-20T14:07:35Z'));
});

test('the least that a report may hold', () => {
  const report: Report = { startedAt: null, endedAt: 0, entries: [] };
  const sent = { agent_id: 'a', operation_end_time: '1970-01-01T00:00:00Z', databases: {} };
  assert.deepEqual(accepted(sent), report);
});

test('without COMPRESS, old style', () => {
  const sent = {
    ...oldStyle,
    databases: { compta_2025: { ...oldEntry, compress_process: undefined } },
  };
  const [entry] = accepted(sent).entries;
  assert.deepEqual(entry?.expected, { size: 62_233_088, sha256: rawHash });
  assert.deepEqual(entry?.raw, { size: null, sha256: null });
});

test('entries keep the order of the report and every name, also those of JavaScript itself', () => {
  const sent =
    '{"agent_id":"a","operation_end_time":"2026-06-20T18:37:35Z","databases":' +
    '{"z":{},"10":{},"__proto__":{"polluted":true},"constructor":{"prototype":{}},"":{},"../x":{}}}';
  assert.deepEqual(
    accepted(sent).entries.map((entry) => entry.database),
    ['z', '10', '__proto__', 'constructor', '', '../x'],
  );
  assert.equal(Reflect.get({}, 'polluted'), undefined);
});

test('members named like those of JavaScript objects are not members of the report', () => {
  const sent =
    '{"__proto__":{"agent_id":"a","operation_end_time":"2026-06-20T18:37:35Z","databases":{}}}';
  const parsed = parseReport(bytesOf(sent), zone);
  assert.equal(parsed.kind === 'refused' && parsed.reason, 'no_agent_id');
});

test('without an end time of its own the report ends with its latest stage', () => {
  const later = {
    ...canonicalEntry,
    TRANSFER: { ...TRANSFER, end_time: '2026-06-20T18:59:59.5Z' },
  };
  const lost = { ...canonicalEntry, TRANSFER: { ...TRANSFER, end_time: 'soon' } };
  const databases = { a: canonicalEntry, b: later, c: lost, d: null };
  const report = accepted({ ...canonical, operation_end_time: undefined, databases });
  assert.equal(report.endedAt, at('2026-06-20T18:59:59.500Z'));
});

test('an unreadable start is no start', () => {
  assert.equal(accepted({ ...canonical, operation_start_time: 'soon' }).startedAt, null);
});

const utf16 = Buffer.from(JSON.stringify(canonical), 'utf16le');
const withoutEnds = {
  ...canonical,
  operation_end_time: null,
  databases: { a: { BACKUP: { status: false, end_time: '' }, TRANSFER: { status: false } } },
};
const many = (count: number): object =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`d${index}`, null]));

const refusals: readonly (readonly [
  what: string,
  sent: unknown,
  reason: string,
  message: string | RegExp,
])[] = [
  ['0 bytes', '', 'cut_short', 'the report ends before its JSON is complete'],
  ['white space', ' \r\n', 'cut_short', /ends before/],
  ['a byte order mark only', '\ufeff', 'cut_short', /ends before/],
  ['half a byte order mark', Buffer.from([0xef, 0xbb]), 'cut_short', /ends before/],
  ['cut', JSON.stringify(canonical).slice(0, -1), 'cut_short', /ends before/],
  ['cut inside a character', Buffer.from('{"é').subarray(0, 3), 'cut_short', /ends before/],
  [
    'not JSON',
    '{\n  "agent_id": douala\n}',
    'unreadable',
    'the report is not JSON at line 2, column 15: expected a value, found "d"',
  ],
  [
    'a Python dictionary',
    "{'agent_id': 'a'}",
    'unreadable',
    /line 1, column 2: expected a key in double quotes/,
  ],
  [
    'text after the end',
    `${JSON.stringify(canonical)}\n}`,
    'unreadable',
    /line 2, column 1: expected the end of the text/,
  ],
  [
    'half a character after the end',
    Buffer.from([0x7b, 0x7d, 0xc3]),
    'unreadable',
    'the report is followed by bytes that are not UTF-8',
  ],
  [
    'two byte order marks',
    '\ufeff\ufeff{}',
    'unreadable',
    /line 1, column 1: expected a value, found U\+FEFF/,
  ],
  [
    'a duplicate key',
    '{"agent_id":"a","agent_id":"b"}',
    'unreadable',
    /the key "agent_id" occurs twice/,
  ],
  [
    'a duplicate key deep down',
    JSON.stringify(canonical).replace('"logs_summary"', '"staged_file_name"'),
    'unreadable',
    /the key "staged_file_name" occurs twice/,
  ],
  ['nesting of a million', '['.repeat(1_000_000), 'unreadable', /nested deeper than 64 levels/],
  [
    'Latin-1',
    Buffer.from('{\n"agent_id": "Yaound\xe9"}', 'latin1'),
    'unreadable',
    'the report is not UTF-8: byte 0xE9 on line 2 is part of no character',
  ],
  [
    'an encoded surrogate',
    Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]),
    'unreadable',
    /not UTF-8: byte 0xED on line 1/,
  ],
  [
    'an overlong slash',
    Buffer.from([0x22, 0xc0, 0xaf]),
    'unreadable',
    /not UTF-8: byte 0xC0 on line 1/,
  ],
  [
    'noise after a byte order mark',
    Buffer.from([0xef, 0xbb, 0xbf, 0x0a, 0x80]),
    'unreadable',
    /not UTF-8: byte 0x80 on line 2/,
  ],
  ['gzip', Buffer.from([0x1f, 0x8b, 0x08, 0x00]), 'unreadable', /not UTF-8: byte 0x8B/],
  ['UTF-16, little-endian', utf16, 'unreadable', 'the report is UTF-16, not UTF-8'],
  [
    'UTF-16, big-endian',
    Buffer.from(utf16).swap16(),
    'unreadable',
    'the report is UTF-16, not UTF-8',
  ],
  [
    'UTF-16 with a mark',
    Buffer.concat([Buffer.from([0xff, 0xfe]), utf16]),
    'unreadable',
    'the report is UTF-16, not UTF-8',
  ],
  [
    'UTF-16, big-endian mark only',
    Buffer.from([0xfe, 0xff]),
    'unreadable',
    'the report is UTF-16, not UTF-8',
  ],
  ['one zero byte', Buffer.from([0]), 'unreadable', /expected a value, found U\+0000/],
  [
    'too large',
    Buffer.alloc(MAX_REPORT_BYTES + 1, ' '),
    'too_large',
    'the report has 8388609 bytes, more than 8 MiB',
  ],
  [
    'too many values',
    `[${'{},'.repeat(1_000_000)}1]`,
    'too_large',
    'the report holds more than 500000 values',
  ],
  [
    'too many databases',
    { ...canonical, databases: many(MAX_DATABASES + 1) },
    'too_many_databases',
    'the report holds 10001 databases, more than 10000',
  ],
  ['null', 'null', 'bad_shape', 'the report is null, not an object'],
  ['a list', [canonical], 'bad_shape', 'the report is a list, not an object'],
  ['a number', '12', 'bad_shape', 'the report is the number 12, not an object'],
  [
    'no agent_id',
    { ...canonical, agent_id: undefined },
    'no_agent_id',
    'the report names no agent_id',
  ],
  ['agent_id null', { ...canonical, agent_id: null }, 'no_agent_id', /agent_id/],
  ['agent_id empty', { ...canonical, agent_id: '' }, 'no_agent_id', /agent_id/],
  ['agent_id "null"', { ...canonical, agent_id: 'null' }, 'no_agent_id', /agent_id/],
  [
    'agent_id a number',
    { ...canonical, agent_id: 7 },
    'bad_shape',
    'agent_id is the number 7, not a text',
  ],
  [
    'agent_id too long',
    { ...canonical, agent_id: 'a'.repeat(256) },
    'bad_shape',
    `agent_id is longer than 255 characters: the text "${'a'.repeat(59)}…"`,
  ],
  [
    'no databases',
    { ...canonical, databases: undefined },
    'bad_shape',
    'the report has no databases',
  ],
  [
    'databases null',
    { ...canonical, databases: null },
    'bad_shape',
    'databases is null, not an object',
  ],
  [
    'databases a list',
    { ...canonical, databases: [] },
    'bad_shape',
    'databases is a list, not an object',
  ],
  [
    'database name too long',
    { ...canonical, databases: { ['x'.repeat(256)]: canonicalEntry } },
    'bad_shape',
    `the name of a database is longer than 255 characters: the text "${'x'.repeat(59)}…"`,
  ],
  [
    'no end time',
    withoutEnds,
    'no_time',
    'the report has no end time, and neither has any of its stages',
  ],
  ['no end time, no databases', { agent_id: 'a', databases: {} }, 'no_time', /no end time/],
  [
    'end time unreadable',
    { ...canonical, operation_end_time: 'yes\u001b[2Jterday' },
    'bad_time',
    'the end time of the report is the text "yesterday", no time such as 2026-06-20T18:37:35Z',
  ],
  [
    'end time a number',
    { ...canonical, operation_end_time: 1_782_000_000 },
    'bad_time',
    /is the number 1782000000/,
  ],
  [
    'end time unreadable, old name good',
    {
      ...canonical,
      operation_end_time: '2026-06-31T00:00:00Z',
      operation_timestamp: '2026-06-30T00:00:00Z',
    },
    'bad_time',
    /2026-06-31/,
  ],
  [
    'old name of the end time unreadable',
    { ...oldStyle, operation_timestamp: true },
    'bad_time',
    /is the value true/,
  ],
  [
    'no end time but an unreadable one of a stage',
    {
      ...withoutEnds,
      databases: { ...withoutEnds.databases, b: { TRANSFER: { end_time: '12:00' } } },
    },
    'bad_time',
    'the report has no readable end time: the end time of TRANSFER is the text "12:00", no time such as 2026-06-20T18:37:35Z',
  ],
];

for (const [what, sent, reason, message] of refusals) {
  test(`refused: ${what}`, () => {
    const bytes = sent instanceof Uint8Array ? sent : bytesOf(sent);
    const parsed = parseReport(bytes, zone);
    assert.ok(parsed.kind === 'refused');
    assert.equal(parsed.reason, reason, parsed.message);
    if (typeof message === 'string') assert.equal(parsed.message, message);
    else assert.match(parsed.message, message);
  });
}

test('the limits themselves are within the limits', () => {
  const full = bytesOf(canonical);
  const padded = Buffer.alloc(MAX_REPORT_BYTES, ' ');
  padded.set(full);
  assert.equal(parseReport(padded, zone).kind, 'report');
  const databases = { ...many(MAX_DATABASES - 1), ['x'.repeat(255)]: null };
  const sent = { ...canonical, agent_id: 'a'.repeat(255), databases };
  assert.equal(accepted(sent).entries.length, MAX_DATABASES);
});
