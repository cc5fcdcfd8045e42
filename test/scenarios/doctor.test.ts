/** `doctor`: a machine as it is set up, broken and mended. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  closeSync,
  renameSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  writeSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import SqliteDatabase from 'better-sqlite3';
import type { Finding } from '../../src/core/finding.ts';
import { takeLock } from '../../src/db/lock.ts';
import { assertWhole, makeMachine } from '../doctor/support.ts';
import { end, noon, round, scanAt, startedWith } from '../support/evening.ts';
import { startMailServer } from '../support/mail-server.ts';
import { binary, builtProgram } from '../support/run-here.ts';
import { day, hour, minute, program, World, type Ran } from '../support/world.ts';

/** As a command is to be typed, where no `backupmon` is installed. */
const typed = binary ?? builtProgram.command.join(' ');

const yaml = `defaults: { schedule: '0 20 * * *', settle: 0s }
agents:
  paris:
    databases:
      compta: {}
`;

interface Document {
  readonly severity: string;
  readonly findings: readonly Finding[];
  readonly suggested_jobs: readonly { readonly agent: string; readonly database: string }[];
}

const schema = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../schemas/doctor.schema.json'), 'utf8'),
) as object;
const isValid = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(schema);

/** What `doctor --json` says, held against its schema; its exit code is that of the worst finding. */
function documentOf({ code, out, err }: Ran): Document {
  assert.equal(err, '');
  const document = JSON.parse(out) as Document;
  assert.ok(isValid(document), JSON.stringify(isValid.errors));
  assertWhole(document.findings);
  assert.equal(code, ['ok', 'warning', 'critical'].indexOf(document.severity));
  return document;
}

const wrong = ({ findings }: Document, ...areas: Finding['area'][]): Finding[] =>
  findings.filter(({ area, severity }) => severity !== 'ok' && areas.includes(area));

const wrongIn = (document: Document, ...areas: Finding['area'][]): string[] =>
  wrong(document, ...areas).map(({ severity, message }) => `${severity} ${message}`);

/** Kinds, modes, owners, names and sizes of what lies there. */
const listing = (...folders: string[]): string =>
  spawnSync('find', [...folders, '-printf', '%y %m %U %p %s\\n'], { encoding: 'utf8' }).stdout;

const onlyRoot =
  process.getuid?.() === 0 ? false : 'skipped, because only root can become other users';
/** Users need no names. */
const own = 61_001;
const agentUser = 61_002;
const stranger = 61_003;

const run = (world: World, now: number): Promise<Document> =>
  world.run(now, 'doctor', '--json').then(documentOf);

