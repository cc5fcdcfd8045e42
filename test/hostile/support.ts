/**
 * A siege: paris is hijacked, lyon is not. Both have a good version already; what paris does next must cost neither of them
 * anything, lead to nothing outside paris's own folder, and be told with the right exit code.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import {
  day,
  dumpOf,
  hour,
  minute,
  World,
  type Deposit,
  type Ran,
  type Report,
} from '../support/world.ts';
import type { Meddling } from './meddler.ts';

export const withStrace =
  spawnSync('strace', ['-V']).status === 0 ? false : 'skipped, because strace is not installed';
export const onlyRoot =
  process.getuid?.() === 0 ? false : 'skipped, because only root can make what this is about';

export interface SiegeOptions {
  /** Top-level keys, a line each. */
  readonly top?: string;
  /** Default every 24h. */
  readonly schedule?: string;
  /** Default 0s. */
  readonly settle?: string;
  /** Further rules, as in a YAML flow: `, deposit: remove`. */
  readonly rules?: string;
  /** Further databases of paris, without any version yet. */
  readonly databases?: readonly string[];
  readonly deposits?: string;
}

export interface Outcome {
  readonly code: number;
  /** What the scan concluded about anything but lyon/shop: `paris/compta SUCCESS verified`. */
  readonly events: readonly string[];
  /** Further versions of paris/compta than the one from before; default none. */
  readonly published?: number;
  /** Versions of paris's other jobs; default none. */
  readonly publishedElsewhere?: number;
}

type Entry = Report['databases'][string];

const secretRow = 'nobody but its owner may read this';

/** Changes the entry of paris/compta in its report. */
export const entry = (change: (entry: Entry) => void): Pick<Deposit, 'change'> => ({
  change: (report) => {
    const own = Object.values(report.databases)[0];
    assert.ok(own !== undefined);
    change(own);
  },
});

/** Worlds as they are before a siege, by what is special about them: a copy is made faster than another one. */
const prepared = new Map<
  string,
  { readonly folder: string; readonly first: Buffer; readonly at: number }
>();
const parts = (world: World): readonly (readonly [name: string, folder: string])[] => [
  ['state', dirname(world.database)],
  ['deposits', world.deposits],
  ['validated', world.validated],
];
const YOUNG = 2 * minute;

