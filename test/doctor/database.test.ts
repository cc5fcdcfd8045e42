import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { examineDatabase, judgeDatabase, judgeFiles } from '../../src/doctor/database.ts';
import type { DatabaseFacts } from '../../src/doctor/database-facts.ts';
import { judgeScans, type ScanFacts } from '../../src/doctor/scans.ts';
import { DatabaseProblem, type DatabaseFault } from '../../src/db/problem.ts';
import { assertWhole, lookWith, now, scanner, told } from './support.ts';

const look = lookWith();
const file = '/var/lib/backupmon/backupmon.db';
const hour = 3_600_000;

describe('the database', () => {
  const mends: Readonly<Record<DatabaseFault, string>> = {
    absent: 'backupmon init-db',
    not_initialised: 'backupmon init-db',
    older: 'backupmon init-db',
    newer: 'backupmon --version',
    foreign: '${EDITOR:-vi} /etc/backupmon/config.yaml',
    network: '${EDITOR:-vi} /etc/backupmon/config.yaml',
    locked: `fuser -v ${file}`,
    full: `df -h ${file}`,
    unreadable: `chown backupmon:backupmon ${file} && chmod u+rw ${file}`,
  };
  for (const [fault, mend] of Object.entries(mends)) {
    it(`cannot be used: ${fault}`, () => {
      const problem = new DatabaseProblem(fault as DatabaseFault, 'this is wrong; do that');
      const found = judgeDatabase({ kind: 'unusable', problem }, file, look);
      assertWhole([found]);
      assert.deepEqual(told([found]), ['critical this is wrong', `$ ${mend}`]);
    });
  }

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
    const edit = '${EDITOR:-vi} /etc/backupmon/config.yaml';
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

  const mode = { uid: 990, gid: 990, mode: 0o640, isFile: true, isFolder: false };
  const files = (...changes: Partial<typeof mode>[]) =>
    changes.map((change, index) => ({ path: `/d/${index}`, mode: { ...mode, ...change } }));

  it('has files that belong to the user that scans, and are written by nobody else', () => {
    assert.deepEqual(judgeFiles(files({}, {}), look), []);
    const found = judgeFiles(files({ uid: 0 }, { mode: 0o660 }, { mode: 0o644 }), look);
    assertWhole(found);
    assert.deepEqual(told(found), [
      'critical /d/0 does not belong to backupmon, who scans',
      '$ chown backupmon:backupmon /d/0',
      'critical /d/1 may be written by others than backupmon',
      '$ chmod go-w /d/1',
      'warning /d/2 may be read by everybody on this machine',
      '$ chmod o-r /d/2',
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
