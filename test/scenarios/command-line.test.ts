/** What the command line does when it is used wrongly, interrupted, or refused by the system. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
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
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import SqliteDatabase from 'better-sqlite3';
import { askOn } from '../../src/cli/io.ts';
import { run } from '../../src/cli/run.ts';
import { isRunning, takeLock } from '../../src/db/lock.ts';
import { builtProgram } from '../support/run-here.ts';
import { at, day, hour, launch, minute, World, type Ran } from '../support/world.ts';

const yaml =
  'defaults: { schedule: every 24h, settle: 0s }\nagents:\n  paris: { databases: [compta, crm] }\n';
const root = process.getuid?.() === 0;
const onlyRoot = { skip: root ? false : 'skipped, because only root can become another user' };
/** A user and group without names. */
const stranger = 54_321;
const noon = at('2026-06-20T12:00:00Z');

async function started(text = yaml): Promise<World> {
  const world = new World(text);
  await world.ok(Date.now(), 'init-db');
  return world;
}

/** Everything belongs to a user without a name, who can reach it. */
function givenAway(world: World): World {
  chmodSync(world.root, 0o755);
  assert.equal(spawnSync('chown', ['-R', `${stranger}:${stranger}`, world.root]).status, 0);
  return world;
}

const asStranger = { uid: stranger, gid: stranger };

function backedUp(world: World): World {
  world.deposit({ endedAt: Date.now() - minute });
  world.deposit({ database: 'crm', endedAt: Date.now() - minute, bytes: Buffer.from('damaged') });
  return world;
}

const state = (world: World): string[] => readdirSync(join(world.root, 'state'));

/** One sentence and a hint at most; never a trace. */
function assertTold(ran: Ran, expected: RegExp): void {
  assert.deepEqual([ran.code, ran.out], [3, ''], ran.out + ran.err);
  assert.match(ran.err, expected);
  assert.doesNotMatch(ran.err, /^\s+at |this is a bug|outputHelp/mu);
}

const errorOf = (ran: Ran): { code: string; message: string; hint: string | null } =>
  JSON.parse(ran.err) as { code: string; message: string; hint: string | null };

test('init-db --reset twice within a second keeps both old databases', async () => {
  const world = new World(yaml);
  await world.ok(noon, 'init-db');
  const stamp = `${world.database}.20260620T120000Z`;
  // What belongs to a database of that name is not overwritten either.
  writeFileSync(`${stamp}-2.bak-wal`, '');
  await world.ok(noon, 'init-db', '--reset', '--yes');
  const first = readFileSync(`${stamp}.bak`);
  const second = await world.ok(noon, 'init-db', '--reset', '--yes');
  assert.match(second.out, /20260620T120000Z-3\.bak/u);
  assert.deepEqual(readFileSync(`${stamp}.bak`), first);
  assert.ok(existsSync(`${stamp}-3.bak`));
  assert.ok(!existsSync(`${stamp}-2.bak`));
});

for (const argv of [
  ['status'],
  ['status', '--json'],
  ['status', '--nagios'],
  ['history'],
  ['--help'],
  ['--version'],
]) {
  test(`\`${argv.join(' ')}\` on a full disk exits 3 and says so`, async () => {
    const world = await started();
    const ran = spawnSync(
      'sh',
      ['-c', 'exec "$@" >/dev/full', 'sh', ...launch, '--config', world.configFile, ...argv],
      { encoding: 'utf8' },
    );
    assert.equal(ran.status, 3);
    assert.match(ran.stderr, /the output cannot be written: no space left on the device/u);
    assert.doesNotMatch(ran.stderr, /^\s+at /mu);
    if (argv.includes('--json'))
      assert.equal((JSON.parse(ran.stderr) as { code: string }).code, 'output_failed');
  });
}

test('an error that cannot be told changes nothing but that', async () => {
  const world = await started();
  const ran = spawnSync(
    'sh',
    [
      '-c',
      'exec "$@" 2>/dev/full',
      'sh',
      ...launch,
      '--config',
      world.configFile,
      'status',
      'no/job',
    ],
    { encoding: 'utf8' },
  );
  assert.deepEqual([ran.status, ran.stdout], [3, '']);
});

