/** The command line as scripts and cron meet it: the real program as a process, with its exit codes, streams and documents. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import SqliteDatabase from 'better-sqlite3';
import { hour, launch, minute, World, type Ran } from '../support/world.ts';

const quoted = launch.map((part) => `"${part}"`).join(' ');

const schemas = join(import.meta.dirname, '../../schemas');
const ajv = new Ajv2020({ strict: false, allErrors: true });

function matchesSchema(name: string, text: string): Record<string, unknown> {
  const document = JSON.parse(text) as Record<string, unknown>;
  const check =
    ajv.getSchema(name) ??
    ajv.compile({
      ...(JSON.parse(readFileSync(join(schemas, `${name}.schema.json`), 'utf8')) as object),
      $id: name,
    });
  assert.equal(check(document), true, JSON.stringify(check.errors));
  return document;
}

const yaml =
  'defaults: { schedule: every 24h, settle: 0s }\nagents:\n  paris: { databases: [compta, crm] }\n';
const root = process.getuid?.() === 0;

async function started(): Promise<World> {
  const world = new World(yaml);
  await world.ok(Date.now(), 'init-db');
  return world;
}

const both = (world: World, damaged: boolean): void => {
  world.deposit({ endedAt: Date.now() - minute });
  world.deposit({
    database: 'crm',
    endedAt: Date.now() - minute,
    ...(damaged && { bytes: Buffer.from('damaged') }),
  });
};

const codes: readonly [string, number, (world: World) => Ran][] = [
  [
    'scan, all well',
    0,
    (w) => {
      both(w, false);
      return w.process(['scan']);
    },
  ],
  [
    'scan, unchanged',
    1,
    (w) => {
      both(w, false);
      w.process(['scan']);
      both(w, false);
      return w.process(['scan']);
    },
  ],
  [
    'scan, damaged',
    2,
    (w) => {
      both(w, true);
      return w.process(['scan']);
    },
  ],
  ['status before any scan is pending', 0, (w) => w.process(['status'])],
  [
    'status, unchanged',
    1,
    (w) => {
      both(w, false);
      w.process(['scan']);
      both(w, false);
      w.process(['scan']);
      return w.process(['status']);
    },
  ],
  [
    'status, damaged',
    2,
    (w) => {
      both(w, true);
      w.process(['scan']);
      return w.process(['status']);
    },
  ],
  [
    'status of the healthy job beside a damaged one',
    0,
    (w) => {
      both(w, true);
      w.process(['scan']);
      return w.process(['status', 'paris/compta']);
    },
  ],
  [
    'history is 0 whatever it tells',
    0,
    (w) => {
      both(w, true);
      w.process(['scan']);
      return w.process(['history']);
    },
  ],
  ['check-config', 0, (w) => w.process(['check-config'])],
  ['init-db again', 0, (w) => w.process(['init-db'])],
  [
    'promote with nothing held is refused',
    2,
    (w) => {
      both(w, true);
      w.process(['scan']);
      return w.process(['promote', 'paris/compta']);
    },
  ],
  [
    'promote of a damaged deposit is refused, --force or not',
    2,
    (w) => {
      both(w, true);
      w.process(['scan']);
      return w.process(['promote', 'paris/crm', 'crm.sql.gz', '--force']);
    },
  ],
  [
    'promote of a file that no report names is refused',
    2,
    (w) => {
      both(w, true);
      w.process(['scan']);
      writeFileSync(w.zone('paris', 'database', 'x.gz'), 'x');
      return w.process(['promote', 'paris/crm', 'x.gz', '--force']);
    },
  ],
  ['promote of an unknown job', 3, (w) => w.process(['promote', 'paris/none'])],
  ['no command', 3, (w) => w.process([])],
  ['an unknown command', 3, (w) => w.process(['scann'])],
  ['an unknown option', 3, (w) => w.process(['scan', '--fast'])],
  ['an unknown job', 3, (w) => w.process(['status', 'paris/none'])],
  ['a bad --since', 3, (w) => w.process(['history', '--since', 'yesterday'])],
  ['a bad --status', 3, (w) => w.process(['history', '--status', 'GREEN'])],
  ['a bad --limit', 3, (w) => w.process(['history', '--limit', '0'])],
  [
    'no configuration',
    3,
    (w) => w.process(['--config', '/nonexistent/config.yaml', 'scan'], { config: false }),
  ],
  [
    'a faulty configuration',
    3,
    (w) => {
      w.configure('agents: { paris: { databases: [x], typo: 1 } }\n');
      return w.process(['scan']);
    },
  ],
  [
    'no database',
    3,
    (w) => {
      rmSync(w.database);
      return w.process(['scan']);
    },
  ],
  [
    'status without a database',
    3,
    (w) => {
      rmSync(w.database);
      return w.process(['status']);
    },
  ],
  [
    'a database of another program',
    3,
    (w) => {
      rmSync(w.database);
      const db = new SqliteDatabase(w.database);
      db.exec('create table t (x)');
      db.close();
      return w.process(['init-db']);
    },
  ],
  ['--reset without a terminal and without --yes', 3, (w) => w.process(['init-db', '--reset'])],
  ['--version', 0, (w) => w.process(['--version'])],
  ['--help', 0, (w) => w.process(['scan', '--help'])],
  ['--json and --nagios', 3, (w) => w.process(['status', '--json', '--nagios'])],
];

for (const [name, code, act] of codes) {
  test(`exit ${code}: ${name}`, async () => {
    const ran = act(await started());
    assert.equal(ran.code, code, ran.out + ran.err);
    // A user's mistake never gets a stack trace, and an error never goes to standard output.
    assert.doesNotMatch(ran.err, /^\s+at /mu);
    if (code === 3) assert.deepEqual([ran.out, ran.err === ''], ['', false]);
  });
}

test('without the deposits folder nothing can be judged: exit 3, each job says why, and the next scan tries again', async () => {
  const world = await started();
  rmSync(world.deposits, { recursive: true });
  const ran = world.process(['scan', '--json']);
  assert.deepEqual([ran.code, ran.err], [3, '']);
  const { blocked } = matchesSchema('scan', ran.out) as { blocked: { reason: string }[] };
  assert.deepEqual(
    blocked.map(({ reason }) => reason),
    ['enoent', 'enoent'],
  );
  mkdirSync(world.deposits);
  assert.equal(world.process(['scan']).code, 0);
});

test('every document is what its schema says', async () => {
  const world = await started();
  matchesSchema('status', world.process(['status', '--json']).out);
  matchesSchema('scan', world.process(['scan', '--json', '--dry-run']).out);
  both(world, true);
  writeFileSync(world.zone('paris', 'log', 'bad.json'), 'nonsense');
  world.deposit({ database: 'stranger', endedAt: Date.now() - minute });
  const scan = matchesSchema('scan', world.process(['scan', '--json']).out);
  assert.deepEqual(
    (scan['events'] as { status: string }[]).map((event) => event.status).toSorted(),
    ['REPORT_REFUSED', 'SUCCESS', 'TRANSFER_INTEGRITY_FAILED'],
  );
  const status = matchesSchema('status', world.process(['status', '--json']).out);
  assert.deepEqual(
    [status['schema'], status['severity'], status['summary']],
    ['backupmon.status/1', 'critical', { total: 2, ok: 1, warning: 0, pending: 0, critical: 1 }],
  );
  assert.deepEqual(
    (status['jobs'] as { job: string }[]).map((job) => job.job),
    ['paris/crm', 'paris/compta'],
  );
  const history = matchesSchema('history', world.process(['history', '--json']).out);
  assert.equal((history['events'] as unknown[]).length, 3);
  matchesSchema('check-config', world.process(['check-config', '--json']).out);
  // A version put aside makes a deposit that can be promoted by name.
  const db = new SqliteDatabase(world.database);
  db.exec(
    "update versions set sha256 = replace(sha256, substr(sha256, 1, 8), '00000000'), raw_sha256 = null, fingerprint = null",
  );
  db.close();
  const promoted = world.process([
    'promote',
    'paris/compta',
    'compta.sql.gz',
    '--json',
    '--reason',
    'a test',
  ]);
  assert.equal(promoted.code, 0, promoted.err);
  const document = matchesSchema('promote', promoted.out);
  const [event] = document['events'] as { operator: string; promoted_to: string; reason: string }[];
  assert.equal(event?.reason, 'promoted_by_hand');
  assert.ok(existsSync(event.promoted_to));
});

test('with --json an error is one object on standard error, and standard output is empty', async () => {
  const world = await started();
  world.configure('agents: { paris: { databases: [x], typo: 1 } }\nsettle: 5\n');
  for (const argv of [
    ['scan', '--json'],
    ['status', '--json'],
    ['history', '--json'],
    ['status', '--json', '--nope'],
  ]) {
    const ran = world.process(argv);
    assert.deepEqual([ran.code, ran.out], [3, '']);
    const error = matchesSchema('error', ran.err);
    assert.equal(error['schema'], 'backupmon.error/1');
  }
});

test('dry-run judges and changes nothing: no row, no file, no archive', async () => {
  const world = await started();
  both(world, true);
  const before = spawnSync(
    'find',
    [world.root, '-not', '-name', '*-shm', '-printf', '%p %s %T@\n'],
    {
      encoding: 'utf8',
    },
  ).stdout;
  const ran = world.process(['scan', '--dry-run', '--json']);
  assert.equal(ran.code, 2);
  const document = matchesSchema('scan', ran.out);
  assert.equal(document['dry_run'], true);
  assert.equal((document['events'] as unknown[]).length, 2);
  assert.equal(
    spawnSync('find', [world.root, '-not', '-name', '*-shm', '-printf', '%p %s %T@\n'], {
      encoding: 'utf8',
    }).stdout,
    before,
  );
});

test('cron: nothing is printed when nothing new is wrong, one line for each new problem and each recovery', async () => {
  const world = await started();
  both(world, false);
  assert.deepEqual(world.process(['scan']), { code: 0, out: '', err: '' });
  world.deposit({ endedAt: Date.now() - 1000, content: 'new', bytes: Buffer.from('cut') });
  const problem = world.process(['scan']);
  assert.equal(problem.out.trimEnd().split('\n').length, 1);
  assert.deepEqual(world.process(['scan']), { code: 2, out: '', err: '' });
  world.deposit({ endedAt: Date.now() - 500, content: 'new' });
  const recovery = world.process(['scan']);
  assert.equal(recovery.code, 0);
  assert.equal(recovery.out.trimEnd().split('\n').length, 1);
  assert.match(world.process(['-v', 'scan']).out, /^No new conclusions/u);
});

test('a closed pipe ends the program quietly', async () => {
  const world = await started();
  for (let index = 0; index < 30; index += 1) {
    world.deposit({
      endedAt: Date.now() - (40 - index) * minute,
      content: `${index}`,
      file: `${index}.gz`,
    });
  }
  world.process(['scan']);
  const ran = spawnSync(
    'sh',
    ['-c', `${quoted} --config "${world.configFile}" history --json | head -c 10`],
    { encoding: 'utf8' },
  );
  assert.deepEqual([ran.status, ran.stderr, ran.stdout.length], [0, '', 10]);
});

test('a second scan yields with 0, and with 3 when the first has been at it for longer than scan_timeout', async () => {
  const world = await started();
  const db = new SqliteDatabase(`${world.database}.lock`);
  db.exec('begin exclusive');
  const recordScan = (startedAt: number): void => {
    const main = new SqliteDatabase(world.database);
    main
      .prepare('insert into scans (command, started_at, complete, program) values (?, ?, 1, ?)')
      .run('scan', startedAt, 'test');
    main.close();
  };
  try {
    recordScan(Date.now() - minute);
    assert.deepEqual(world.process(['scan']), { code: 0, out: '', err: '' });
    assert.match(world.process(['-v', 'scan']).err, /another scan/u);
    const document = matchesSchema('scan', world.process(['scan', '--json']).out);
    assert.deepEqual(document['events'], []);
    assert.match(String(document['notices']), /another scan/u);
    recordScan(Date.now() - 7 * hour);
    const stuck = world.process(['scan']);
    assert.equal(stuck.code, 3);
    assert.match(stuck.err, /scan_timeout/u);
    // status: that scan is too old to excuse anything, and a young one excuses.
    assert.equal(world.process(['status']).code, 0);
  } finally {
    db.close();
  }
  assert.equal(world.process(['scan']).code, 0);
});

test(
  'kill -9 at random moments of a scan loses nothing: the next scan heals, and everything verifies',
  { timeout: 120_000 },
  async () => {
    const world = new World(
      'defaults: { schedule: every 24h, settle: 0s, keep: 2, size_change: off }\nagents:\n  paris: { databases: [a, b, c, d, e] }\n',
    );
    assert.equal(world.process(['init-db']).code, 0);
    const names = ['a', 'b', 'c', 'd', 'e'];
    const rounds = 6;
    for (let round = 0; round < rounds; round += 1) {
      const endedAt = Date.now() - 60_000 + round * 2000;
      for (const database of names)
        world.deposit({
          database,
          endedAt,
          content: `${database} ${round} ${'x'.repeat(200_000)}`,
          file: `${database}-${round}.gz`,
        });
      const child = spawn(launch[0], [...launch.slice(1), '--config', world.configFile, 'scan'], {
        stdio: 'ignore',
      });
      const ended = new Promise((resolve) => child.on('exit', resolve));
      // Spread over the whole run of the program: start, read, publish, record, archive.
      await new Promise((resolve) => setTimeout(resolve, 60 + round * 40));
      child.kill('SIGKILL');
      await ended;
      assert.equal(world.process(['status']).code, 0);
    }
    const ran = world.process(['scan']);
    assert.equal(ran.code, 0, ran.err);
    world.verify();
    assert.deepEqual(readdirSync(world.tree('.incoming')), []);
    for (const database of names) {
      const versions = world.versions(`paris/${database}`);
      const recorded = world.sql<{ folder: string }>(
        "select v.folder from versions v join jobs j on j.id = v.job_id where j.database = ? and v.state = 'present'",
        database,
      );
      assert.deepEqual(
        versions.map((name) => `paris/${database}/${name}`),
        recorded.map((row) => row.folder).toSorted(),
      );
      const newest = `${database}-${rounds - 1}.gz`;
      assert.equal(
        readFileSync(world.tree(`paris/${database}/current/${newest}`)).length,
        statSync(world.zone('paris', 'database', newest)).size,
      );
    }
    // Each report was judged exactly once.
    const twice = world.sql(
      "select entry_id from events where entry_id is not null and status <> 'UNKNOWN' group by entry_id having count(*) > 1",
    );
    assert.deepEqual(twice, []);
    assert.deepEqual(readdirSync(world.zone('paris', 'log')), ['_archive']);
  },
);

test('init-db --reset moves the old database aside and never deletes it', async () => {
  const world = await started();
  both(world, false);
  world.process(['scan']);
  assert.equal(world.process(['init-db', '--reset', '--yes']).code, 0);
  const backup = readdirSync(join(world.root, 'state')).find((name) => name.endsWith('.bak'));
  assert.ok(backup !== undefined);
  const db = new SqliteDatabase(join(world.root, 'state', backup), { readonly: true });
  assert.equal((db.prepare('select count(*) as n from events').get() as { n: number }).n, 2);
  db.close();
  assert.equal(world.sql('select * from events').length, 0);
});

const nobody = 65_534;

test(
  'readers need read permission only, also while a scan runs and after one was killed',
  { skip: root ? false : 'skipped, because only root can become another user' },
  async () => {
    const world = await started();
    both(world, false);
    world.process(['scan']);
    chmodSync(world.root, 0o755);
    chmodSync(world.configFile, 0o644);
    chownSync(join(world.root, 'state'), 0, nobody);
    chmodSync(join(world.root, 'state'), 0o2750);
    for (const name of readdirSync(join(world.root, 'state')))
      chownSync(join(world.root, 'state', name), 0, nobody);
    const asNobody = (...argv: string[]): Ran => world.process(argv, { uid: nobody, gid: nobody });
    const expectReadable = (): void => {
      const { code, err } = asNobody('status');
      assert.equal(code, 0, err);
      assert.equal(asNobody('history').code, 0);
      assert.equal(asNobody('check-config').code, 0);
    };
    expectReadable();
    // A writer with an open transaction, then dead without closing anything.
    const script = `const D = require('better-sqlite3'); const db = new D(${JSON.stringify(world.database)}); db.exec("begin immediate; insert into meta values ('x', 'y')"); console.log('ready'); process.kill(process.pid, 'SIGKILL');`;
    spawnSync(process.execPath, ['-e', script], { cwd: import.meta.dirname });
    expectReadable();
    // After a copy of the database alone there is neither -wal nor -shm to open.
    for (const suffix of ['-wal', '-shm']) rmSync(world.database + suffix, { force: true });
    expectReadable();
    const refused = asNobody('scan');
    assert.equal(refused.code, 3);
    assert.match(refused.err, /root/u);
  },
);

test(
  'as root, a command that writes becomes the owner of the database: nothing ends up owned by root',
  { skip: root ? false : 'skipped, because only root can become another user' },
  () => {
    const world = new World(yaml);
    chmodSync(world.root, 0o755);
    mkdirSync(world.validated);
    for (const path of [world.validated, join(world.root, 'state'), world.deposits])
      chownSync(path, nobody, nobody);
    assert.equal(world.process(['init-db']).code, 0);
    both(world, false);
    spawnSync('chown', ['-R', `${nobody}:${nobody}`, world.deposits]);
    const ran = world.process(['scan']);
    assert.equal(ran.code, 0, ran.err);
    const owned = spawnSync(
      'find',
      [world.validated, join(world.root, 'state'), world.deposits, '-user', 'root'],
      { encoding: 'utf8' },
    ).stdout;
    assert.equal(owned, '');
  },
);

test(
  'an agent whose folder cannot be read blocks its jobs, not the others',
  { skip: root ? false : 'skipped, because only root can become another user' },
  () => {
    const world = new World(`${yaml}  lyon: { databases: [shop] }\n`);
    chmodSync(world.root, 0o755);
    mkdirSync(world.validated);
    for (const path of [world.validated, join(world.root, 'state'), world.deposits])
      chownSync(path, nobody, nobody);
    assert.equal(world.process(['init-db']).code, 0);
    both(world, false);
    world.deposit({ agent: 'lyon', database: 'shop', endedAt: Date.now() - minute });
    spawnSync('chown', ['-R', `${nobody}:${nobody}`, world.deposits]);
    chownSync(world.zone('paris'), 0, 0);
    chmodSync(world.zone('paris'), 0o700);
    const ran = world.process(['scan']);
    assert.equal(ran.code, 3);
    assert.match(ran.out, /paris\/compta.*permission/u);
    assert.deepEqual(world.events(), ['lyon/shop SUCCESS verified']);
    chmodSync(world.zone('paris'), 0o755);
    assert.equal(world.process(['scan']).code, 0);
  },
);

test('colour: never on a pipe, whatever FORCE_COLOR or CI say', async () => {
  const world = await started();
  const ran = world.process(['status'], { env: { FORCE_COLOR: '1', CI: '1' } });
  assert.ok(!ran.out.includes('\u001B'));
});

test('tables fit 80 columns, in UTF-8 and in ASCII', async () => {
  const world = await started();
  both(world, true);
  world.process(['scan']);
  for (const [locale, ascii] of [
    ['C.UTF-8', false],
    ['C', true],
  ] as const) {
    for (const argv of [['status'], ['status', 'paris/crm'], ['history']]) {
      const { out } = world.process(argv, { env: { LC_ALL: locale } });
      for (const line of out.split('\n')) assert.ok(line.length <= 80, line);
      if (ascii) assert.match(out, /^[ -~\n]*$/u);
    }
  }
});

test('the journal gets priorities, and only the journal', async () => {
  const world = await started();
  both(world, true);
  const file = join(world.root, 'journal');
  const ran = spawnSync(
    'sh',
    [
      '-c',
      `exec 2>&1 >"${file}"; JOURNAL_STREAM=$(stat -c %d:%i "${file}") ${quoted} --config "${world.configFile}" scan`,
    ],
    { encoding: 'utf8' },
  );
  assert.equal(ran.status, 2);
  assert.match(readFileSync(file, 'utf8'), /^<3>/u);
});

test('Nagios: one line under 80 characters, and 1 KB in all', async () => {
  const world = await started();
  both(world, true);
  world.process(['scan']);
  const ran = world.process(['status', '--nagios']);
  assert.equal(ran.code, 2);
  const [first = ''] = ran.out.split('\n');
  assert.ok((first.split('|')[0] ?? '').trimEnd().length < 80);
  assert.match(first, /^BACKUPMON CRITICAL/u);
  assert.ok(Buffer.byteLength(ran.out) <= 1024);
});

const negate = '/usr/lib/nagios/plugins/negate';

test(
  'Nagios: its real plugin host reads status and performance data',
  {
    skip: existsSync(negate) ? false : 'skipped, because monitoring-plugins-basic is not installed',
  },
  async () => {
    const world = await started();
    both(world, true);
    world.process(['scan']);
    const plugin = join(world.root, 'check_backupmon');
    writeFileSync(
      plugin,
      `#!/bin/sh\nexec ${quoted} --config "${world.configFile}" status --nagios\n`,
      { mode: 0o755 },
    );
    // negate reads the plugin's state and, with -s, its first word: a real consumer of both.
    const negated = spawnSync(negate, ['-s', '-c', 'OK', plugin], { encoding: 'utf8' });
    assert.equal(negated.status, 0);
    assert.match(negated.stdout, /^BACKUPMON OK/u);
  },
);
