/** The lines of docs/security.md for authorized_keys, with a real sshd and rrsync: what an agent can do with its key, and what it cannot. */
import assert from 'node:assert/strict';
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  utimesSync,
} from 'node:fs';
import { test, type TestContext } from 'node:test';
import { cannotServe, serve, type Server } from '../support/sshd.ts';
import { minute, World, type Ran } from '../support/world.ts';

const skip = cannotServe();

/** What docs/security.md recommends, the deposits of the world in the place of its own. */
function recommended(world: World): Record<string, string> {
  const text = readFileSync(new URL('../../docs/security.md', import.meta.url), 'utf8');
  const lines = [...text.matchAll(/^(restrict,command="rrsync .*?") ssh-ed25519 \S+ (\w+)$/gmu)];
  return Object.fromEntries(
    lines.map(([, line = '', agent = '']) => [
      agent,
      line.replace('/mnt/agent_deposits', world.deposits),
    ]),
  );
}

/** The command of docs/security.md that sends a file and its report. */
function commandsOf(agent: 'paris' | 'lyon'): [string[], string[]] {
  const text = readFileSync(new URL('../../docs/security.md', import.meta.url), 'utf8');
  const [, after = ''] = text.split(`** (${agent}):`);
  const [, first = '', second = ''] = /```sh\nrsync (.*) && rsync (.*)\n/u.exec(after) ?? [];
  return [first.split(' '), second.split(' ')];
}

interface Site {
  readonly world: World;
  readonly server: Server;
  /** The agent's own machine: what it sends lies there. */
  readonly machine: string;
  /** A round of an agent's, made on its machine and sent as docs/security.md says. */
  readonly send: (agent: 'paris' | 'lyon', minutesAgo: number, content?: string) => void;
}

async function site(context: TestContext): Promise<Site> {
  const world = new World(
    `defaults: { schedule: every 24h, settle: 0s, keep: 3 }
agents:
  paris: { databases: [compta] }
  lyon: { databases: [shop] }
`,
  );
  chmodSync(world.root, 0o711);
  const server = await serve(context, `${world.root}/sshd`, recommended(world));
  for (const agent of ['paris', 'lyon'])
    for (const name of ['', 'log', 'database']) {
      mkdirSync(world.zone(agent, name), { recursive: true, mode: 0o750 });
      chownSync(world.zone(agent, name), server.uid(agent), 0);
    }
  const machine = `${world.root}/machine`;
  const send = (agent: 'paris' | 'lyon', minutesAgo: number, content?: string): void => {
    const database = agent === 'paris' ? 'compta' : 'shop';
    const endedAt = Date.now() - minutesAgo * minute;
    const commands = commandsOf(agent);
    // The names of the commands, and with names that never repeat another one each time.
    const [file = '', report = ''] = commands.map((words) =>
      (words.find((word) => /\.(?:gz|json)$/u.test(word)) ?? '').replace(
        '20260620T183735Z',
        String(endedAt),
      ),
    );
    const made = world.deposit({
      agent: `../machine/${agent}`,
      database,
      endedAt,
      file,
      report,
      ...(content !== undefined && { content }),
      change: (written) => {
        written.agent_id = agent;
      },
    });
    // rsync takes a file of the same size and second for the same: these rounds last less than that.
    for (const path of [made.file, made.report]) utimesSync(path, endedAt / 1000, endedAt / 1000);
    for (const [words, source, name] of [
      [commands[0], made.file, file],
      [commands[1], made.report, report],
    ] as const) {
      const argv = words.map((word) => (/\.(?:gz|json)$/u.test(word) ? source : word));
      const ran = server.rsync(agent, ...argv);
      assert.equal(ran.code, 0, `${name}: ${ran.err}`);
    }
  };
  return { world, server, machine, send };
}

test('both lines let an agent send, round after round', { skip }, async (context) => {
  const { world, send } = await site(context);
  assert.equal(world.process(['init-db']).code, 0);
  for (const [round, ago] of [50 * 60, 26 * 60, 60].entries()) {
    send('paris', ago, `round ${round}`);
    send('lyon', ago, `round ${round}`);
    const ran = world.process(['scan']);
    assert.deepEqual([ran.code, ran.err], [0, '']);
  }
  assert.deepEqual(readdirSync(world.zone('paris', 'database')), ['compta.sql.gz']);
  assert.equal(readdirSync(world.zone('lyon', 'database')).length, 3);
  assert.equal(world.versions('paris/compta').length, 3);
  assert.equal(world.versions('lyon/shop').length, 3);
  assert.equal(world.verify(), 6);
});

test(
  'neither line lets an agent read, delete, run, forward, or leave its folder',
  { skip },
  async (context) => {
    const { world, server, send, machine } = await site(context);
    send('paris', 60);
    send('lyon', 60);
    writeFileSync(`${world.root}/canary`, 'canary');
    mkdirSync(`${machine}/empty`);
    const before = (agent: string): string[] => readdirSync(world.zone(agent, 'database'));
    const lying = [before('paris'), before('lyon')];
    for (const [agent, other] of [
      ['paris', 'lyon'],
      ['lyon', 'paris'],
    ] as const) {
      const own = `${machine}/${agent}/database/`;
      const refused = (ran: Ran, what: string): void =>
        assert.notEqual(ran.code, 0, `${agent}: ${what}: ${ran.out}`);
      refused(server.rsync(agent, 'server:database/', `${world.root}/stolen/`), 'reading back');
      const deleting = server.rsync(
        agent,
        '-r',
        '--delete',
        `${machine}/empty/`,
        'server:database/',
      );
      assert.match(deleting.err, /option --delete has been disabled/u);
      refused(
        server.rsync(
          agent,
          '-r',
          '--remove-source-files',
          'server:database/',
          `${world.root}/stolen/`,
        ),
        'removing what was read',
      );
      refused(
        server.rsync(agent, '-r', own, `server:../${other}/database/`),
        'the folder of another agent',
      );
      refused(
        server.rsync(agent, '-r', own, `server:log/../../${other}/log/`),
        'a way round to it',
      );
      refused(server.ssh(agent, 'id'), 'a command');
      refused(server.ssh(agent, 'rsync', '--server', '--daemon', '.'), 'a daemon');
      refused(
        server.ssh(agent, 'rsync --server -logDtpre.iLsfxC . .; cat canary'),
        'a second command',
      );
      refused(server.ssh(agent), 'a shell');
      refused(
        server.ssh(
          agent,
          '-S',
          'none',
          '-N',
          '-o',
          'ExitOnForwardFailure=yes',
          '-R',
          '0:127.0.0.1:1',
        ),
        'forwarding',
      );
      // An absolute path is taken for one inside of the folder.
      server.rsync(agent, '-r', own, `server:${world.root}/escaped/`);
      server.rsync(
        agent,
        '-r',
        '--backup',
        `--backup-dir=${world.root}/escaped`,
        own,
        'server:database/',
      );
      server.rsync(agent, '-r', `--temp-dir=${world.root}/escaped`, own, 'server:database/');
      server.rsync(agent, '-r', `-M--log-file=${world.root}/escaped`, own, 'server:database/');
    }
    assert.deepEqual([before('paris'), before('lyon')], lying);
    for (const name of ['stolen', 'escaped']) assert.ok(!existsSync(`${world.root}/${name}`), name);
    assert.equal(readFileSync(`${world.root}/canary`, 'utf8'), 'canary');
    assert.equal(world.process(['init-db']).code, 0);
    assert.equal(world.process(['scan']).code, 0);
    assert.equal(world.verify(), 2);
  },
);

test(
  'what rrsync leaves open, a second link to what was sent, is told',
  { skip },
  async (context) => {
    const { world, server, send, machine } = await site(context);
    send('lyon', 60);
    send('paris', 60);
    const [shop = ''] = readdirSync(world.zone('lyon', 'database'));
    const source = `${machine}/lyon/database/${shop}`;
    const ran = server.rsync('lyon', '-t', '--link-dest=/database/', source, 'server:other/');
    assert.equal(ran.code, 0, ran.err);
    assert.equal(lstatSync(world.zone('lyon', 'database', shop)).nlink, 2);
    assert.equal(world.process(['init-db']).code, 0);
    assert.equal(world.process(['scan']).code, 2);
    assert.deepEqual(world.events().toSorted(), [
      'lyon/shop TRANSFER_INTEGRITY_FAILED unsafe_file',
      'paris/compta SUCCESS verified',
    ]);
  },
);

test('links that an agent sends lead nowhere, and are refused', { skip }, async (context) => {
  const { world, server, send, machine } = await site(context);
  send('lyon', 60);
  send('paris', 60);
  const file = `${machine}/paris/database/compta.sql.gz`;
  renameSync(file, `${file}.real`);
  const victim = world.zone(
    'lyon',
    'database',
    readdirSync(world.zone('lyon', 'database'))[0] ?? '',
  );
  symlinkSync(victim, file);
  const ran = server.rsync('paris', '-l', file, 'server:database/');
  assert.equal(ran.code, 0, ran.err);
  const arrived = world.zone('paris', 'database', 'compta.sql.gz');
  assert.ok(lstatSync(arrived).isSymbolicLink());
  assert.match(readlinkSync(arrived), /^\/rsyncd-munged\//u);
  assert.equal(world.process(['init-db']).code, 0);
  assert.equal(world.process(['scan']).code, 2);
  assert.deepEqual(world.events().toSorted(), [
    'lyon/shop SUCCESS verified',
    'paris/compta TRANSFER_INTEGRITY_FAILED unsafe_file',
  ]);
});

test(
  'fixed names: what was promoted stays when the agent replaces its file; names that never repeat: nothing can be replaced',
  { skip },
  async (context) => {
    const { world, server, send } = await site(context);
    send('paris', 60);
    send('lyon', 60);
    const [shop = ''] = readdirSync(world.zone('lyon', 'database'));
    const sent = readFileSync(world.zone('lyon', 'database', shop));
    assert.equal(world.process(['init-db']).code, 0);
    assert.equal(world.process(['scan']).code, 0);
    const rubbish = `${world.root}/rubbish`;
    mkdirSync(rubbish);
    for (const [agent, name] of [
      ['paris', 'compta.sql.gz'],
      ['lyon', shop],
    ] as const) {
      writeFileSync(`${rubbish}/${name}`, 'rubbish');
      for (const how of ['-t', '--inplace', '--append', '--ignore-times'])
        server.rsync(agent, how, `${rubbish}/${name}`, 'server:database/');
      rmSync(`${rubbish}/${name}`);
    }
    assert.equal(
      readFileSync(world.zone('paris', 'database', 'compta.sql.gz'), 'utf8').slice(-7),
      'rubbish',
    );
    assert.deepEqual(readFileSync(world.zone('lyon', 'database', shop)), sent);
    assert.equal(world.process(['scan']).code, 0);
    assert.equal(world.verify(), 2);
  },
);
