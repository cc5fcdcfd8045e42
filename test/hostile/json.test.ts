/** Reports whose JSON is a trap for whoever reads it: keys of JavaScript, duplicates, numbers, encodings. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { minute } from '../support/world.ts';
import { Siege } from './support.ts';

/** What is made of a good report, and what becomes of its job; `REPORT_REFUSED` where the report as a whole is refused. */
type Case = readonly [change: (text: string) => string | Buffer, conclusion: string];

const good = 'SUCCESS verified';
const incomplete = 'FAILED report_incomplete';
const unverifiable = 'TRANSFER_INTEGRITY_FAILED not_verifiable';
const duplicate = 'REPORT_REFUSED unreadable';

const added = (member: string) => (text: string) => text.replace('{', `{${member},`);
/** A value of the stage, as it is written. */
const put = (stage: string, key: string, literal: string) => (text: string) =>
  text.replace(new RegExp(`("${stage}":\\{[^}]*"${key}":)[^,}]+`, 'u'), `$1${literal}`);
const put3 = (literal: string) => (text: string) =>
  ['BACKUP', 'COMPRESS', 'TRANSFER'].reduce(
    (all, stage) => put(stage, 'status', literal)(all),
    text,
  );
/** The size of the file, written in another way. */
const size = (write: (digits: string) => string) => (text: string) =>
  text.replace(
    /("COMPRESS":\{[^}]*"size":)(\d+)/u,
    (_, before: string, digits: string) => before + write(digits),
  );

const unchanged: Case = [(text) => text, good];

