/**
 * Real dumps by the real tools, whole and damaged in every way, each deposited with a checksum that agrees with the damaged bytes: no
 * damage to the transfer, so only looking inside can tell. What each degree of verification sees is printed as the table of
 * docs/verification.md.
 */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { damages, type Damage } from '../support/damage.ts';
import { cannotRunMariaDb, MariaDb } from '../support/mariadb.ts';
import { cannotRunPostgres, Postgres, postgresPrograms } from '../support/postgres.ts';
import {
  cannotRun,
  fillMariaDb,
  fillPostgres,
  fillSqlite,
  isInstalled,
  mariadbDumps,
  packers,
  postgresDumps,
  sqliteDumps,
  tool,
  type Dump,
  type Packer,
} from '../support/real-dumps.ts';
import { sha256, World } from '../support/world.ts';

const missingPacker = packers.find(
  ({ name }) => !isInstalled(name.split(' ')[0] ?? '') && name !== 'not compressed',
);
const skip =
  [
    cannotRunPostgres,
    cannotRunMariaDb,
    cannotRun('sqlite3'),
    missingPacker !== undefined && `skipped, because ${missingPacker.name} is not installed`,
  ].find((reason) => reason !== false) ?? false;

/** Dumps that are packed in every way; the others are only packed with gzip, or left as the tool made them. */
const packedByAll = new Set(['pg_dump', 'mariadb-dump']);
const leftAsTheyAre = new Set([
  'pg_dump -Fc',
  'pg_dump -Fc -Z0',
  'pg_dump -Ft',
  'pg_dump -Fd, in a tar',
]);

interface Case {
  readonly id: string;
  readonly dump: Dump;
  readonly packer: Packer;
  readonly damage: Damage | null;
  readonly file: Buffer;
  /** Of the undamaged file. */
  readonly usualSize: number;
}

const fileName = ({ id, dump, packer }: Case): string => `${id}.${dump.suffix}${packer.suffix}`;

function casesOf(dumps: readonly Dump[]): Case[] {
  const cases: Case[] = [];
  for (const dump of dumps) {
    const own = packers.filter(
      ({ name }) =>
        packedByAll.has(dump.name) ||
        (leftAsTheyAre.has(dump.name) && name === 'not compressed') ||
        name === 'gzip',
    );
    for (const packer of own) {
      const whole = packer.pack(dump.bytes);
      for (const damage of [null, ...damages]) {
        const seed = cases.length;
        const file =
          damage === null
            ? whole
            : damage.of === 'file'
              ? damage.apply(whole, seed)
              : packer.pack(damage.apply(dump.bytes, seed));
        const id = `c${String(seed).padStart(4, '0')}`;
        cases.push({ id, dump, packer, damage, file, usualSize: whole.length });
      }
    }
  }
  return cases;
}

/** Damage that leaves every byte of the dump as it was, such as a bit of the time in gzip's header, or a line end at the end of a text. */
function isHarmless({ packer, dump, file, damage }: Case): boolean {
  if (packer.name === 'not compressed')
    return dump.suffix === 'sql' && damage?.name === 'last byte missing';
  const program = packer.name.split(' ')[0] ?? '';
  try {
    return tool(program, ['-dc'], file).equals(dump.bytes);
  } catch {
    return false;
  }
}

/** Formats that carry no checksum of their own: a bit more or less in a row of data is another row, and nobody can tell. */
function cannotBeSeen({ packer, dump, damage }: Case): boolean {
  if (packer.name !== 'not compressed')
    return dump.name === 'mariadb-dump --compact' && damage?.of === 'dump';
  if (damage?.name.startsWith('one bit') === true) return true;
  return (
    damage?.name === '512 zeros in the middle' && !/^pg_dump$|--|^pg_dumpall|-Fc$/u.test(dump.name)
  );
}

interface Event {
  readonly database: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
  readonly assurance: string | null;
}

/** Deposits all cases in one report, with or without what the agent knew of the dump before it compressed it. */
function deposit(world: World, cases: readonly Case[], claims: boolean): void {
  mkdirSync(world.zone('lab', 'database'), { recursive: true });
  mkdirSync(world.zone('lab', 'log'), { recursive: true });
  const databases = Object.fromEntries(
    cases.map((one) => {
      writeFileSync(world.zone('lab', 'database', fileName(one)), one.file);
      const sent = { status: true, size: one.file.length, sha256: sha256(one.file) };
      const { bytes } = one.dump;
      const known = claims ? { size: bytes.length, sha256: sha256(bytes) } : {};
      const packed = one.packer.name !== 'not compressed';
      const stages = packed
        ? { BACKUP: { status: true, ...known }, COMPRESS: sent }
        : { BACKUP: sent };
      return [one.id, { ...stages, TRANSFER: { status: true }, staged_file_name: fileName(one) }];
    }),
  );
  const end = new Date(Date.now() - 3_600_000).toISOString();
  writeFileSync(
    world.zone('lab', 'log', 'STATUS.json'),
    JSON.stringify({ agent_id: 'lab', operation_end_time: end, databases }),
  );
}

function judgeAll(cases: readonly Case[], verify: string, claims: boolean): Map<string, Event> {
  const world = new World(
    `defaults: { schedule: every 30d, settle: 0s, verify: ${verify} }\n` +
      `agents: { lab: { databases: [${cases.map(({ id }) => id).join(', ')}] } }\n`,
  );
  deposit(world, cases, claims);
  const made = world.process(['init-db']);
  assert.equal(made.code, 0, made.err);
  const { out, err, code } = world.process(['scan', '--json']);
  assert.notEqual(code, 3, err);
  const { events } = JSON.parse(out) as { events: Event[] };
  world.remove();
  return new Map(events.map((event) => [event.database, event]));
}