describe('doctor', () => {
  it('before anything is set up says what to do first, and makes nothing', async () => {
    const world = new World(yaml);
    const before = listing(world.root);
    const document = await run(world, noon);
    assert.equal(listing(world.root), before);
    assert.deepEqual(wrongIn(document, 'configuration', 'folders', 'database'), [
      `critical validated: ${world.validated} does not exist`,
      `critical ${world.database} does not exist`,
    ]);
    const [database] = wrong(document, 'database');
    assert.equal(database?.mend, `${typed} --config ${world.configFile} init-db`);
  });

  it('takes a faulty configuration for what it is, and looks at the rest', async () => {
    const world = await startedWith(yaml);
    world.configure(`${yaml}scan_max_age: 3 hours\n`);
    const document = await run(world, noon + minute);
    const [fault] = wrong(document, 'configuration');
    assert.match(fault?.message ?? '', /^.*config\.yaml:10:\d+: "3 hours" is no duration/u);
    assert.equal(fault?.mend?.endsWith(` ${world.configFile}`), true);
    const seen = new Set(document.findings.map(({ area }) => area));
    for (const area of ['folders', 'file_systems', 'database', 'clock', 'programs', 'schedule'])
      assert.ok(seen.has(area as Finding['area']), area);
    assert.equal((await world.run(noon, 'doctor', '--suggest-jobs')).code, 3);
    world.configure('agents: [');
    assert.equal((await run(world, noon)).severity, 'critical');
  });

  it('finds nothing wrong with what it made itself, and leaves nothing behind', async () => {
    const world = await startedWith(yaml);
    assert.equal(await round(world, 0), 0);
    const before = listing(world.validated, world.deposits, join(world.root, 'state'));
    const document = await run(world, scanAt + minute);
    assert.equal(listing(world.validated, world.deposits, join(world.root, 'state')), before);
    const areas = ['configuration', 'folders', 'file_systems', 'database', 'deposits'] as const;
    // Here one user is the agent and the one that scans.
    const ofThisMachine = /which is memory|^warning the folder of paris belongs to/u;
    assert.deepEqual(
      wrongIn(document, ...areas, 'jobs').filter((line) => !ofThisMachine.test(line)),
      [],
    );
    assert.match(JSON.stringify(document), /write, flush, rename, symbolic links, modes/u);
    assert.match(JSON.stringify(document), /the last round took \d+ bytes/u);
  });

  it('tries nothing in the tree while a scan has the lock', async () => {
    const world = await startedWith(yaml);
    const lock = takeLock(world.database, 0);
    try {
      const { findings } = await run(world, noon + minute);
      assert.ok(findings.some(({ message }) => message.endsWith('in it: a scan is running')));
    } finally {
      lock?.release();
    }
  });

  it('tells of a clock that is wrong, of scans that do not run, and of a tree that is gone', async () => {
    const world = await startedWith(yaml);
    for (const index of [0, 1, 2]) await round(world, index);
    const back = await run(world, noon - 30 * day);
    assert.match(
      wrongIn(back, 'clock')[0] ?? '',
      /^critical the clock is wrong: it says 2026-05-21/u,
    );
    const late = await run(world, scanAt + 5 * day);
    assert.match(
      wrongIn(late, 'schedule').join('\n'),
      /critical the last complete scan began at .*, 3d ago; scan_max_age is 3h/u,
    );
    spawnSync('rm', [join(world.validated, '.backupmon')]);
    assert.deepEqual(wrongIn(await run(world, scanAt + 2 * day), 'folders'), [
      `critical validated: ${world.validated} has no marker file .backupmon, although the database records 1 version: its disk is probably not mounted`,
    ]);
  });

  it('never has a tree made or marked anew while its database cannot be read', async () => {
    const world = await startedWith(yaml);
    await round(world, 0);
    for (const change of ['pragma user_version = 1', 'pragma user_version = 99']) {
      const db = new SqliteDatabase(world.database);
      db.exec(change);
      db.close();
      // Marked, it is told as it is: then `init-db` is the way to a newer one.
      const marked = wrong(await run(world, scanAt), 'folders', 'database');
      assert.deepEqual(
        marked.map(({ area }) => area),
        ['database'],
      );
      assert.equal(marked[0]?.mend?.endsWith(' init-db'), change.endsWith(' 1'));
      renameSync(world.tree('.backupmon'), join(world.root, 'marker'));
      renameSync(world.validated, join(world.root, 'away'));
      const absent = await run(world, scanAt);
      mkdirSync(world.validated);
      const unmarked = await run(world, scanAt);
      assert.deepEqual(wrongIn(absent, 'folders'), [
        `critical validated: ${world.validated} does not exist`,
      ]);
      assert.deepEqual(wrongIn(unmarked, 'folders'), [
        `critical validated: ${world.validated} has no marker file .backupmon`,
      ]);
      for (const document of [absent, unmarked]) {
        const [found] = wrong(document, 'folders');
        assert.equal(found?.mend?.replace(/^sudo /u, ''), 'mount -a');
        assert.match(
          found?.why ?? '',
          /The database could not be read, and may record versions in it/u,
        );
        for (const { mend } of wrong(document, 'folders', 'database', 'user'))
          assert.doesNotMatch(mend ?? '', /init-db|install/u);
      }
      rmdirSync(world.validated);
      renameSync(join(world.root, 'away'), world.validated);
      renameSync(join(world.root, 'marker'), world.tree('.backupmon'));
    }
  });

  it('is not content with a marker: what is recorded has to be there', async () => {
    const world = await startedWith(yaml.replace('settle: 0s', 'settle: 0s, keep: { last: 2 }'));
    for (const index of [0, 1]) await round(world, index);
    const [first] = world.versions('paris/compta');
    rmSync(world.tree('paris/compta', first ?? ''), { recursive: true });
    assert.deepEqual(wrongIn(await run(world, scanAt + day), 'folders'), [
      `warning validated: of 2 versions that the database records 1 is not in ${world.validated}: paris/compta/${first}`,
    ]);
    rmSync(world.tree('paris'), { recursive: true });
    const [gone] = wrong(await run(world, scanAt + day), 'folders');
    assert.equal(gone?.severity, 'critical');
    assert.match(gone?.message ?? '', /of 2 versions that the database records none is in /u);
    assert.equal(gone?.mend?.replace(/^sudo /u, ''), 'mount -a');
  });

  it('tells of a database that is damaged', async () => {
    const world = await startedWith(yaml);
    await round(world, 0);
    // A page in the middle: what `status` reads is whole.
    const { size } = lstatSync(world.database);
    const file = openSync(world.database, 'r+');
    writeSync(file, Buffer.alloc(2048, 0x5a), 0, 2048, Math.floor(size / 4096 / 2) * 4096);
    closeSync(file);
    const [found] = wrong(await run(world, scanAt), 'database');
    assert.equal(found?.severity, 'critical');
    assert.match(found?.message ?? '', / is damaged/u);
    assert.match(found?.mend ?? '', / init-db --reset$/u);
    writeFileSync(world.database, 'x'.repeat(5000));
    assert.match(
      wrongIn(await run(world, scanAt), 'database')[0] ?? '',
      /^critical .* is damaged or no/u,
    );
  });

  it('visits the mail server, and sends nothing', async () => {
    const mail = await startMailServer();
    try {
      const world = await startedWith(yaml);
      const smtp = (port: number): string =>
        `${yaml}notifications:\n  email:\n    smtp: { host: 127.0.0.1, port: ${port}, ca_file: ${mail.caFile} }\n    from: a@example.org\n    to: [b@example.org]\n`;
      world.configure(smtp(mail.port));
      const before = mail.connections();
      assert.deepEqual(wrongIn(await run(world, noon), 'notifications'), []);
      assert.equal(mail.connections(), before + 1);
      world.configure(smtp(1));
      assert.deepEqual(wrongIn(await run(world, noon), 'notifications'), [
        'critical the mail server cannot be used: 127.0.0.1:1: connection refused',
      ]);
      assert.deepEqual(await mail.messages(), []);
    } finally {
      await mail.stop();
    }
  });

  it('has its own way of telling people, and keeps quiet with -q', async () => {
    const world = new World(yaml);
    const { code, out } = await world.run(noon, 'doctor');
    assert.equal(code, 2);
    assert.match(
      out,
      /^test: \d+ critical, \d+ warnings?, \d+ in order\n\n✗ folders +validated: /u,
    );
    assert.ok(
      out.includes(`\n                 $ ${typed} --config ${world.configFile} init-db\n`),
      out,
    );
    assert.deepEqual(await world.run(noon, '-q', 'doctor'), { code: 2, out: '', err: '' });
    assert.equal((await world.run(noon, 'doctor', '--json', '--suggest-jobs')).code, 3);
    assert.equal((await world.run(noon, 'doctor', 'paris')).code, 3);
  });
});

