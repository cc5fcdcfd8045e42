import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import SqliteDatabase from 'better-sqlite3';
import { examineDatabase, judgeDatabase } from '../../src/doctor/database/database.ts';
import { readDatabase, type DatabaseFacts } from '../../src/doctor/database/database-facts.ts';
import { handsOf } from '../../src/doctor/hands.ts';
import { judgeScans, type ScanFacts } from '../../src/doctor/scans.ts';
import { DatabaseProblem, type DatabaseFault } from '../../src/db/problem.ts';
import { World } from '../support/world.ts';
import { assertWhole, lookWith, now, scanner, told } from './support.ts';

const look = lookWith();
const file = '/var/lib/backupmon/backupmon.db';
const hour = 3_600_000;
const edit = '${EDITOR:-vi} /etc/backupmon/config.yaml';

describe('the database', () => {
  const mends: Readonly<Record<Exclude<DatabaseFault, 'unreadable'>, string>> = {
    absent: 'backupmon init-db',
    not_initialised: 'backupmon init-db',
    older: 'backupmon init-db',
    newer: 'backupmon --version',
    foreign: edit,
    network: edit,
    locked: `fuser -v ${file}`,
    full: `df -h ${file}`,
  };
  for (const [fault, mend] of Object.entries(mends)) {
    it(`cannot be used: ${fault}`, () => {
      const problem = new DatabaseProblem(fault as DatabaseFault, 'this is wrong; do that');
      const found = judgeDatabase({ kind: 'unusable', problem }, file, look);
      assertWhole([found]);
      assert.deepEqual(told([found]), ['critical this is wrong', `$ ${mend}`]);
    });
  }

  it('of a newer version is told with the program that was started', () => {
    const hands = handsOf('/srv/a b.yaml', true, { program: ['/opt/backupmon'] });
    const problem = new DatabaseProblem('newer', 'this is wrong');
    assert.equal(
      judgeDatabase({ kind: 'unusable', problem }, file, lookWith({ hands })).mend,
      "/opt/backupmon --config '/srv/a b.yaml' --version",
    );
  });

  const obstacles: readonly (readonly [
    string,
    ConstructorParameters<typeof DatabaseProblem>[2],
    string | null,
  ])[] = [
    ['something else lies there', { obstacle: 'place', path: file }, edit],
    [
      'something else lies beside it',
      { obstacle: 'place', path: `/srv/my data/b.db-wal` },
      "mv -n '/srv/my data/b.db-wal' '/srv/my data/b.db-wal.away'",
    ],
    ['its disk fails', { obstacle: 'disk' }, 'dmesg --level=err,warn'],
    ['a permission is missing', { obstacle: 'permission' }, null],
    ['SQLite says something else', {}, null],
  ];
  for (const [title, about, mend] of obstacles) {
    it(`cannot be read, because ${title}`, () => {
      const problem = new DatabaseProblem('unreadable', 'this is wrong; do that', about);
      const found = judgeDatabase({ kind: 'unusable', problem }, file, look);
      assertWhole([found]);
      assert.deepEqual(
        [found.severity, found.message, found.mend],
        ['critical', 'this is wrong', mend],
      );
    });
  }

  it('is no file, whoever asks', () => {
    const asOther = lookWith({ scanner: { ...scanner, present: false } });
    const about = { obstacle: 'place', path: file } as const;
    const problem = new DatabaseProblem('unreadable', 'it is a folder', about);
    assert.deepEqual(told([judgeDatabase({ kind: 'unusable', problem }, file, asOther)]), [
      'critical it is a folder',
      `$ ${edit}`,
    ]);
  });

  it('without a table is damaged', async () => {
    const world = new World('agents: {}\n');
    await world.ok(now, 'init-db');
    const db = new SqliteDatabase(world.database);
    db.exec('drop table jobs');
    db.close();
    const places = { deposits: null, validated: null, database: world.database };
    const read = await readDatabase({
      database: world.database,
      config: null,
      clockFault: async () => null,
      mayCheck: () => true,
    });
    const owner = { ...scanner, uid: process.getuid?.() ?? 0 };
    const [found] = examineDatabase(lookWith({ places, scanner: owner }), read);
    assert.match(
      found?.message ?? '',
      /is damaged or no SQLite database \(no such table: jobs\)$/u,
    );
    assert.equal(found?.mend, 'backupmon init-db --reset');
  });

  it('is not made anew where a link to it leads to nothing, or below a file', () => {
    const folder = mkdtempSync(join(tmpdir(), 'backupmon-database-'));
    after(() => rmSync(folder, { recursive: true }));
    const problem = new DatabaseProblem('absent', 'it does not exist; make it');
    const foundFor = (database: string) => {
      const places = { deposits: null, validated: null, database };
      const found = examineDatabase(lookWith({ places }), { kind: 'unusable', problem });
      assertWhole(found);
      return found[0];
    };
    const link = join(folder, 'link.db');
    symlinkSync(join(folder, 'away', 'real.db'), link);
    const broken = foundFor(link);
    assert.equal(broken?.mend, edit);
    assert.match(broken?.why ?? '', /link\.db leads to .*\/away\/real\.db, which does not exist/u);
    writeFileSync(join(folder, 'file'), '');
    const below = foundFor(join(folder, 'file', 'b.db'));
    assert.equal(below?.mend, edit);
    assert.match(below?.why ?? '', /\/file is no folder$/u);
    assert.equal(foundFor(join(folder, 'b.db'))?.mend, 'backupmon init-db');
  });

  it('is begun anew only where it is one of ours, however damaged', () => {
    const folder = mkdtempSync(join(tmpdir(), 'backupmon-database-'));
    after(() => rmSync(folder, { recursive: true }));
    const problem = new DatabaseProblem('foreign', 'no SQLite database');
    const mendOf = (name: string, content: string | Buffer) => {
      const database = join(folder, name);
      writeFileSync(database, content, { mode: 0o600 });
      const places = { deposits: null, validated: null, database };
      return examineDatabase(lookWith({ places }), { kind: 'unusable', problem })[0]?.mend;
    };
    const ours = Buffer.alloc(200);
    ours.write('bmon', 68);
    assert.equal(mendOf('ours', ours), 'backupmon init-db --reset');
    assert.equal(mendOf('text', 'my letters, '.repeat(50)), edit);
    assert.equal(mendOf('short', 'x'), edit);
  });

  it('may not be read by this user, which says nothing about it', () => {
    const problem = new DatabaseProblem('unreadable', 'no permission');
    const asOther = lookWith({ scanner: { ...scanner, present: false } });
    const found = judgeDatabase({ kind: 'unusable', problem }, file, asOther);
    assertWhole([found]);
    assert.deepEqual(told([found]), [
      `warning ${file} cannot be read by this user`,
      '$ sudo backupmon doctor',
    ]);
  });

  const facts = (check: Partial<DatabaseFacts['check']>) =>
    ({
      kind: 'read',
      facts: {
        schema: 4,
        check: { size: 2048, tables: 12, checked: 12, faults: [], ...check },
      } as unknown as DatabaseFacts,
    }) as const;

  it('is whole', () =>
    assert.deepEqual(told([judgeDatabase(facts({}), file, look)]), [
      `ok ${file}: 2.0 KiB, schema 4, whole`,
    ]));

  it('is said to be whole only where all of it was checked', () =>
    assert.match(
      judgeDatabase(facts({ checked: 3 }), file, look).message,
      /3 of 12 tables checked/u,
    ));

  it('is damaged', () => {
    const found = judgeDatabase(facts({ faults: ['wrong # of entries in index x'] }), file, look);
    assert.deepEqual(told([found]), [
      `critical ${file} is damaged: wrong # of entries in index x`,
      '$ backupmon init-db --reset',
    ]);
  });
});

