/** Case 11: reports of a size or a shape that no agent needs. Refused before they cost anything; the others are judged. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { MAX_DATABASES, MAX_NAME, MAX_REPORT_BYTES } from '../../src/deposits/report/parse.ts';
import { MAX_FILE_NAME_BYTES } from '../../src/deposits/report/file-name.ts';
import { MAX_DEPTH, MAX_VALUES } from '../../src/deposits/report/json.ts';
import { MAX_NAMES } from '../../src/files/folder.ts';
import {
  BACKUPS_PER_SCAN,
  REPORT_BYTES_PER_SCAN,
  REPORTS_PER_SCAN,
  STRANGERS_PER_SCAN,
} from '../../src/pass/allowance.ts';
import { MAX_UNEXPECTED } from '../../src/pass/round.ts';
import { EVENTS_KEPT, REPORTS_KEPT } from '../../src/db/history.ts';
import { JUDGED_BYTES_PER_SCAN } from '../../src/pass/weight.ts';
import { spend } from '../support/spent.ts';
import { minute, World } from '../support/world.ts';

const MiB = 1024 ** 2;
const yaml =
  'defaults: { schedule: every 24h, settle: 0s }\nagents:\n  paris: { databases: [compta] }\n  lyon: { databases: [shop] }\n';

const ended = new Date(Date.now() - minute).toISOString();
const reportOf = (databases: string): string =>
  `{"agent_id":"paris","operation_end_time":"${ended}","databases":${databases}}`;
const manyDatabases = (count: number): string =>
  `{${Array.from({ length: count }, (_, index) => `"${index.toString(36)}":0`).join(',')}}`;

async function started(): Promise<World> {
  const world = new World(yaml);
  await world.ok(Date.now(), 'init-db');
  world.deposit({ agent: 'lyon', database: 'shop', endedAt: Date.now() - minute });
  mkdirSync(world.zone('paris', 'log'), { recursive: true });
  return world;
}

const refused: readonly {
  readonly what: string;
  readonly reason: string;
  readonly text: () => string;
  /** Bytes of holes behind the text. */
  readonly size?: number;
}[] = [
  { what: 'a report of 1 GiB', reason: 'too_large', text: () => '{', size: 1024 * MiB },
  { what: 'a report of 8 EiB', reason: 'too_large', text: () => '{', size: 2 ** 53 - 1 },
  {
    what: 'a million databases',
    reason: 'too_large',
    text: () => reportOf(manyDatabases(1_000_000)),
  },
  {
    what: 'as many databases as fit into 8 MiB',
    reason: 'too_large',
    text: () => reportOf(manyDatabases(900_000)),
  },
  {
    what: 'one database too many',
    reason: 'too_many_databases',
    text: () => reportOf(manyDatabases(MAX_DATABASES + 1)),
  },
  {
    what: 'a million lists in one another',
    reason: 'unreadable',
    text: () => reportOf('['.repeat(1_000_000) + ']'.repeat(1_000_000)),
  },
  {
    what: 'a million objects in one another',
    reason: 'unreadable',
    text: () => reportOf('{"a":'.repeat(1_000_000)),
  },
  {
    what: 'more than 8 MiB of a text',
    reason: 'too_large',
    text: () => reportOf(`"${'a'.repeat(8 * MiB)}"`),
  },
  {
    what: 'almost 8 MiB of a text as the name of a database',
    reason: 'bad_shape',
    text: () => reportOf(`{"${'a'.repeat(8 * MiB - 200)}":{}}`),
  },
  {
    what: 'almost 8 MiB of escapes as the databases',
    reason: 'bad_shape',
    text: () => reportOf(`"${String.raw`\u0041`.repeat(1_390_000)}"`),
  },
  {
    what: 'a number of almost 8 MiB of digits as the databases',
    reason: 'bad_shape',
    text: () => reportOf('9'.repeat(8 * MiB - 200)),
  },
  {
    what: 'almost 8 MiB of white space and no report',
    reason: 'cut_short',
    text: () => ' '.repeat(8 * MiB - 200),
  },
];

const nothing = spend(await started(), 'scan');

