/** End times from the future, from 1970 and 9999, without a zone, and in the hours that clocks skip or repeat. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { at, day, hour, minute } from '../support/world.ts';
import { Siege } from './support.ts';

/** Nothing is overdue yet, whatever becomes of a report. */
const patient = { rules: ', grace: 12h' };
const noon = at('2026-06-20T12:00:00Z');
const good = (database: string): string => `paris/${database} SUCCESS verified`;

/** A report of a database of its own that ends at that time, as it is written there. */
function ending(siege: Siege, database: string, end: unknown): string {
  const made = siege.deposit({
    database,
    content: database,
    report: `${database}.json`,
    change: (report) => {
      report.operation_end_time = end;
    },
  });
  return made.report;
}

test('case 14: an end time in the future waits for its time, is told from 5 minutes on, and refused from 24 hours on', async () => {
  const ahead = { soon: 5 * minute, later: 5 * minute + 1, tomorrow: 24 * hour, next: 25 * hour };
  const siege = await Siege.begin({ ...patient, databases: Object.keys(ahead) }, noon);
  const { world } = siege;
  const reports = Object.entries(ahead).map(([database, span]) =>
    ending(siege, database, new Date(noon + span).toISOString()),
  );
  const skewed = 'paris REPORT_REFUSED clock_skew';
  siege.holds(await world.run(noon, 'scan'), { code: 1, events: [skewed] });
  siege.holds(await world.run(noon + 4 * minute, 'scan'), { code: 0, events: [skewed] });
  assert.deepEqual(
    reports.map((path) => existsSync(path)),
    [true, true, true, true],
  );
  assert.deepEqual(
    world.sql(
      'select name, refused_reason from reports where refused_reason is not null order by name',
    ),
    ['later.json', 'next.json', 'tomorrow.json'].map((name) => ({
      name,
      refused_reason: 'clock_skew',
    })),
  );
  siege.holds(await world.run(noon + 6 * minute, 'scan'), {
    code: 0,
    events: [skewed, good('soon'), good('later')],
    publishedElsewhere: 2,
  });
  assert.deepEqual(
    reports.map((path) => existsSync(path)),
    [false, false, true, true],
  );
});

const refused: Readonly<Record<string, readonly [end: unknown, reason: string]>> = {
  year_9999: ['9999-12-31T23:59:59Z', 'clock_skew'],
  year_9999_west: ['9999-12-31T23:59:59-01:00', 'bad_time'],
  year_10000: ['10000-01-01T00:00:00Z', 'bad_time'],
  year_long: ['+275760-09-13T00:00:00Z', 'bad_time'],
  year_1969: ['1969-12-31T23:59:59Z', 'bad_time'],
  year_zero: ['0000-00-00 00:00:00', 'bad_time'],
  no_such_day: ['2026-02-30T12:00:00Z', 'bad_time'],
  no_such_month: ['2026-13-01T12:00:00Z', 'bad_time'],
  hour_24: ['2026-06-19T24:00:00Z', 'bad_time'],
  leap_second: ['2026-06-19T23:59:60Z', 'bad_time'],
  far_offset: ['2026-06-20T12:00:00+24:00', 'bad_time'],
  date_only: ['2026-06-20', 'bad_time'],
  seconds: [1_781_956_800, 'bad_time'],
  seconds_text: ['1781956800', 'bad_time'],
  zero: [0, 'bad_time'],
  words: ['yesterday', 'bad_time'],
  long: [`2026-06-20T11:00:00.${'0'.repeat(100)}Z`, 'bad_time'],
};

test('case 14: the year 9999 and times that are none are refused with the reason, and stay', async () => {
  const siege = await Siege.begin({ ...patient, databases: Object.keys(refused) }, noon);
  const { world } = siege;
  const reports = Object.entries(refused).map(([database, [end]]) => ending(siege, database, end));
  siege.holds(await world.run(noon, 'scan'), {
    code: 1,
    events: ['paris REPORT_REFUSED bad_time', 'paris REPORT_REFUSED clock_skew'],
  });
  assert.deepEqual(
    world
      .sql<{ name: string; reason: string }>(
        'select name, refused_reason as reason from reports where refused_reason is not null',
      )
      .map(({ name, reason }) => `${name} ${reason}`)
      .toSorted(),
    Object.entries(refused)
      .map(([name, [, reason]]) => `${name}.json ${reason}`)
      .toSorted(),
  );
  for (const path of reports) assert.ok(existsSync(path), path);
  // Told once.
  assert.deepEqual(await world.run(noon + minute, 'scan'), { code: 0, out: '', err: '' });
});

