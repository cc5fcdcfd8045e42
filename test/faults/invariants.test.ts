/** What the fault campaign and the soak rely on: each thing that must not be is found by invariants.sh. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { cannotRun } from '../support/real-dumps.ts';
import { invariants, newestVersion } from './looks.ts';
import { deposit, dumps, initialise, makeWorld, restore, undisturbed } from './world.ts';

interface Sabotage {
  readonly name: string;
  readonly found: RegExp;
  readonly job: (folder: string, newest: string) => void;
}

const sql = (query: string) => (job: string) =>
  execFileSync('sqlite3', [path.join(job, '../../../state/backupmon.db'), query]);

const sabotages: readonly Sabotage[] = [
  {
    name: 'a byte more in a version',
    found: /does not verify/u,
    job: (job, newest) => {
      chmodSync(`${job}/${newest}/compta.sql.gz`, 0o640);
      writeFileSync(`${job}/${newest}/compta.sql.gz`, 'x', { flag: 'a' });
      chmodSync(`${job}/${newest}/compta.sql.gz`, 0o440);
    },
  },
  {
    name: 'a version without its file',
    found: /holds something else/u,
    job: (job, newest) => unlinkSync(`${job}/${newest}/compta.sql.gz`),
  },
  {
    name: 'a version without SHA256SUMS',
    found: /has no SHA256SUMS/u,
    job: (job, newest) => unlinkSync(`${job}/${newest}/SHA256SUMS`),
  },
  {
    name: 'an empty SHA256SUMS',
    found: /is not whole/u,
    job: (job, newest) => truncateSync(`${job}/${newest}/SHA256SUMS`),
  },
  {
    name: 'a line more in SHA256SUMS',
    found: /is not whole/u,
    job: (job, newest) => {
      chmodSync(`${job}/${newest}/SHA256SUMS`, 0o640);
      writeFileSync(`${job}/${newest}/SHA256SUMS`, 'more\n', { flag: 'a' });
      chmodSync(`${job}/${newest}/SHA256SUMS`, 0o440);
    },
  },
  {
    name: 'a report that was not archived but deleted',
    found: /hold 1 1 reports and files, and not 2 1/u,
    job: (job) =>
      unlinkSync(globSync(path.join(job, '../../../deposits/paris/log/**/*.json'))[0] ?? ''),
  },
  {
    name: 'a deposit that was deleted',
    found: /hold 2 0 reports and files, and not 2 1/u,
    job: (job) => unlinkSync(path.join(job, '../../../deposits/paris/database/compta.sql.gz')),
  },
  {
    name: 'a file with another mode',
    found: /has mode 644/u,
    job: (job, newest) => chmodSync(`${job}/${newest}/compta.sql.gz`, 0o644),
  },
  {
    name: 'a file outside of the versions',
    found: /lies in no version/u,
    job: (job) => writeFileSync(`${job}/x`, '', { mode: 0o440 }),
  },
  {
    name: 'an empty version',
    found: /has no SHA256SUMS/u,
    job: (job) => mkdirSync(`${job}/20990101T000000Z`),
  },
  {
    name: 'the newest version gone',
    found: /is gone, and no later one is there/u,
    job: (job, newest) => rmSync(`${job}/${newest}`, { recursive: true }),
  },
  {
    name: 'the newest version under another name',
    found: /recorded is not what lies in the tree/u,
    job: (job, newest) => renameSync(`${job}/${newest}`, `${job}/20990101T000000Z`),
  },
  {
    name: '`current` leads nowhere',
    found: /leads nowhere/u,
    job: (job) => {
      unlinkSync(`${job}/current`);
      symlinkSync('20990101T000000Z', `${job}/current`);
    },
  },
  {
    name: '`current` is the older one',
    found: /current is \d/u,
    job: (job, newest) => {
      const older = readdirSync(job).find((one) => /^\d/u.test(one) && one !== newest);
      unlinkSync(`${job}/current`);
      symlinkSync(older ?? '', `${job}/current`);
    },
  },
  {
    name: 'something left in .incoming',
    found: /left over/u,
    job: (job) => mkdirSync(path.join(job, '../../.incoming/7')),
  },
  {
    name: 'a report that was not archived',
    found: /not archived/u,
    job: (job) => writeFileSync(path.join(job, '../../../deposits/paris/log/STATUS.json'), '{}'),
  },
  {
    name: 'a deposit set aside',
    found: /left in the drop zone/u,
    job: (job) =>
      writeFileSync(path.join(job, '../../../deposits/paris/database/.backupmon-0'), ''),
  },
  {
    name: 'a conclusion more',
    found: /the outcome is 2 versions, 2 SUCCESS/u,
    job: sql(
      `insert into events (job_id, at, status, severity, reason, message, count, entry_id)
       select job_id, at, status, severity, reason, message, count, entry_id from events order by id desc limit 1`,
    ),
  },
  {
    name: 'another status',
    found: /the outcome is 2 versions, 1 FAILED:verified/u,
    job: sql(`update events set status = 'FAILED' where id = (select max(id) from events)`),
  },
  {
    name: 'a version recorded as gone',
    found: /recorded is not what lies in the tree/u,
    job: sql(`update versions set state = 'lost' where id = (select max(id) from versions)`),
  },
  {
    name: 'a bad backup of which nobody is told',
    found: /bad and in no incident: paris/u,
    job: sql(`update events set severity = 'critical'`),
  },
  {
    name: 'an incident about what is well',
    found: /well and in an incident: paris/u,
    job: sql(`insert into incidents (kind, name, opened_at, worst, reminders) values ('job', 'paris/compta', 1, 'ok', 0);
      insert into incident_members (incident_id, name, status, severity, reason, message, since, bad_cycles)
      values (last_insert_rowid(), 'paris/compta', 'FAILED', 'critical', 'x', 'x', 1, 1)`),
  },
  {
    name: 'an incident of nobody',
    found: /an incident of nobody: job/u,
    job: sql(
      `insert into incidents (kind, name, opened_at, worst, reminders) values ('job', 'paris/x', 1, 'ok', 0)`,
    ),
  },
  {
    name: 'another checksum recorded',
    found: /recorded is not what lies in the tree/u,
    job: sql(`update versions set sha256 = replace(sha256, 'a', 'b')`),
  },
];

