/**
 * Reading a report takes time in proportion to its size, whatever is in it. Each family is read at one size and at eight times
 * that: what is linear takes eight times as long, what is quadratic 64 times. CPU time and the quickest of several runs are
 * compared, so that other work on the machine does not count.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MAX_REPORT_BYTES, parseReport } from '../../src/deposits/report/parse.ts';
import { canonicalEntry, zone } from '../deposits/report/samples.ts';

const larger = 8;
/** Bytes of the smaller one; the larger one is still below what is refused unread. */
const size = MAX_REPORT_BYTES / 32;
/** How much more than eight times as long the larger one may take. */
const patience = 4;
/** Microseconds. Below it, a measurement tells of the machine and not of the parser. */
const shortest = 2_000;
const runs = 3;

const head = '{"agent_id":"a","operation_end_time":"2026-06-20T18:37:35Z",';
const inDatabase = (members: string): string => `${head}"databases":{"x":{${members}}}}`;
const filled = (part: string, bytes: number): string =>
  part.repeat(Math.ceil(bytes / Buffer.byteLength(part)));
/** Members with keys that differ; `make` is given the number of each. */
const counted = (make: (index: number) => string, bytes: number): string => {
  const parts: string[] = [];
  for (let length = 0; length < bytes; length += (parts.at(-1) as string).length + 1)
    parts.push(make(parts.length));
  return parts.join(',');
};

/** Each makes a report of about so many bytes. */
const families: Readonly<Record<string, (bytes: number) => string | Buffer>> = {
  'white space': (bytes) => `${' '.repeat(bytes)}[`,
  'lines before a fault': (bytes) => `${'\n'.repeat(bytes)}x`,
  'brackets that open': (bytes) => '['.repeat(bytes),
  'a list of lists': (bytes) => `[${filled('[[]],', bytes)}0]`,
  'one long text': (bytes) => inDatabase(`"staged_file_name":"${'x'.repeat(bytes)}"`),
  'a text without an end': (bytes) => `{"a":"${'x'.repeat(bytes)}`,
  escapes: (bytes) => inDatabase(`"staged_file_name":"${filled('\\u001b[\\n', bytes)}"`),
  'lone surrogates': (bytes) => `{"agent_id":"${filled('\\ud800', bytes)}"}`,
  'sequences that do not end': (bytes) => `["${filled('\\u001b]8;;', bytes)}", nul`,
  'a text of sequences as a value': (bytes) =>
    inDatabase(`"BACKUP":{"status":"${filled('\\u001b[0;0', bytes)}"}`),
  'a text of spaces as a hash': (bytes) =>
    inDatabase(
      `"BACKUP":{"status":true,"sha256":"${' '.repeat(bytes)}x","size":"${' '.repeat(9)}"}`,
    ),
  'a path of many components': (bytes) => inDatabase(`"staged_file_name":"${filled('/a', bytes)}"`),
  'a long number': (bytes) => inDatabase(`"BACKUP":{"size":1.${'0'.repeat(bytes)}1}`),
  'many keys of one object': (bytes) => `{${counted((index) => `"k${index}":0`, bytes)}}`,
  // V8 takes the hash of such a key from its number.
  'keys that are numbers': (bytes) =>
    `{${counted((index) => `"${(index * 4096) % 16_777_213}":0`, bytes)}`,
  'keys that end alike': (bytes) =>
    `{${counted((index) => `"${index}${'x'.repeat(200)}":0`, bytes)}}`,
  databases: (bytes) =>
    `${head}"databases":{${counted((index) => `"db${index}":${JSON.stringify(canonicalEntry)}`, bytes)}}}`,
  'databases that are nothing': (bytes) =>
    `${head}"databases":{${counted((index) => `"${index}":0`, Math.min(bytes / 50, 90_000))}}}`,
  'times without an offset, each of another day': (bytes) =>
    `{"agent_id":"a","databases":{${counted(
      (index) =>
        `"${index}":{"BACKUP":{"end_time":"${1970 + (index % 8000)}-0${1 + (index % 9)}-11 02:30"},"x":"${'x'.repeat(900)}"}`,
      bytes,
    )}}}`,
  'bytes that are not UTF-8 at the end': (bytes) =>
    Buffer.concat([Buffer.alloc(bytes, '{"é'), Buffer.from([0xff])]),
  'a character that is cut': (bytes) =>
    Buffer.concat([Buffer.alloc(bytes, ' '), Buffer.from([0xe2])]),
};

/** Microseconds of CPU time, the quickest of several runs. */
function cost(bytes: Uint8Array): number {
  let quickest = Infinity;
  for (let run = 0; run < runs; run += 1) {
    const began = process.cpuUsage();
    parseReport(bytes, zone);
    const { user, system } = process.cpuUsage(began);
    quickest = Math.min(quickest, user + system);
  }
  return quickest;
}

for (const [name, make] of Object.entries(families)) {
  test(`reading a report is linear: ${name}`, () => {
    const [small, large] = [Buffer.from(make(size)), Buffer.from(make(larger * size))];
    assert.ok(large.length <= MAX_REPORT_BYTES);
    const [one, eight] = [Math.max(shortest, cost(small)), cost(large)];
    assert.ok(
      eight < one * larger * patience,
      `${small.length} bytes take ${one} µs, ${large.length} bytes ${eight} µs`,
    );
  });
}