const isSeen = (event: Event | undefined): boolean => event?.status !== 'SUCCESS';

/** Whether the usual means would notice. */
const usual: Readonly<Record<string, (one: Case, path: string) => boolean>> = {
  'gzip -t, zstd -t, …': ({ packer }, path) => !packer.test(path),
  'pg_restore --list': ({ dump, packer }, path) => {
    if (
      !dump.name.startsWith('pg_dump -F') ||
      packer.name !== 'not compressed' ||
      dump.name.includes('-Fd')
    )
      return false;
    try {
      tool(`${postgresPrograms}/pg_restore`, ['--list', path]);
      return false;
    } catch {
      return true;
    }
  },
  'size within 50 %': ({ file, usualSize }) => Math.abs(file.length - usualSize) > usualSize / 2,
};

describe('damaged dumps with the right checksum', { skip }, () => {
  let postgres: Postgres;
  let mariadb: MariaDb;
  let cases: Case[];
  const seen: Record<string, Map<string, Event>> = {};

  before(() => {
    postgres = new Postgres();
    mariadb = new MariaDb();
    fillPostgres(postgres);
    fillMariaDb(mariadb);
    const file = join(mkdtempSync(join(tmpdir(), 'backupmon-damage-')), 'shop.db');
    fillSqlite(file);
    cases = casesOf([...postgresDumps(postgres), ...mariadbDumps(mariadb), ...sqliteDumps(file)]);
    rmSync(dirname(file), { recursive: true });
    for (const verify of ['intact', 'readable', 'complete'])
      seen[verify] = judgeAll(cases, verify, false);
    seen['complete, with the size and SHA-256 of BACKUP'] = judgeAll(cases, 'complete', true);
  });
  after(() => {
    postgres.stop();
    mariadb.stop();
  });

  const told = (one: Case, verify = 'complete'): string => {
    const event = seen[verify]?.get(one.id);
    return `${one.dump.name} | ${one.packer.name} | ${one.damage?.name ?? 'undamaged'}: ${event?.status} ${event?.reason} (${event?.message})`;
  };

  it('no undamaged dump is refused, and each is proved as far as it can be', () => {
    for (const one of cases.filter(({ damage }) => damage === null)) {
      for (const [verify, events] of Object.entries(seen)) {
        const event = events.get(one.id);
        const asked = verify.split(',')[0];
        const proved =
          asked === 'complete' && one.dump.name.endsWith('--compact') ? 'readable' : asked;
        assert.equal(event?.status, 'SUCCESS', told(one, verify));
        assert.equal(event?.assurance, proved, told(one, verify));
      }
    }
  });

  it('every damage that can be seen at all is seen', () => {
    const missed = cases.filter(
      (one) =>
        one.damage !== null &&
        !isSeen(seen['complete']?.get(one.id)) &&
        !cannotBeSeen(one) &&
        !isHarmless(one),
    );
    assert.deepEqual(
      missed.map((one) => told(one)),
      [],
    );
  });

  it('with the hash of the dump before compression nothing at all slips through', () => {
    const claims = 'complete, with the size and SHA-256 of BACKUP';
    const missed = cases.filter(
      (one) =>
        one.damage !== null &&
        one.packer.name !== 'not compressed' &&
        !isSeen(seen[claims]?.get(one.id)) &&
        !isHarmless(one),
    );
    assert.deepEqual(
      missed.map((one) => told(one, claims)),
      [],
    );
  });

  it('what the stream alone shows is seen by `readable` too', () => {
    const streams = cases.filter(
      ({ damage, packer }) => damage?.of === 'file' && packer.name !== 'not compressed',
    );
    const missed = streams.filter(
      (one) => !isSeen(seen['readable']?.get(one.id)) && !isHarmless(one),
    );
    assert.deepEqual(
      missed.map((one) => told(one, 'readable')),
      [],
    );
  });

  it('the table', (test) => {
    const folder = new World('agents: {}\n');
    const paths = new Map(
      cases.map((one) => {
        const path = `${folder.root}/${fileName(one)}`;
        writeFileSync(path, one.file);
        return [one.id, path];
      }),
    );
    const checks: Record<string, (one: Case) => boolean> = {
      ...Object.fromEntries(
        Object.entries(usual).map(([name, check]) => [
          name,
          (one: Case) => check(one, paths.get(one.id) ?? ''),
        ]),
      ),
      ...Object.fromEntries(
        Object.entries(seen).map(([name, events]) => [
          `\`${name.split(',')[0]}\`${name.slice(name.split(',')[0]?.length)}`,
          (one: Case) => isSeen(events.get(one.id)),
        ]),
      ),
    };
    const row = (name: string, own: readonly Case[]): string => {
      const cells = Object.values(checks).map((check) =>
        String(own.filter((one) => check(one)).length),
      );
      return `| ${[name, String(own.length), ...cells].join(' | ')} |`;
    };
    const lines = [
      `| damage | files | ${Object.keys(checks).join(' | ')} |`,
      `| --- ${'| ---: '.repeat(1 + Object.keys(checks).length)}|`,
      row(
        'none',
        cases.filter(({ damage }) => damage === null),
      ),
      ...damages.map(({ name }) =>
        row(
          name,
          cases.filter(({ damage }) => damage?.name === name),
        ),
      ),
    ];
    for (const line of lines) test.diagnostic(line);
  });
});