for (const { what, reason, text, size } of refused) {
  test(`case 11: ${what}: ${reason}, cheaply, and lyon is judged`, async () => {
    const world = await started();
    const file = world.zone('paris', 'log', 'STATUS.json');
    writeFileSync(file, text());
    if (size !== undefined) {
      try {
        truncateSync(file, size);
      } catch {
        // Not every file system has files of that size: the largest that it has.
        truncateSync(file, 2 ** 43);
      }
    }
    const ran = spend(world, 'scan');
    assert.deepEqual([ran.code, ran.err], [1, '']);
    assert.deepEqual(world.events().toSorted(), [
      'lyon/shop SUCCESS verified',
      `paris REPORT_REFUSED ${reason}`,
    ]);
    assert.ok(ran.read - nothing.read < 8.5 * MiB, `${ran.read - nothing.read} bytes more read`);
    assert.ok(ran.peak - nothing.peak < 256 * MiB, `${ran.peak - nothing.peak} bytes more`);
    assert.ok(ran.cpu - nothing.cpu < 5000, `${ran.cpu - nothing.cpu} ms more`);
    assert.ok(ran.out.length < 1000, ran.out);
  });
}

test('case 11: as many databases as are allowed, with 8 MiB of errors in them, are judged within bounds', async () => {
  const world = await started();
  const databases: Record<string, unknown> = { compta: {} };
  const stage = { status: false, error_message: 'e'.repeat(200) };
  for (let index = 1; index < MAX_DATABASES; index += 1)
    databases[`d${index}`] = { BACKUP: stage, TRANSFER: stage };
  writeFileSync(world.zone('paris', 'log', 'STATUS.json'), reportOf(JSON.stringify(databases)));
  const ran = spend(world, 'scan', '--json');
  assert.deepEqual([ran.code, ran.err], [2, '']);
  assert.deepEqual(world.events().toSorted(), [
    'lyon/shop SUCCESS verified',
    'paris/compta FAILED report_incomplete',
  ]);
  const document = JSON.parse(ran.out) as { unexpected: unknown[]; unexpected_count: number };
  assert.equal(document.unexpected.length, MAX_UNEXPECTED);
  assert.equal(document.unexpected_count, MAX_DATABASES - 1);
  assert.ok(ran.peak - nothing.peak < 256 * MiB, `${ran.peak} bytes`);
});

test('case 11: the limits that the documents state are those of the program', () => {
  const readme = readFileSync(join(import.meta.dirname, '../../docs/agents.md'), 'utf8');
  const [, section = ''] = readme.split(/^## Limits$/mu);
  const rows = new Map(
    section
      .split(/^## /mu)[0]
      ?.split('\n')
      .filter((line) => line.startsWith('| '))
      .map((line) => line.split('|').map((cell) => cell.trim()))
      .map(([, what = '', limit = '']) => [what, limit]),
  );
  const count = (number: number): string => number.toLocaleString('en');
  const stated: Readonly<Record<string, string>> = {
    'size of a report': `${MAX_REPORT_BYTES / MiB} MiB`,
    'databases in a report': count(MAX_DATABASES),
    'values in a report': count(MAX_VALUES),
    'objects and lists in one another': count(MAX_DEPTH),
    'name of an agent or database in a report': `${MAX_NAME} characters`,
    'name of a file': `${MAX_FILE_NAME_BYTES} bytes`,
    'names in one folder': count(MAX_NAMES),
    'reports read of one agent in one scan': `${count(REPORTS_PER_SCAN)}, and ${REPORT_BYTES_PER_SCAN / MiB} MiB`,
    'backups judged of one agent in one scan': `${count(BACKUPS_PER_SCAN)}, and ${JUDGED_BYTES_PER_SCAN / 1024 ** 4} TiB`,
    'folders of agents that nobody configured': count(STRANGERS_PER_SCAN),
    'unexpected databases listed of one agent': count(MAX_UNEXPECTED),
    'events of one job in the history': count(EVENTS_KEPT),
    'refused reports of one agent remembered': count(REPORTS_KEPT),
  };
  for (const [what, limit] of Object.entries(stated)) assert.equal(rows.get(what), limit, what);
});