test(
  'every violation is found, and nothing where there is none',
  { skip: cannotRun('sqlite3') },
  async () => {
    const base = mkdtempSync(path.join(tmpdir(), 'backupmon-invariants-'));
    after(() => rmSync(base, { recursive: true, force: true }));
    const root = `${base}/world`;
    await makeWorld(root, ', keep: 2');
    await initialise(root);
    let sum = '';
    for (const row of [0, 1]) {
      sum = deposit(root, dumps.sqlite(row), (2 - row) * 24 * 60);
      const { code, err } = await undisturbed(root, ['scan']);
      assert.equal(code, 0, err);
    }
    const newest = path.basename(newestVersion(root, 'paris/compta') ?? '');
    const expected = `2 1|paris/compta/${newest}|2 ${sum}|1 SUCCESS:verified`;

    const copies = sabotages.map(({ job }, index) => {
      const copy = `${base}/copy-${String(index).padStart(2, '0')}`;
      restore(root, copy);
      job(`${copy}/validated/paris/compta`, newest);
      return copy;
    });
    cpSync(root, `${base}/good`, { recursive: true, verbatimSymlinks: true });
    const found = await invariants(
      [...copies, `${base}/good`].map((copy) => `${copy}|healed|${expected}`),
    );
    const other = await invariants([`${base}/good|healed|${expected.replace(sum, 'another')}`]);
    assert.match(other.join('\n'), /^[^\n]*: the newest version is \S+, and not that of another$/u);
    for (const [index, { name, found: pattern }] of sabotages.entries()) {
      const lines = found.filter((line) => line.startsWith(`${copies[index]}: `));
      assert.match(lines.join('\n'), pattern, name);
    }
    assert.deepEqual(
      found.filter((line) => line.startsWith(`${base}/good`)),
      [],
    );

    const claims = ['paris/compta/20990101T000000Z/x', `paris/compta/${newest}/compta.sql.gz`];
    const told = await invariants([`${base}/good|fault|* *||${claims.join(' ')}`]);
    assert.deepEqual(
      told.map((line) => line.replace(`${base}/good: `, '')),
      [
        `told to be promoted, and not there: ${claims[0]}`,
        `told to be promoted, and not recorded: ${claims[0]}`,
      ],
    );
    // What is recorded is in the tree at any time, and the database is whole.
    const recorded = `${base}/copy-${sabotages.findIndex(({ name }) => name === 'the newest version gone')}`;
    const gone = await invariants([`${recorded.replace(/-(\d)$/u, '-0$1')}|fault|* *||`]);
    assert.match(gone.join('\n'), /recorded, and not in the tree: present paris/u);
    writeFileSync(`${base}/good/state/backupmon.db`, 'x'.repeat(4096), { flag: 'r+' });
    const broken = await invariants([`${base}/good|fault|* *||`]);
    assert.match(broken.join('\n'), /the database says: /u);
  },
);