test('an older Node is told in one sentence', async () => {
  const world = await started();
  const preload = join(world.root, 'older.cjs');
  writeFileSync(
    preload,
    "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '22.11.0' } });",
  );
  const older = (...argv: string[]): Ran =>
    world.process(argv, { env: { NODE_OPTIONS: `--require ${preload}` } });
  assertTold(older('status'), /^backupmon needs Node 24 or newer; \/.* is v22\.11\.0\n$/u);
  const error = older('status', '--json');
  assert.deepEqual([error.code, errorOf(error).code], [3, 'node_too_old']);
});

test('what an older Node reads is written for it', () => {
  // Node 18 has neither `using`, nor import attributes, nor RegExp modifiers; the build copies this file as it is.
  const text = readFileSync(join(import.meta.dirname, '../../scripts/start.cjs'), 'utf8');
  const check = text.indexOf('if (Number(process.versions.node');
  assert.ok(check > 0);
  assert.doesNotMatch(text.replace(/function start\(\) \{[^]*?\n\}\n/u, ''), /require\(/u);
});

test(
  'promote: the operator is the login that has a name, else the number of the user',
  onlyRoot,
  async () => {
    const world = givenAway(backedUp(await started()));
    assert.notEqual(world.process(['scan'], asStranger).code, 3);
    const promoted = (env: Record<string, string>): Ran => {
      const db = new SqliteDatabase(world.database);
      db.exec(
        "update versions set sha256 = replace(sha256, substr(sha256, 1, 8), '00000000'), raw_sha256 = null, fingerprint = null",
      );
      db.close();
      return world.process(['promote', 'paris/compta', 'compta.sql.gz', '--dry-run', '--json'], {
        ...asStranger,
        env,
      });
    };
    for (const [env, operator] of [
      [{}, `uid ${stranger}`],
      [{ SUDO_USER: '', LOGNAME: '', USER: ' ' }, `uid ${stranger}`],
      [{ LOGNAME: '', USER: 'anna' }, 'anna'],
      [{ SUDO_USER: 'ben', USER: 'root' }, 'ben'],
    ] as const) {
      const ran = promoted(env);
      assert.equal(ran.code, 0, ran.err);
      const { events } = JSON.parse(ran.out) as { events: { operator: string }[] };
      assert.equal(events[0]?.operator, operator);
    }
  },
);

for (const [name, keys] of [
  ['Ctrl-C', '\u0003'],
  ['Ctrl-D', '\u0004'],
  ['the end of the input', null],
] as const) {
  test(
    `${name} at a question is no answer, and does not wait for one`,
    { timeout: 5000 },
    async () => {
      const input = new PassThrough();
      const answer = askOn(input, new PassThrough(), 'Sure? ');
      setImmediate(() => (keys === null ? input.end() : input.write(keys)));
      assert.equal(await answer, '');
    },
  );
}

test('an answer is what was typed', { timeout: 5000 }, async () => {
  const input = new PassThrough();
  const answer = askOn(input, new PassThrough(), 'Sure? ');
  setImmediate(() => input.write('yes\n'));
  assert.equal(await answer, 'yes');
});

test('--reset without an answer resets nothing', async () => {
  const world = await started();
  const before = readFileSync(world.database);
  const quiet = {
    write: () => undefined,
    failure: () => null,
    terminal: false,
    width: 80,
    journal: false,
  };
  let err = '';
  const code = await run(['--config', world.configFile, 'init-db', '--reset'], {
    env: {},
    out: quiet,
    err: {
      ...quiet,
      write: (text) => {
        err += text;
      },
    },
    now: () => noon,
    uid: process.getuid?.() ?? 0,
    utf8: true,
    ask: async () => '',
    useThreads: () => undefined,
    program: builtProgram,
  });
  assert.equal(code, 3);
  assert.match(err, /nothing was reset/u);
  assert.deepEqual(readFileSync(world.database), before);
});

test('a reader that looks whether a scan runs does not make a scan yield', async () => {
  const world = await started();
  // What `isRunning` does for an instant, held for as long as a scan may take to notice.
  const script = `const D = require('better-sqlite3'); const db = new D(${JSON.stringify(`${world.database}.lock`)}, { readonly: true });
    db.exec('begin'); db.prepare('select * from sqlite_schema').all(); console.log('held'); setTimeout(() => db.close(), 600);`;
  const { spawn } = await import('node:child_process');
  const reader = spawn(process.execPath, ['-e', script], {
    cwd: import.meta.dirname,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise((resolve) => reader.stdout.once('data', resolve));
  assert.equal(isRunning(world.database), false);
  assert.equal(takeLock(world.database, 0), null);
  assert.equal(world.process(['scan']).code, 0);
  const document = JSON.parse(world.process(['status', '--json']).out) as { last_scan: unknown };
  assert.notEqual(document.last_scan, null);
});

test('a lock that no recorded scan holds is told, not taken for a scan', async () => {
  const world = await started();
  const lock = takeLock(world.database, 0);
  assert.ok(lock !== null);
  try {
    assertTold(world.process(['scan']), /lock is held, but no scan is recorded as running/u);
  } finally {
    lock.release();
  }
});

test('a pass that ends by an error is over, and no complete scan', async () => {
  const world = await started();
  backedUp(world);
  const db = new SqliteDatabase(world.database);
  db.exec("create trigger broken before insert on events begin select raise(abort, 'broken'); end");
  db.close();
  assert.equal(world.process(['scan']).code, 3);
  const passes = (): unknown[] =>
    world.sql(
      'select command, exit_code, complete, finished_at is not null as finished from scans',
    );
  assert.deepEqual(passes(), [{ command: 'scan', exit_code: 3, complete: 0, finished: 1 }]);
  const status = JSON.parse(world.process(['status', '--json']).out) as { last_scan: unknown };
  assert.equal(status.last_scan, null);
});

test('a promotion that ends by an error is over too', async () => {
  const world = backedUp(await started());
  world.process(['scan']);
  const db = new SqliteDatabase(world.database);
  db.exec(`update versions set sha256 = replace(sha256, substr(sha256, 1, 8), '00000000'), raw_sha256 = null, fingerprint = null;
    create trigger broken before insert on events begin select raise(abort, 'broken'); end`);
  db.close();
  assert.equal(world.process(['promote', 'paris/compta', 'compta.sql.gz']).code, 3);
  assert.deepEqual(
    world.sql(
      "select exit_code, finished_at is not null as finished from scans where command = 'promote'",
    ),
    [{ exit_code: 3, finished: 1 }],
  );
});

test('a scan that may not write the tree says who needs which permission', onlyRoot, async () => {
  const world = givenAway(backedUp(await started()));
  chownSync(world.validated, 0, 0);
  rmSync(world.tree('.incoming'), { recursive: true, force: true });
  chmodSync(world.validated, 0o755);
  assertTold(
    world.process(['scan'], asStranger),
    new RegExp(`it runs as ${stranger}, who needs write permission on ${world.validated}\n`, 'u'),
  );
});

test('scan --json names the jobs that it could not judge, and why', onlyRoot, async () => {
  const world = givenAway(backedUp(await started()));
  chownSync(world.zone('paris'), 0, 0);
  chmodSync(world.zone('paris'), 0o700);
  const ran = world.process(['scan', '--json'], asStranger);
  assert.equal(ran.code, 3);
  const { blocked } = JSON.parse(ran.out) as {
    blocked: { job: string; reason: string; since: string; message: string }[];
  };
  assert.deepEqual(
    blocked.map(({ job, reason }) => [job, reason]),
    [
      ['paris/compta', 'eacces'],
      ['paris/crm', 'eacces'],
    ],
  );
  assert.match(blocked[0]?.message ?? '', /permission denied/u);
  assert.match(blocked[0]?.since ?? '', /Z$/u);
});

test('status --problems lists the same jobs in JSON, and counts all', async () => {
  const world = backedUp(await started());
  world.process(['scan']);
  const { jobs, summary } = JSON.parse(world.process(['status', '--problems', '--json']).out) as {
    jobs: { job: string }[];
    summary: { total: number };
  };
  assert.deepEqual([jobs.map(({ job }) => job), summary.total], [['paris/crm'], 2]);
  assert.match(world.process(['status', '--problems', '--nagios']).out, /total=2;/u);
});

test('the journal gets each line with its own priority', async () => {
  const world = await started(`${yaml}  lyon: { databases: [shop] }\n`);
  world.deposit({ endedAt: Date.now() - 2 * minute, bytes: Buffer.from('damaged') });
  world.process(['scan']);
  world.deposit({ endedAt: Date.now() - minute });
  world.deposit({ database: 'crm', endedAt: Date.now() - minute, bytes: Buffer.from('damaged') });
  world.deposit({ agent: 'lyon', database: 'shop', endedAt: Date.now() - minute });
  const file = join(world.root, 'journal');
  const inJournal = (...argv: string[]): string[] => {
    spawnSync('sh', [
      '-c',
      `exec >"$0" 2>&1; export JOURNAL_STREAM=$(stat -c %d:%i "$0"); exec "$@"`,
      file,
      ...launch,
      '--config',
      world.configFile,
      ...argv,
    ]);
    return readFileSync(file, 'utf8').split('\n');
  };
  const news = inJournal('scan');
  assert.ok(
    news.some((line) => line.startsWith('<5>RECOVERED paris/compta')),
    news.join('\n'),
  );
  assert.ok(
    news.some((line) => line.startsWith('<3>CRITICAL paris/crm')),
    news.join('\n'),
  );
  const table = inJournal('status');
  assert.match(table[0] ?? '', /^<6>STATUS/u);
  assert.ok(table.some((line) => /^<3>.*paris\/crm/u.test(line)));
  assert.ok(table.some((line) => /^<6>.*paris\/compta/u.test(line)));
  assert.ok(table.some((line) => line.startsWith('<6>test: ')));
  world.configure('agents: { paris: { databases: [x], typo: 1 } }\n');
  for (const line of inJournal('check-config')) assert.match(line, /^(?:<3>.*)?$/u);
});

test('advice goes by the reason where that says more than the status', async () => {
  const world = new World(yaml);
  await world.ok(noon, 'init-db');
  await world.ok(noon, 'scan');
  world.deposit({ endedAt: noon + minute });
  await world.ok(noon + 2 * minute, 'scan');
  const [version = ''] = world.versions('paris/compta');
  rmSync(world.tree('paris/compta', version), { recursive: true });
  const ran = await world.ok(noon + 3 * minute, 'scan');
  assert.match(
    ran.out,
    /→ Look at the disk and at who removed it; the next healthy backup ends this/u,
  );
  assert.match(
    (await world.ok(noon + 3 * minute, 'status', 'paris/compta')).out,
    /Look at the disk and at who removed it/u,
  );
});

test('-q prints no table', async () => {
  const world = backedUp(await started());
  world.process(['scan']);
  for (const [argv, code] of [
    [['status'], 2],
    [['status', 'paris/crm'], 2],
    [['history'], 0],
    [['check-config'], 0],
  ] as const)
    assert.deepEqual(world.process(['-q', ...argv]), { code, out: '', err: '' });
});

test('a bug is told as one object with --json', async () => {
  const world = await started();
  const ran = await world.run(noon, 'status', '--json');
  assert.equal(ran.code, 0);
  const broken = new Error('no such thing');
  let err = '';
  const output = { failure: () => null, terminal: false, width: 80, journal: false };
  const code = await run(['--config', world.configFile, 'status', '--json'], {
    env: {},
    out: { ...output, write: () => undefined },
    err: {
      ...output,
      write: (text) => {
        err += text;
      },
    },
    now: () => {
      throw broken;
    },
    uid: process.getuid?.() ?? 0,
    utf8: true,
    ask: async () => null,
    useThreads: () => undefined,
    program: builtProgram,
  });
  const error = errorOf({ code, out: '', err });
  assert.deepEqual([code, error.code], [3, 'bug']);
  assert.match(error.message, /no such thing/u);
  assert.match(error.hint ?? '', /\n\s+at /u);
});

test('check-config names the file by its absolute path', async () => {
  const world = await started();
  const ran = world.process(['--config', 'config.yaml', 'check-config', '--json'], {
    config: false,
  });
  assert.equal((JSON.parse(ran.out) as { file: string }).file, world.configFile);
});

const wrong: readonly [string, readonly string[], RegExp][] = [
  ['no command', [], /^backupmon: no command was given\n/u],
  ['help about nothing', ['help', 'nonsense'], /unknown command 'nonsense'/u],
  ['an empty --config', ['--config', '', 'status'], /--config names no file/u],
  ['an empty status', ['history', '--status', 'FAILED,'], /--status FAILED,: "" is no status/u],
  [
    '--until before --since',
    ['history', '--since', '2026-06-20', '--until', '2026-06-19'],
    /--until 2026-06-19 .*is not after --since 2026-06-20/u,
  ],
];

for (const [name, argv, expected] of wrong) {
  test(`${name} is told in one sentence`, async () =>
    assertTold((await started()).process(argv), expected));
}

test('what was probably meant is a hint, not a second line of the message', async () => {
  const error = errorOf((await started()).process(['status', '--json', '--problem']));
  assert.equal(error.message, "unknown option '--problem'");
  assert.match(error.hint ?? '', /^Did you mean --problems\? /u);
});

test('history takes the words that people see, and agents of which only reports were refused', async () => {
  const world = await started();
  world.deposit({ endedAt: Date.now() - minute });
  world.process(['scan']);
  world.deposit({ endedAt: Date.now() - 1000 });
  mkdirSync(world.zone('oslo', 'log'), { recursive: true });
  writeFileSync(world.zone('oslo', 'log', 'report.json'), 'nonsense');
  world.process(['scan']);
  const found = (...argv: string[]): string[] => {
    const ran = world.process(['history', '--json', ...argv]);
    assert.equal(ran.code, 0, ran.err);
    return (JSON.parse(ran.out) as { events: { status: string }[] }).events.map(
      ({ status }) => status,
    );
  };
  assert.deepEqual(found('--status', 'unchanged'), ['HASH_MISMATCH']);
  assert.deepEqual(found('--status', 'Report refused, success'), ['REPORT_REFUSED', 'SUCCESS']);
  assert.deepEqual(found('--status', 'held,size-anomaly,missing'), []);
  assert.deepEqual(found('oslo'), ['REPORT_REFUSED']);
  assertTold(world.process(['history', 'bergen']), /no job is named "bergen"/u);
});

test('every help tells the global options, the main one where the configuration is searched', async () => {
  const world = await started();
  for (const command of ['init-db', 'scan', 'status', 'history', 'promote', 'check-config'])
    assert.match(world.process([command, '--help']).out, /Global Options:[^]*--config <file>/u);
  const { out } = world.process(['--help']);
  for (const place of ['$BACKUPMON_CONFIG', '$XDG_CONFIG_HOME', '/etc/backupmon/config.yaml'])
    assert.ok(out.includes(place), out);
});

test('init-db on an empty file says that it made the database', () => {
  const world = new World(yaml);
  writeFileSync(world.database, '');
  assert.match(world.process(['init-db']).out, /^made /u);
  assert.match(world.process(['init-db']).out, /is up to date/u);
});

test('init-db tells what is wrong with `validated` before there is a database', onlyRoot, () => {
  const isFile = new World(yaml);
  writeFileSync(isFile.validated, '');
  assertTold(isFile.process(['init-db']), /validated: .*\/validated is a file, not a folder/u);
  assert.ok(!existsSync(isFile.database));

  const refused = givenAway(new World(yaml));
  chownSync(refused.root, 0, 0);
  // Root becomes the owner of the state folder, who may not make the tree.
  assertTold(
    refused.process(['init-db']),
    new RegExp(
      `permission denied.*\\n.*as root: install -d -o ${stranger} -g ${stranger} ${refused.validated}\\n`,
      'u',
    ),
  );
  assert.deepEqual(state(refused), []);

  const foreign = givenAway(new World(yaml));
  mkdirSync(foreign.validated);
  assertTold(foreign.process(['init-db']), /cannot write in .*install -d -o/su);
  assert.deepEqual(state(foreign), []);
});

test('init-db names the folder that has to be made first', () => {
  const world = new World(yaml);
  const config = readFileSync(world.configFile, 'utf8');
  writeFileSync(
    world.configFile,
    config.replace(/^database: .*/mu, `database: ${world.root}/a/b/c.db`),
  );
  assertTold(
    world.process(['init-db']),
    /\/a does not exist either.*\n.*install -d .*-m 2750 .*\/a\/b\n/u,
  );
  writeFileSync(
    world.configFile,
    config.replace(/^validated: .*/mu, `validated: ${world.root}/a/b`),
  );
  assertTold(world.process(['init-db']), /\/a does not exist either/u);
  assert.ok(!existsSync(world.database));
});

test('a database that cannot be read or written is told with what to do', onlyRoot, async () => {
  const world = await started();
  chmodSync(world.root, 0o755);
  chmodSync(world.configFile, 0o644);
  const unreadable = /backupmon\.db cannot be opened: .*\n.*group of .*\/state \(mode 2750\)/u;
  chmodSync(world.database, 0o600);
  chmodSync(join(world.root, 'state'), 0o755);
  assertTold(world.process(['status'], asStranger), unreadable);
  // A folder that may not be entered is not a database that does not exist.
  chmodSync(join(world.root, 'state'), 0o700);
  assertTold(world.process(['status'], asStranger), unreadable);
  assertTold(world.process(['scan'], asStranger), /./u);

  givenAway(world);
  chmodSync(join(world.root, 'state'), 0o750);
  chmodSync(world.database, 0o400);
  assertTold(world.process(['scan'], asStranger), /backupmon\.db cannot be written: .*read-only/u);
});

test('a database that is a folder is told so', async () => {
  const world = await started();
  rmSync(world.database);
  mkdirSync(world.database);
  assertTold(world.process(['status']), /backupmon\.db is a folder, not a file/u);
});

test('an owner without a name is told as sudo takes it', onlyRoot, async () => {
  const world = givenAway(await started());
  assertTold(
    world.process(['scan'], { uid: 54_322, gid: stranger }),
    new RegExp(`belongs to uid ${stranger}: .*\\n.*sudo -u '#${stranger}' backupmon`, 'u'),
  );
});

test('a job that misses several cycles without a scan is MISSING since the first', async () => {
  const world = new World(
    'defaults: { schedule: every 24h, grace: 1h, settle: 0s }\nagents: { paris: { databases: [compta] } }\n',
  );
  await world.ok(noon, 'init-db');
  await world.ok(noon, 'scan');
  for (const now of [noon + day + hour, noon + 2 * day + hour, noon + 9 * day]) {
    const { status, since } = await world.statusOf(now, 'paris/compta');
    assert.deepEqual([status, since], ['MISSING', '2026-06-21T13:00:00Z']);
  }
});

test('the state folder that init-db makes is readable by its group, which new files keep', () => {
  const world = new World(yaml);
  rmSync(join(world.root, 'state'), { recursive: true });
  assert.equal(world.process(['init-db']).code, 0);
  assert.equal(statSync(join(world.root, 'state')).mode & 0o7777, 0o2750);
});

test('--json may stand before the command, where the command has it', async () => {
  const world = new World(yaml);
  await world.ok(Date.now(), 'init-db');
  const ran = world.process(['--json', 'status']);
  assert.equal(ran.code, 0);
  assert.equal((JSON.parse(ran.out) as { schema: string }).schema, 'backupmon.status/1');
  const refused = world.process(['--json', 'init-db']);
  assert.deepEqual([refused.code, refused.out], [3, '']);
  assert.equal((JSON.parse(refused.err) as { code: string }).code, 'usage');
});