describe('doctor --suggest-jobs', () => {
  it('prints what can be pasted: then the jobs are expected, and judged', async () => {
    const world = await startedWith(yaml);
    for (const index of [0, 1, 2]) {
      world.deposit({ database: 'crm', endedAt: end - 15 * minute + index * day });
      world.deposit({
        agent: 'lyon',
        database: "l'été: 1",
        file: 'x.gz',
        content: `round ${index}`,
        endedAt: end + index * day,
      });
    }
    const at = scanAt + 2 * day;
    await world.ok(at, 'scan');
    const document = await run(world, at + minute);
    assert.deepEqual(wrongIn(document, 'jobs'), [
      'warning paris/compta has never matched a report, and its time has passed',
      'warning paris reports 1 database that no job expects: crm',
      "warning lyon, which the configuration does not name, reports 1 database: l'été: 1",
    ]);
    assert.deepEqual(
      document.suggested_jobs.map(({ agent, database }) => `${agent}/${database}`),
      ['paris/crm', "lyon/l'été: 1"],
    );
    const { code, out } = await world.run(at + minute, 'doctor', '--suggest-jobs');
    assert.equal(code, 0);
    const lines = out.split('\n').filter((line) => !line.startsWith('#'));
    // As its comment says: what is there already gets the lines of its databases only.
    const lyon = lines.indexOf('  lyon:');
    world.configure([yaml.trimEnd(), ...lines.slice(3, lyon), ...lines.slice(lyon)].join('\n'));
    assert.equal((await world.run(at, 'check-config')).code, 0);
    await world.ok(at + 2 * minute, 'scan');
    // Reports of an agent that is known were archived; those of a stranger lie there still.
    assert.equal((await world.statusOf(at + 3 * minute, 'paris/crm')).status, 'UNKNOWN');
    assert.equal((await world.statusOf(at + 3 * minute, "lyon/l'été: 1")).status, 'SUCCESS');
    const after = await run(world, at + 3 * minute);
    assert.deepEqual(after.suggested_jobs, []);
    assert.match(
      (await world.run(at + 3 * minute, 'doctor', '--suggest-jobs')).out,
      /^# Agents report no database/u,
    );
  });

  it('reads a configuration that comes by a pipe, which can be read once', async () => {
    const world = await startedWith(yaml);
    world.deposit({ database: 'crm', endedAt: end });
    const file = `${world.configFile}.kept`;
    renameSync(world.configFile, file);
    assert.equal(spawnSync('mkfifo', [world.configFile]).status, 0);
    const writer = spawn('sh', ['-c', 'cat "$0" >"$1"', file, world.configFile]);
    const { code, out } = await world.run(scanAt, 'doctor', '--suggest-jobs');
    assert.equal(code, 0);
    assert.match(out, /^ {6}crm: /mu);
    writer.kill();
  });

  it('says what it could not read: there may be more', async () => {
    const world = await startedWith(yaml);
    const zone = world.zone('paris');
    rmSync(zone, { recursive: true, force: true });
    symlinkSync('/nowhere', zone);
    const suggested = () => world.run(noon, 'doctor', '--suggest-jobs');
    assert.match((await suggested()).out, new RegExp(`^# Not read: ${zone}`, 'mu'));
    renameSync(world.deposits, `${world.deposits}.away`);
    assert.match((await suggested()).out, /^# Not read: .* could not be opened$/mu);
  });
});

/** The state and the tree belong to a user of their own, the deposits to an agent's. */
function givenAway(more = ''): World {
  const world = new World(yaml + more);
  chmodSync(world.root, 0o711);
  chmodSync(world.configFile, 0o644);
  chmodSync(world.deposits, 0o755);
  mkdirSync(world.validated, { mode: 0o750 });
  for (const folder of [world.validated, join(world.root, 'state')]) chownSync(folder, own, own);
  assert.equal(world.process(['init-db']).code, 0);
  return world;
}

const deposited = (world: World): void => {
  world.deposit({ endedAt: Date.now() - hour });
  const { status } = spawnSync('chown', ['-R', `${agentUser}:${own}`, world.zone('paris')]);
  assert.equal(status, 0);
};

describe('doctor, for the user that scans', { skip: onlyRoot }, () => {
  it('finds nothing wrong where nothing is, started by root', () => {
    const world = givenAway('metrics: /tmp/backupmon-test.prom\n');
    deposited(world);
    chmodSync(world.zone('paris', 'log'), 0o2770);
    assert.equal(world.process(['scan']).code, 0);
    const made = makeMachine();
    made.file(
      '/etc/crontab',
      `*/10 * * * * root /usr/bin/backupmon --config ${world.configFile} scan\n`,
    );
    made.file('/usr/bin/backupmon', '', 0o755);
    made.file('/run/systemd/timesync/synchronized', '');
    made.program('rsync', 'echo "rsync  version 3.5.0  protocol version 32"');
    const runner = join(import.meta.dirname, '../doctor/on-machine.ts');
    const before = listing(world.validated, world.deposits, join(world.root, 'state'));
    const child = spawnSync(process.execPath, [runner, made.root, world.configFile], {
      encoding: 'utf8',
    });
    const document = documentOf({ code: child.status, out: child.stdout, err: child.stderr });
    const isMemory = /which is memory/u;
    assert.deepEqual(
      document.findings.filter(
        ({ severity, message }) => severity !== 'ok' && !isMemory.test(message),
      ),
      [],
    );
    const memory = document.findings.some(({ message }) => isMemory.test(message));
    assert.equal(child.status, memory ? 1 : 0);
    assert.equal(listing(world.validated, world.deposits, join(world.root, 'state')), before);
  });

  it('gives commands that mend what is broken', () => {
    const world = givenAway();
    deposited(world);
    assert.equal(world.process(['scan']).code, 0);
    const file = world.zone('paris', 'database', 'compta.sql.gz');
    chmodSync(file, 0o600);
    chmodSync(world.zone('paris', 'database'), 0o777);
    chmodSync(world.validated, 0o777);
    chmodSync(world.configFile, 0o602);
    chmodSync(world.deposits, 0o700);
    chmodSync(world.database, 0o664);
    chownSync(`${world.database}.lock`, 0, 0);
    const areas = ['configuration', 'folders', 'database', 'deposits'] as const;
    const bin = join(world.root, 'bin');
    mkdirSync(bin);
    writeFileSync(join(bin, 'backupmon'), `#!/bin/sh\nexec ${process.execPath} ${program} "$@"\n`);
    chmodSync(join(bin, 'backupmon'), 0o755);
    const seen = new Set<string>();
    // What could not be looked at at first is found once that is mended.
    for (let turn = 0; turn < 3; turn += 1) {
      const found = wrong(documentOf(world.process(['doctor', '--json'])), ...areas);
      if (found.length === 0) break;
      for (const { message, mend } of found) {
        // SQLite gives its log the mode of the database.
        seen.add(message.replaceAll(world.root, '').replace(', /state/backupmon.db-wal', ''));
        const { status, stderr } = spawnSync('sh', ['-c', mend ?? 'false'], {
          encoding: 'utf8',
          env: { PATH: `${bin}:/usr/sbin:/usr/bin:/sbin:/bin` },
        });
        assert.equal(status, 0, `${message}: ${mend}: ${stderr}`);
      }
    }
    assert.deepEqual(wrongIn(documentOf(world.process(['doctor', '--json'])), ...areas), []);
    assert.deepEqual([...seen].toSorted(), [
      '/config.yaml may be written by everybody on this machine',
      `/config.yaml may not be read by ${own}, who scans`,
      '/state/backupmon.db may be read by everybody on this machine',
      `/state/backupmon.db may be written by others than ${own}`,
      `/state/backupmon.db.lock does not belong to ${own}, who scans`,
      `1 of 2 files of paris may not be read by ${own}, who scans: /deposits/paris/database/compta.sql.gz`,
      `deposits: /deposits cannot be read and entered: ${own}, who scans, lacks permission`,
      'everybody on this machine may write /deposits/paris/database',
      `judged reports cannot be archived: these folders may not be written by ${own}, who scans: /deposits/paris/log`,
      'validated: /validated may be written by everybody on this machine',
    ]);
  });

  it('says what another user cannot know, and claims nothing about it', () => {
    const world = givenAway();
    const asStranger = (): Document =>
      documentOf(world.process(['doctor', '--json'], { uid: stranger, gid: stranger }));
    const hidden = asStranger();
    assert.match(wrongIn(hidden, 'user')[0] ?? '', /may not be known by this user$/u);
    assert.deepEqual(wrongIn(hidden, 'database'), [
      `warning ${world.database} cannot be read by this user`,
    ]);
    // No command gives anything to whoever asks, and nothing is said to be permitted.
    assert.ok(!hidden.findings.some(({ mend }) => (mend ?? '').includes(String(stranger))));
    assert.ok(!hidden.findings.some(({ message }) => /can be (?:read|entered)/u.test(message)));
    chmodSync(join(world.root, 'state'), 0o755);
    chmodSync(world.database, 0o644);
    chmodSync(world.validated, 0o755);
    const document = asStranger();
    const [known] = wrong(document, 'user');
    assert.ok(
      document.findings.some(({ message }) => message.endsWith('only the user that scans may')),
    );
    assert.match(known?.message ?? '', /^scans run as 61001, .* and this is another user/u);
    assert.equal(known?.mend, `sudo -u '#61001' ${typed} --config ${world.configFile} doctor`);
  });
});