describe('scans', () => {
  const limits = { scanMaxAge: 3 * hour, scanTimeout: 6 * hour };
  const scan = (age: number, exitCode: number | null = 0) => ({
    id: 1,
    startedAt: now - age,
    finishedAt: exitCode === null ? null : now - age + 1000,
    exitCode,
  });
  const pass = (age: number, exitCode: number | null = 0) => ({
    ...scan(age, exitCode),
    command: 'scan',
  });
  const quiet = { initialisedAt: now - 240 * hour, running: false };
  const cases: readonly (readonly [string, ScanFacts, readonly string[]])[] = [
    [
      'have run',
      { ...quiet, lastComplete: scan(hour), newest: pass(hour) },
      ['ok the last complete scan began at 2026-06-20T20:00:00Z, 1h ago'],
    ],
    [
      'have not run for too long',
      { ...quiet, lastComplete: scan(4 * hour), newest: pass(4 * hour) },
      [
        'critical the last complete scan began at 2026-06-20T17:00:00Z, 4h ago; scan_max_age is 3h',
        '$ backupmon scan -v',
      ],
    ],
    [
      'run at this moment',
      { ...quiet, running: true, lastComplete: scan(4 * hour), newest: pass(hour, null) },
      [
        'ok the last complete scan began at 2026-06-20T17:00:00Z, 4h ago',
        'ok the scan that began at 2026-06-20T20:00:00Z is running (1h)',
      ],
    ],
    [
      'hang',
      { ...quiet, running: true, lastComplete: scan(8 * hour), newest: pass(7 * hour, null) },
      [
        'critical the last complete scan began at 2026-06-20T13:00:00Z, 8h ago; scan_max_age is 3h',
        '$ backupmon scan -v',
        'critical the scan that began at 2026-06-20T14:00:00Z has been running for 7h, longer than scan_timeout (6h)',
        '$ fuser -v /var/lib/backupmon/backupmon.db.lock',
      ],
    ],
    [
      'were killed',
      { ...quiet, lastComplete: scan(hour), newest: pass(hour / 2, null) },
      [
        'ok the last complete scan began at 2026-06-20T20:00:00Z, 1h ago',
        'warning the scan that began at 2026-06-20T20:30:00Z did not come to its end, and does not run any more: it was killed, or the machine went down',
        '$ backupmon scan -v',
      ],
    ],
    [
      'could not do their work',
      { ...quiet, lastComplete: scan(hour), newest: pass(hour / 2, 3) },
      [
        'ok the last complete scan began at 2026-06-20T20:00:00Z, 1h ago',
        'warning the newest scan, of 2026-06-20T20:30:00Z, ended with exit code 3: it could not be done, or a job could not be judged',
        '$ backupmon scan -v',
      ],
    ],
    [
      'have never run, and init-db was just now',
      { running: false, initialisedAt: now - hour, lastComplete: null, newest: null },
      ['warning no scan of all jobs has come to its end yet, 1h after init-db', '$ backupmon scan'],
    ],
    [
      'have never run, and init-db was long ago',
      { ...quiet, lastComplete: null, newest: null },
      [
        'critical no scan of all jobs has come to its end yet, 10d after init-db',
        '$ backupmon scan',
      ],
    ],
  ];
  for (const [title, facts, expected] of cases) {
    it(title, () => {
      const found = judgeScans(facts, limits, look);
      assertWhole(found);
      assert.deepEqual(told(found), expected);
    });
  }
});
