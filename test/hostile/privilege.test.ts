/** What the program needs of the machine: a user of its own that may read the deposits, and write the tree and its state. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { test } from 'node:test';
import { minute, World, type Ran } from '../support/world.ts';

const skip =
  process.getuid?.() === 0 ? false : 'skipped, because only root can become other users and mount';

/** Users and groups need no names. */
const own = 61_001;
const agentUser = 61_002;

const yaml = `defaults: { schedule: every 24h, settle: 0s, keep: 2 }
agents:
  paris: { databases: [compta] }
  lyon: { databases: [shop] }
`;

function chownTree(folder: string, uid: number, gid: number): void {
  assert.equal(spawnSync('chown', ['-hR', `${uid}:${gid}`, folder]).status, 0);
}

/** The tree and the state belong to the program's user; the deposits to the agents', and its group may read them. */
function givenAway(more = ''): World {
  const world = new World(more + yaml);
  chmodSync(world.root, 0o711);
  mkdirSync(world.validated, { mode: 0o750 });
  for (const folder of [world.validated, `${world.root}/state`]) chownSync(folder, own, own);
  return world;
}

/** As rsync leaves it, run by the agent's user: readable by our group, and no more. */
function deposited(world: World, endedAt: number, content: string): void {
  world.deposit({ endedAt, content });
  world.deposit({ agent: 'lyon', database: 'shop', endedAt, content });
  chownTree(world.deposits, agentUser, own);
  const { status } = spawnSync('chmod', ['-R', 'u=rwX,g=rX,o=', world.deposits]);
  assert.equal(status, 0);
}

const asOwn = (world: World, ...argv: string[]): Ran => world.process(argv, { uid: own, gid: own });

interface Status {
  jobs: { job: string; status: string; versions: number }[];
}

const statuses = (world: World): string[] =>
  (JSON.parse(asOwn(world, 'status', '--json').out) as Status).jobs.map(
    ({ job, status, versions }) => `${job} ${status} ${versions}`,
  );

/** Type, mode and path below `folder` of all that lies there. */
const listing = (folder: string): string[] => {
  const { stdout } = spawnSync('find', [folder, '-printf', '%y %m %U %P\\n'], { encoding: 'utf8' });
  return stdout.trimEnd().split('\n').toSorted();
};

test(
  'a user of its own that may only read the deposits, on a read-only mount: all is judged and promoted, once',
  { skip },
  () => {
    const world = givenAway();
    const days = 24 * 60 * minute;
    const at = Date.now() - days - minute;
    deposited(world, at, 'first');
    const before = listing(world.deposits);
    assert.equal(spawnSync('mount', ['--bind', world.deposits, world.deposits]).status, 0);
    try {
      const remounted = spawnSync('mount', ['-o', 'remount,bind,ro', world.deposits]);
      assert.equal(remounted.status, 0);
      assert.equal(asOwn(world, 'init-db').code, 0);
      const ran = asOwn(world, 'scan', '-v');
      assert.equal(ran.code, 0, ran.err);
      assert.match(ran.out + ran.err, /cannot make folder .*_archive|cannot rename/u);
      assert.deepEqual(statuses(world), ['lyon/shop SUCCESS 1', 'paris/compta SUCCESS 1']);
      const again = asOwn(world, 'scan');
      assert.deepEqual([again.code, again.out, again.err], [0, '', '']);
      assert.equal(world.events().length, 2);
    } finally {
      spawnSync('umount', [world.deposits]);
    }
    assert.deepEqual(listing(world.deposits), before);
    assert.equal(world.verify(), 2);

    // Mounted writable, but with permissions that let it read only: the same.
    deposited(world, at + days, 'second');
    const later = asOwn(world, 'scan');
    assert.deepEqual([later.code, later.err], [0, '']);
    assert.deepEqual(statuses(world), ['lyon/shop SUCCESS 2', 'paris/compta SUCCESS 2']);
    assert.equal(world.verify(), 4);
    assert.ok(!readdirSync(world.zone('paris', 'log')).includes('_archive'));
  },
);

test(
  'writing the `log` folders is all that archiving needs, and writing the folders of files all that removing needs',
  { skip },
  () => {
    const world = givenAway();
    deposited(world, Date.now() - minute, 'first');
    assert.equal(asOwn(world, 'init-db').code, 0);
    chmodSync(world.zone('paris', 'log'), 0o2770);
    assert.equal(asOwn(world, 'scan').code, 0);
    assert.deepEqual(readdirSync(world.zone('paris', 'log')), ['_archive']);
    const { uid, mode } = lstatSync(world.zone('paris', 'log', '_archive'));
    assert.deepEqual([uid, (mode & 0o777).toString(8)], [own, '750']);
    assert.equal(readdirSync(world.zone('lyon', 'log')).length, 1);
    // The agent's files are the agent's.
    assert.equal(lstatSync(world.zone('paris', 'database', 'compta.sql.gz')).uid, agentUser);

    world.configure(yaml.replace('keep: 2', 'keep: 2, deposit: remove'));
    deposited(world, Date.now() - 1000, 'second');
    for (const folder of ['log', 'database']) chmodSync(world.zone('paris', folder), 0o2770);
    assert.equal(asOwn(world, 'scan').code, 0);
    assert.deepEqual(readdirSync(world.zone('paris', 'database')), []);
    assert.deepEqual(readdirSync(world.zone('lyon', 'database')), ['shop.sql.gz']);
    assert.equal(world.verify(), 2);
  },
);