const types: Readonly<Record<string, Case>> = {
  proto_key: [added('"__proto__":{"agent_id":"lyon","databases":{}}'), good],
  constructor_key: [added('"constructor":{"prototype":{"agent_id":"lyon"}}'), good],
  proto_entry: [
    (text) => text.replace(/(:\{)("BACKUP".*)(\}\}\})$/u, '$1"__proto__":{$2}$3'),
    incomplete,
  ],
  proto_stage: [
    (text) => text.replace(/"BACKUP":\{("status":true),/u, '"BACKUP":{"__proto__":{$1},'),
    incomplete,
  ],
  proto_size: [
    (text) => text.replace(/("COMPRESS":\{.*?)"sha256":("[^"]*")/u, '$1"__proto__":{"sha256":$2}'),
    unverifiable,
  ],
  duplicate_agent: [added('"agent_id":"paris"'), duplicate],
  duplicate_other_agent: [added('"agent_id":"lyon"'), duplicate],
  duplicate_escaped: [added('"agent\\u005fid":"paris"'), duplicate],
  duplicate_proto: [added('"__proto__":1,"__proto__":2'), duplicate],
  duplicate_databases: [added('"databases":{}'), duplicate],
  duplicate_database: [
    (text) => text.replace('"databases":{', '"databases":{"duplicate_database":{},'),
    duplicate,
  ],
  duplicate_stage: [
    (text) => text.replace('"BACKUP":', '"BACKUP":{"status":false},"BACKUP":'),
    duplicate,
  ],
  duplicate_status: [
    (text) => text.replace('"status":true', '"status":false,"status":true'),
    duplicate,
  ],
  size_infinite: [size(() => '1e999'), unverifiable],
  size_unsafe: [size(() => '9007199254740993'), unverifiable],
  size_negative: [size((digits) => `-${digits}`), unverifiable],
  size_fraction: [size((digits) => `${digits}.5`), unverifiable],
  size_power: [size((digits) => `${digits}e0`), unverifiable],
  size_float: [size((digits) => `${digits}.0`), good],
  size_text: [size((digits) => `"${digits}"`), good],
  size_hex: [size((digits) => `"0x${Number(digits).toString(16)}"`), unverifiable],
  size_list: [size((digits) => `[${digits}]`), unverifiable],
  raw_infinite: [put('BACKUP', 'size', '1e999'), unverifiable],
  raw_unsafe: [put('BACKUP', 'size', '"9007199254740993"'), unverifiable],
  hash_number: [put('COMPRESS', 'sha256', '1e63'), unverifiable],
  status_true: [put3('"True"'), good],
  status_success: [put3('"success"'), good],
  status_one: [put3('1'), good],
  status_one_text: [put3('"1"'), good],
  status_false: [put('BACKUP', 'status', '"False"'), 'FAILED backup_failed'],
  status_failed: [put('COMPRESS', 'status', '"failed"'), 'FAILED compress_failed'],
  status_zero: [put('TRANSFER', 'status', '0'), 'FAILED transfer_failed'],
  status_two: [put('BACKUP', 'status', '2'), incomplete],
  status_infinite: [put('BACKUP', 'status', '1e999'), incomplete],
  status_yes: [put('BACKUP', 'status', '"yes"'), incomplete],
  status_space: [put('BACKUP', 'status', '"true "'), incomplete],
  status_null: [put('BACKUP', 'status', '"null"'), incomplete],
  status_list: [put('BACKUP', 'status', '[true]'), incomplete],
  end_infinite: [
    (text) => text.replace(/("operation_end_time":)"[^"]*"/u, '$11e999'),
    'REPORT_REFUSED bad_time',
  ],
  agent_number: [(text) => text.replace('"paris"', '1'), 'REPORT_REFUSED bad_shape'],
  agent_true: [(text) => text.replace('"paris"', 'true'), 'REPORT_REFUSED bad_shape'],
  not_a_number: [size(() => 'NaN'), 'REPORT_REFUSED unreadable'],
  // Names of jobs, as the keys that they are.
  constructor: unchanged,
  toString: unchanged,
  hasOwnProperty: unchanged,
};

const wide = (text: string, swapped: boolean): Buffer => {
  const bytes = Buffer.from(text, 'utf16le');
  return swapped ? bytes.swap16() : bytes;
};
const unreadable = 'REPORT_REFUSED unreadable';
const note = (bytes: number[]) => (text: string) =>
  Buffer.concat([Buffer.from('{"note":"'), Buffer.from(bytes), Buffer.from(`",${text.slice(1)}`)]);

const encodings: Readonly<Record<string, Case>> = {
  mark: [(text) => `\uFEFF${text}`, good],
  two_marks: [(text) => `\uFEFF\uFEFF${text}`, unreadable],
  mark_inside: [(text) => text.replace(':', ':\uFEFF'), unreadable],
  latin_1: [note([0xe9]), unreadable],
  overlong: [note([0xc0, 0xaf]), unreadable],
  surrogate_bytes: [note([0xed, 0xa0, 0x80]), unreadable],
  beyond_unicode: [note([0xf4, 0x90, 0x80, 0x80]), unreadable],
  bytes_after: [(text) => Buffer.concat([Buffer.from(text), Buffer.from([0xff])]), unreadable],
  lone_in_note: [added('"note":"\\ud800"'), good],
  lone_in_key: [added('"\\udfff":1'), good],
  lone_in_file: [(text) => text.replace(/\/lone_in_file/u, '/\\ud800lone_in_file'), unverifiable],
  lone_in_agent: [(text) => text.replace('"paris"', '"paris\\ud800"'), 'REPORT_REFUSED forged'],
  wide_little: [(text) => wide(text, false), unreadable],
  wide_big: [(text) => wide(text, true), unreadable],
  wide_little_mark: [(text) => wide(`\uFEFF${text}`, false), unreadable],
  wide_big_mark: [(text) => wide(`\uFEFF${text}`, true), unreadable],
  text_after: [(text) => `${text}x`, unreadable],
  another_after: [(text) => `${text}\n${text}`, unreadable],
  nul_after: [(text) => `${text}\0`, unreadable],
  space_after: [(text) => `${text} \r\n\t\n`, good],
  empty: [() => '', 'REPORT_REFUSED cut_short'],
  blank: [() => ' \n', 'REPORT_REFUSED cut_short'],
  cut: [(text) => text.slice(0, -1), 'REPORT_REFUSED cut_short'],
  cut_early: [(text) => text.slice(0, 20), 'REPORT_REFUSED cut_short'],
  cut_in_character: [
    (text) => Buffer.from(added('"note":"é"')(text)).subarray(0, 10),
    'REPORT_REFUSED cut_short',
  ],
};

for (const [name, table] of [
  [
    'case 12: keys of JavaScript, duplicates, numbers and words are parsed into safe types, or refused',
    types,
  ],
  [
    'case 13: a byte order mark is accepted, every other encoding and what is not one whole document is refused',
    encodings,
  ],
] as const) {
  test(name, async () => {
    const siege = await Siege.begin({ databases: Object.keys(table) });
    const { world } = siege;
    const reports: [string, Buffer][] = [];
    for (const [database, [change]] of Object.entries(table)) {
      const { report } = siege.deposit({ database, report: `${database}.json`, content: database });
      const before = readFileSync(report, 'utf8');
      const after = Buffer.from(change(before));
      const same = change(before) === before;
      assert.equal(same, database in Object.prototype, `${database} is what it says`);
      writeFileSync(report, after);
      reports.push([report, after]);
    }
    const all = Object.entries(table).map(([job, [, conclusion]]) => ({ job, conclusion }));
    const refused = all.filter(({ conclusion }) => conclusion.startsWith('REPORT_'));
    siege.holds(siege.scan(), {
      code: 2,
      events: [
        ...new Set(refused.map(({ conclusion }) => `paris ${conclusion}`)),
        // Of these no report says anything, and their deadline has passed.
        ...refused.map(({ job }) => `paris/${job} MISSING no_report`),
        ...all
          .filter((one) => !refused.includes(one))
          .map(({ job, conclusion }) => `paris/${job} ${conclusion}`),
      ],
      publishedElsewhere: all.filter(({ conclusion }) => conclusion === good).length,
    });
    const rows = world.sql<{
      name: string;
      refused_reason: string | null;
      refused_message: string;
    }>(
      'select name, refused_reason, refused_message from reports where refused_reason is not null',
    );
    assert.deepEqual(
      rows.map((row) => `${row.name} REPORT_REFUSED ${row.refused_reason}`).toSorted(),
      refused.map(({ job, conclusion }) => `${job}.json ${conclusion}`).toSorted(),
    );
    for (const { refused_message: message } of rows) assert.match(message, /\w+ \w+ \w+/u);
    for (const [report, bytes] of reports) {
      const stays = refused.some(({ job }) => report.endsWith(`/${job}.json`));
      assert.equal(existsSync(report), stays, report);
      if (stays) assert.deepEqual(readFileSync(report), bytes);
    }
  });
}

test('case 13: a lone surrogate in the name of a database is escaped in JSON, and replaced for people', async () => {
  const siege = await Siege.begin();
  const { world, now } = siege;
  const { report } = siege.deposit({ content: 'today' });
  const text = readFileSync(report, 'utf8');
  writeFileSync(report, text.replace('"databases":{', '"databases":{"x\\ud800y":{},'));
  const ran = siege.scan();
  siege.holds(ran, { code: 0, events: ['paris/compta SUCCESS verified'], published: 1 });
  assert.match(ran.out, /"database":"x\\ud800y"/u);
  assert.match((await world.ok(now + minute, 'status')).out, /expects: x\uFFFDy/u);
});

test('case 13: a report that is cut short is retried while it is fresh, wherever it was cut', async () => {
  const siege = await Siege.begin({ settle: '2m' });
  const { report } = siege.deposit({ content: 'today' });
  const whole = Buffer.from(added('"note":"é"')(readFileSync(report, 'utf8')));
  for (const length of [0, 1, 10, 100, whole.length - 1]) {
    writeFileSync(report, whole.subarray(0, length));
    siege.holds(await siege.look(), { code: 0, events: [] });
  }
  writeFileSync(report, whole);
  siege.holds(siege.scan(), { code: 0, events: ['paris/compta SUCCESS verified'], published: 1 });
});
