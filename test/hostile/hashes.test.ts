/** Case 16: what agents send where a SHA-256 should stand. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dumpOf, type Report, type World } from '../support/world.ts';
import { eventOf, neighbours, promotedToday, scanned, today } from './neighbours.ts';

type Entry = Report['databases'][string];

interface Place {
  readonly name: string;
  readonly stage: 'BACKUP' | 'COMPRESS';
  /** Without COMPRESS the dump travels as it is, and BACKUP describes the file. */
  readonly compressed: boolean;
}

const places: readonly Place[] = [
  { name: 'file', stage: 'COMPRESS', compressed: true },
  { name: 'plain', stage: 'BACKUP', compressed: false },
  { name: 'raw', stage: 'BACKUP', compressed: true },
];

const noHash = /no SHA-256 \(64 hexadecimal digits\)/u;
const nothing = /gives no SHA-256 of the file/u;

/** What is sent instead of a good SHA-256; undefined leaves the member out. `fault`: what is said, null where it is understood. */
const forms: readonly {
  readonly name: string;
  readonly send: (sha256: string) => unknown;
  readonly fault: RegExp | null;
}[] = [
  { name: 'upper case', send: (good) => good.toUpperCase(), fault: null },
  { name: 'spaces around it', send: (good) => ` \t${good}\r\n `, fault: null },
  { name: 'spaces in it', send: (good) => good.replaceAll(/.{8}/gu, '$& ').trim(), fault: noHash },
  { name: 'spaces only', send: () => '   ', fault: noHash },
  { name: 'an MD5', send: () => 'd41d8cd98f00b204e9800998ecf8427e', fault: noHash },
  { name: 'empty', send: () => '', fault: nothing },
  { name: 'null', send: () => null, fault: nothing },
  { name: 'absent', send: () => undefined, fault: nothing },
];

interface Case {
  readonly database: string;
  readonly place: Place;
  readonly form: (typeof forms)[number];
  /** What is said of it, or null where it is promoted. */
  readonly fault: RegExp | null;
}

const cases: readonly Case[] = places.flatMap((place) =>
  forms.map((form, index): Case => {
    // Of the dump before compression nothing need be said; what is said must be readable.
    const fault = place.name === 'raw' && form.fault === nothing ? null : form.fault;
    return { database: `${place.name}${index}`, place, form, fault };
  }),
);

const fileOf = ({ database, place }: Case): string =>
  `${database}.sql${place.compressed ? '.gz' : ''}`;

function deposit(world: World, one: Case): void {
  const { database, place, form } = one;
  const change = (report: Report): void => {
    const entry = report.databases[database] as Entry;
    if (!place.compressed) Reflect.deleteProperty(entry, 'COMPRESS');
    entry[place.stage].sha256 = form.send(String(entry[place.stage].sha256));
  };
  const plain = Buffer.from(dumpOf(database));
  world.deposit({
    database,
    endedAt: today(),
    content: plain,
    file: fileOf(one),
    change,
    ...(!place.compressed && { bytes: plain }),
  });
}

const world = await neighbours(cases.map(({ database }) => database));
for (const one of cases) deposit(world, one);
const { ran, events } = scanned(world);

for (const { database, place, form, fault } of cases) {
  const where = `${place.stage}'s SHA-256, ${place.compressed ? '' : 'without COMPRESS, '}${form.name}`;
  test(`case 16: ${where}: ${fault === null ? 'understood' : 'not verifiable'}`, () => {
    const { status, reason, message } = eventOf(events, `paris/${database}`);
    if (fault === null) {
      assert.deepEqual([status, reason], ['SUCCESS', 'verified'], message);
      return;
    }
    assert.deepEqual([status, reason], ['TRANSFER_INTEGRITY_FAILED', 'not_verifiable'], message);
    assert.match(message, fault);
  });
}

test('case 16: what is not verifiable is not promoted; everything else is, the neighbour too, and the exit code is 2', () => {
  const good = cases.filter(({ fault }) => fault === null).map(({ database }) => database);
  assert.deepEqual(
    promotedToday(world),
    ['lyon/shop', ...good.map((database) => `paris/${database}`)].toSorted(),
  );
  assert.deepEqual([ran.code, ran.err], [2, '']);
  const recorded = world.sql<{ sha256: string }>('select sha256 from versions');
  for (const { sha256 } of recorded) assert.match(sha256, /^[0-9a-f]{64}$/u);
});

test('case 16: no promotion by hand, --force or not, makes up for a SHA-256', async () => {
  const promoted = promotedToday(world);
  for (const one of cases.filter(({ fault }) => fault !== null)) {
    for (const force of [[], ['--force']]) {
      const argv = ['promote', `paris/${one.database}`, fileOf(one), ...force];
      const refused = await world.run(Date.now(), ...argv);
      assert.equal(refused.code, 2, refused.err);
      assert.match(refused.err, /SHA-256/u);
    }
  }
  assert.deepEqual(promotedToday(world), promoted);
});