/** Gives both agents a good version each, scanned at that time; returns the file of that of paris. */
async function withVersions(world: World, at: number, key: string): Promise<Buffer> {
  const known = prepared.get(key);
  const copying = { recursive: true, preserveTimestamps: true, verbatimSymlinks: true };
  if (known !== undefined && Math.abs(at - known.at) < YOUNG) {
    for (const [name, folder] of parts(world)) cpSync(join(known.folder, name), folder, copying);
    return known.first;
  }
  await world.ok(at - hour, 'init-db');
  await world.ok(at - hour, 'scan');
  const { bytes } = world.deposit({ endedAt: at - minute, content: 'from before' });
  world.deposit({ agent: 'lyon', database: 'shop', endedAt: at - minute, content: 'old' });
  assert.equal((await world.run(at, 'scan')).code, 0);
  const folder = mkdtempSync(join(tmpdir(), 'backupmon-siege-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  for (const [name, from] of parts(world)) cpSync(from, join(folder, name), copying);
  prepared.set(key, { folder, first: bytes, at });
  return bytes;
}

export class Siege {
  readonly world: World;
  readonly now: number;
  /** A whole dump outside paris's folder; a report that gives its size and hash turns any way to it into a false SUCCESS. */
  readonly secret: Buffer = gzipSync(dumpOf(secretRow));
  private readonly first: Buffer;
  private readonly secretPaths: string[] = [];
  private eventsBefore = 0;
  private shop: Buffer = Buffer.alloc(0);

  private constructor(world: World, now: number, first: Buffer) {
    this.world = world;
    this.now = now;
    this.first = first;
  }

  /** @param now the time of the first scan after this; the versions from before are a day older */
  static async begin(options: SiegeOptions = {}, now = Date.now()): Promise<Siege> {
    const { top = 'parallel: 1\n', schedule = 'every 24h', settle = '0s', rules = '' } = options;
    const { databases = [], deposits } = options;
    const world = new World(
      `${top}defaults: { schedule: ${JSON.stringify(schedule)}, settle: ${settle}, keep: 9, size_change: off${rules} }\nagents:\n  paris: { databases: [${['compta', ...databases].join(', ')}] }\n  lyon: { databases: [shop] }\n`,
      deposits === undefined ? {} : { deposits },
    );
    const first = await withVersions(world, now - day - hour, JSON.stringify(options));
    const siege = new Siege(world, now, first);
    siege.eventsBefore = world.events().length;
    siege.shop = world.deposit({ agent: 'lyon', database: 'shop', endedAt: now - minute }).bytes;
    return siege;
  }

  /** Puts the secret somewhere outside paris's folder; returns the path. */
  hide(...path: string[]): string {
    const file = join(this.world.root, ...path);
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, this.secret);
    this.secretPaths.push(file);
    return file;
  }

  /** A report of paris/compta that describes the secret; the file itself is left to the test. */
  claimSecret(deposit: Partial<Deposit> = {}): { readonly report: string; readonly file: string } {
    return this.deposit({ content: secretRow, bytes: null, ...deposit });
  }

  deposit(deposit: Partial<Deposit> = {}): ReturnType<World['deposit']> {
    return this.world.deposit({ endedAt: this.now - minute, ...deposit });
  }

  /** The real program, which must end by itself within half a minute. Under strace no secret may be opened. */
  scan(meddlings: readonly Meddling[] = [], argv: readonly string[] = ['scan', '--json']): Ran {
    const traced = withStrace === false && this.secretPaths.length > 0;
    const log = join(this.world.root, 'strace');
    const strace = [
      'strace',
      '-f',
      '-y',
      '--seccomp-bpf',
      '-o',
      log,
      '-e',
      'trace=open,openat,openat2',
    ];
    const ran = this.world.process(argv, {
      prefix: ['timeout', '30', ...(traced ? strace : [])],
      env: meddlings.length === 0 ? {} : meddlerEnv(meddlings),
    });
    assert.doesNotMatch(ran.err, /meddler:/u);
    if (traced) {
      const opened = readFileSync(log, 'utf8');
      assert.match(opened, /= \d+<.*config\.yaml>/u, 'strace says what was opened');
      for (const path of this.secretPaths)
        assert.ok(!opened.includes(`<${path}>`), `${path} was opened`);
    }
    return ran;
  }

  /** The same in this process, where it is only about what comes next. */
  async look(later = 0): Promise<Ran> {
    return this.world.run(Date.now() + later, 'scan', '--json');
  }

  /** What the scan concluded about anything but lyon/shop. */
  events(): string[] {
    return this.world
      .events()
      .slice(this.eventsBefore)
      .filter((event) => !event.startsWith('lyon/shop '));
  }

  /** The general line: everybody else is judged, nothing is lost, nothing leaks, the exit code tells the truth. */
  holds(ran: Ran, { code, events, published = 0, publishedElsewhere = 0 }: Outcome): void {
    const { world } = this;
    const told = ran.code === 3 ? ran.err + ran.out : ran.err;
    assert.deepEqual([ran.code, this.events().toSorted()], [code, events.toSorted()], told);
    assert.deepEqual(
      world
        .events()
        .slice(this.eventsBefore)
        .filter((event) => event.startsWith('lyon/shop ')),
      ['lyon/shop SUCCESS verified'],
    );
    assert.deepEqual(readFileSync(world.tree('lyon/shop/current/shop.sql.gz')), this.shop);
    assert.equal(world.versions('lyon/shop').length, 2);
    const [oldest = '', ...newer] = world.versions('paris/compta');
    assert.deepEqual(readFileSync(world.tree('paris/compta', oldest, 'compta.sql.gz')), this.first);
    assert.equal(newer.length, published);
    assert.equal(world.verify(), 3 + published + publishedElsewhere);
    assert.deepEqual(readdirSync(world.tree('.incoming')), []);
    this.keepsSecret(ran);
  }

  /** The secret is nowhere in what the program wrote or said. */
  private keepsSecret(ran: Ran): void {
    const { world } = this;
    const said = Buffer.from(ran.out + ran.err);
    const written = [world.validated, dirname(world.database)].flatMap((folder) =>
      readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((found) => found.isFile())
        .map((found) => join(found.parentPath, found.name)),
    );
    assert.ok(written.length > 4);
    for (const bytes of [said, ...written.map((path) => readFileSync(path))])
      assert.ok(!bytes.includes(secretRow) && !bytes.includes(this.secret));
  }
}

export const meddlerEnv = (meddlings: readonly Meddling[]): Record<string, string> => ({
  NODE_OPTIONS: `--import=${new URL('meddler.ts', import.meta.url).href}`,
  MEDDLINGS: JSON.stringify(meddlings),
});

/** Every file below a folder with what would tell that it was touched; links and folders as such. */
export function snapshot(folder: string): ReadonlyMap<string, string> {
  const { stdout } = spawnSync(
    'find',
    [
      folder,
      '-printf',
      '%P %y %i %s %n %l ',
      '-type',
      'd',
      '-printf',
      '\n',
      '-o',
      '-printf',
      '%T@ %C@\n',
    ],
    { encoding: 'utf8' },
  );
  return new Map(
    stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' '))]),
  );
}