test(
  'what may not be read blocks that agent only, and what may not be written is told',
  { skip },
  () => {
    const world = givenAway();
    deposited(world, Date.now() - minute, 'first');
    assert.equal(asOwn(world, 'init-db').code, 0);
    chmodSync(world.zone('paris', 'database', 'compta.sql.gz'), 0o600);
    const ran = asOwn(world, 'scan');
    assert.equal(ran.code, 3);
    assert.match(ran.out + ran.err, /compta\.sql\.gz/u);
    assert.deepEqual(statuses(world), ['paris/compta UNKNOWN 0', 'lyon/shop SUCCESS 1']);

    chmodSync(world.zone('paris', 'database', 'compta.sql.gz'), 0o640);
    chownSync(world.validated, 0, 0);
    const unwritable = asOwn(world, 'scan');
    assert.equal(unwritable.code, 3);
    assert.match(unwritable.out + unwritable.err, /permission/u);
    chownSync(world.validated, own, own);
    assert.equal(asOwn(world, 'scan').code, 0);
    assert.deepEqual(statuses(world), ['lyon/shop SUCCESS 1', 'paris/compta SUCCESS 1']);
  },
);

test('files and folders have the same modes whatever the umask', { skip }, () => {
  const seen = ['000', '077', '777'].map((mask) => {
    const world = givenAway();
    const end = Date.now() - 60 * minute;
    const masked = (...argv: string[]): number | null =>
      world.process(argv, {
        uid: own,
        gid: own,
        prefix: ['sh', '-c', `umask ${mask}; exec "$@"`, 'sh'],
      }).code;
    deposited(world, end, 'first');
    chmodSync(world.zone('paris', 'log'), 0o2770);
    assert.equal(masked('init-db'), 0, mask);
    assert.equal(masked('scan'), 0, mask);
    // Of another kind: held.
    world.deposit({
      endedAt: end + minute,
      content: Buffer.from('CREATE TABLE t (x int);\nINSERT INTO t VALUES (1);\n'),
    });
    assert.equal(masked('scan'), 1, mask);
    assert.equal(masked('init-db', '--reset', '--yes'), 0, mask);
    return listing(world.root).flatMap((line) => {
      const [type = '', mode = '', uid = '', path = ''] = line.split(' ');
      if (Number(uid) !== own || type === 'l') return [];
      return [
        `${type} ${mode} ${path.replaceAll(/\d{8}T\d{6}(?:\.\d+)?Z/gu, 'TIME').replace(/_[0-9a-f]{8}_/u, '_DIGEST_')}`,
      ];
    });
  });
  const [first = []] = seen;
  for (const other of seen) assert.deepEqual(other, first);
  const modeOf = (line: string): string => {
    const [type, , path = ''] = line.split(' ');
    // The setgid bit is that of the agent's folder.
    if (path.startsWith('deposits/')) return 'd 2750';
    if (type === 'd') return 'd 750';
    return path.startsWith('validated/') && !path.endsWith('.backupmon') ? 'f 440' : 'f 640';
  };
  assert.deepEqual(
    first.filter((line) => !line.startsWith(`${modeOf(line)} `)),
    [],
  );
  const paths = first.map((line) => line.split(' ')[2] ?? '');
  for (const made of [
    'deposits/paris/log/_archive',
    'state/backupmon.db-wal',
    'state/backupmon.db.lock',
    'state/backupmon.db.TIME.bak',
    'state/config-cache.json',
    'validated/.backupmon',
    'validated/.held/paris/compta/TIME/compta.sql.gz',
    'validated/paris/compta/TIME/SHA256SUMS',
  ])
    assert.ok(paths.includes(made), `${made} is not there: ${paths.join(', ')}`);
});

test(
  'a file that was sent again, and that may not be read, blocks its own job and no other of its agent',
  { skip },
  () => {
    const world = givenAway('');
    const both = (endedAt: number, crm: Buffer | string): void => {
      world.deposit({ database: 'crm', endedAt, content: crm });
      deposited(world, endedAt, `round ${endedAt}`);
    };
    writeFileSync(
      world.configFile,
      readFileSync(world.configFile, 'utf8').replace('[compta]', '[compta, crm]'),
    );
    const now = Date.now();
    both(now - 24 * 60 * minute, Buffer.from('<html>502 Bad Gateway</html>\n'));
    assert.equal(asOwn(world, 'init-db').code, 0);
    assert.equal(asOwn(world, 'scan').code, 2);
    // As mkstemp(3) makes it: for its owner only.
    const sent = world.deposit({
      database: 'crm',
      endedAt: now - 24 * 60 * minute,
      content: 'whole by now',
    });
    chownSync(sent.file, agentUser, own);
    chmodSync(sent.file, 0o600);
    deposited(world, now - minute, 'another round');
    chmodSync(sent.file, 0o600);
    const ran = asOwn(world, 'scan');
    assert.equal(ran.code, 3, ran.err);
    assert.match(ran.out, /crm/u);
    assert.doesNotMatch(ran.out, /compta/u);
    assert.ok(statuses(world).includes('paris/compta SUCCESS 2'), statuses(world).join('; '));
  },
);