/** What the clock shows, and the instant that is meant. */
const understood: Readonly<
  Record<string, { now: string; times: Readonly<Record<string, readonly [string, string]>> }>
> = {
  'without zone, read in that of the agent': {
    now: '2026-06-20T12:00:00Z',
    times: {
      local: ['2026-06-20T13:30:00', '2026-06-20T11:30:00.000Z'],
      space: ['2026-06-20 13:30:00', '2026-06-20T11:30:00.000Z'],
      fraction: ['2026-06-20T13:30:00,123456', '2026-06-20T11:30:00.123Z'],
      minutes: ['2026-06-20T13:30', '2026-06-20T11:30:00.000Z'],
      zulu: ['2026-06-20T11:30:00z', '2026-06-20T11:30:00.000Z'],
      east: ['2026-06-21T01:30:00+14:00', '2026-06-20T11:30:00.000Z'],
      west: ['2026-06-19T23:30:00-1200', '2026-06-20T11:30:00.000Z'],
    },
  },
  'in the hour that clocks skip in spring, which ends where the hour does': {
    now: '2026-03-29T12:00:00Z',
    times: {
      before: ['2026-03-29T01:59:59', '2026-03-29T00:59:59.000Z'],
      first: ['2026-03-29T02:00:00', '2026-03-29T01:00:00.000Z'],
      skipped: ['2026-03-29T02:30:00', '2026-03-29T01:00:00.000Z'],
      after: ['2026-03-29T03:00:00', '2026-03-29T01:00:00.000Z'],
      offset: ['2026-03-29T02:30:00+01:00', '2026-03-29T01:30:00.000Z'],
    },
  },
  'in the hour that clocks repeat in autumn, which means the first time': {
    now: '2026-10-25T12:00:00Z',
    times: {
      before: ['2026-10-25T01:59:59', '2026-10-24T23:59:59.000Z'],
      twice: ['2026-10-25T02:30:00', '2026-10-25T00:30:00.000Z'],
      summer: ['2026-10-25T02:30:00+02:00', '2026-10-25T00:30:00.000Z'],
      winter: ['2026-10-25T02:30:00+01:00', '2026-10-25T01:30:00.000Z'],
      after: ['2026-10-25T03:00:00', '2026-10-25T02:00:00.000Z'],
    },
  },
};

for (const [what, { now: text, times }] of Object.entries(understood)) {
  test(`case 14: an end time ${what}`, async () => {
    const now = at(text);
    const databases = Object.keys(times);
    const top = 'parallel: 1\ntimezone: Europe/Paris\n';
    const siege = await Siege.begin({ ...patient, databases, top }, now);
    const { world } = siege;
    for (const [database, [end]] of Object.entries(times)) ending(siege, database, end);
    siege.holds(await world.run(now, 'scan'), {
      code: 0,
      events: databases.map(good),
      publishedElsewhere: databases.length,
    });
    for (const [database, [, instant]] of Object.entries(times)) {
      const { last_success_at: found } = await world.statusOf(now, `paris/${database}`);
      assert.equal(found, instant.replace('.000Z', 'Z'), database);
      const stamp = instant.replace(/\.\d+/u, '').replaceAll(/[-:]/gu, '');
      assert.deepEqual(world.versions(`paris/${database}`), [stamp]);
    }
  });
}

for (const schedule of ['every 24h', '0 20 * * *']) {
  test(`case 14: the end time 0 of a first backup (${schedule}): a version of 1970 that covers no cycle but its own`, async () => {
    const siege = await Siege.begin({ databases: ['zero', 'none'], schedule }, noon);
    const { world } = siege;
    ending(siege, 'zero', '1970-01-01T00:00:00Z');
    for (const now of [noon, noon + day, noon + 3 * day]) await world.ok(now, 'scan');
    const ofJob = (job: string): string[] =>
      siege.events().flatMap((event) => (event.startsWith(`paris/${job} `) ? event.slice(11) : []));
    const missed = ofJob('none');
    assert.ok(missed.length >= 3 && missed.every((event) => event === 'MISSING no_report'));
    assert.deepEqual(ofJob('zero').toSorted(), [...missed, 'SUCCESS verified']);
    assert.deepEqual(world.versions('paris/zero'), ['19700101T000000Z']);
    const { status, last_success_at: last } = await world.statusOf(noon + 3 * day, 'paris/zero');
    assert.deepEqual([status, last], ['MISSING', '1970-01-01T00:00:00Z']);
    assert.equal(world.verify(), 4);
  });
}
