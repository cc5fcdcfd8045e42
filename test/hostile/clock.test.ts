/** Cases 22 and 22b: the scanner was away, or the server's own clock was wrong and is corrected. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { end, noon, scanAt, startedWith } from '../support/evening.ts';
import { at, day, hour, minute, World } from '../support/world.ts';

const yaml =
  'defaults: { schedule: "0 20 * * *", grace: 90m, settle: 0s, keep: 3, size_change: off }\nagents:\n  paris: { databases: [compta] }\n';
const withNeighbour = `${yaml}  lyon: { databases: [shop] }\n`;
const job = 'paris/compta';
const year = 365 * day;

async function started(): Promise<World> {
  const world = await startedWith(yaml);
  world.deposit({ endedAt: end });
  await world.ok(scanAt, 'scan');
  return world;
}

/** A round of both agents, or of the neighbour alone. */
async function round(
  world: World,
  index: number,
  agents: readonly ('paris' | 'lyon')[],
): Promise<number | null> {
  for (const agent of agents)
    world.deposit({
      agent,
      database: agent === 'paris' ? 'compta' : 'shop',
      endedAt: end + index * day,
      content: `day ${index}`,
    });
  return (await world.run(scanAt + index * day, 'scan')).code;
}

/** `job status day` of the cycle, oldest first; without what was set aside. */
const cyclesOf = (world: World): string[] =>
  world
    .sql<{ job: string; status: string; cycle: number }>(
      `select j.agent || '/' || j.database as job, e.status, e.cycle from events e join jobs j on j.id = e.job_id
       where e.set_aside is null order by job, e.cycle, e.id`,
    )
    .map((row) => `${row.job} ${row.status} ${new Date(row.cycle).toISOString().slice(0, 10)}`);

test('case 22: the scanner was down for three days: one MISSING for each cycle of each job, told by one scan', async () => {
  const world = await startedWith(withNeighbour);
  assert.equal(await round(world, 0, ['paris', 'lyon']), 0);
  // The neighbour goes on; its reports wait.
  for (const index of [1, 2, 3])
    world.deposit({
      agent: 'lyon',
      database: 'shop',
      endedAt: end + index * day,
      content: `day ${index}`,
      file: `${index}.sql.gz`,
    });
  const back = end + 3 * day + 3 * hour;
  const told = await world.run(back, 'scan');
  assert.equal(told.code, 2);
  // One line for the job, whatever the number of cycles.
  assert.equal(
    told.out.match(/^.*paris\/compta.*MISSING|^.*MISSING.*paris\/compta/gmu)?.length,
    1,
    told.out,
  );
  const again = await world.run(back + minute, 'scan');
  assert.deepEqual([again.code, again.out], [2, '']);
  assert.deepEqual(cyclesOf(world), [
    ...['20', '21', '22', '23'].map((date) => `lyon/shop SUCCESS 2026-06-${date}`),
    'paris/compta SUCCESS 2026-06-20',
    ...['21', '22', '23'].map((date) => `paris/compta MISSING 2026-06-${date}`),
  ]);
  assert.deepEqual(world.versions(job), ['20260620T201000Z']);
  assert.equal(world.verify(), 4);
  assert.equal(await round(world, 4, ['paris', 'lyon']), 0);
});

/** When the scans run that are between two rounds: every few hours, as a rule more often. */
const EVERY = 3 * hour;

for (const [name, jump] of [
  ['some minutes back', -5 * minute],
  ['an hour back', -hour],
  ['a day back', -day],
  ['a month back', -30 * day],
  ['to 1970', 90 * minute - end],
  ['an hour forward', hour],
  ['three days forward', 3 * day],
  ['a month forward', 30 * day],
] as const) {
  test(`case 22: the clock jumps ${name} for two scans: one MISSING per cycle, and no version is lost`, async () => {
    const world = await startedWith(withNeighbour);
    assert.equal(await round(world, 0, ['paris', 'lyon']), 0);
    for (let now = scanAt + EVERY; now < scanAt + day; now += EVERY) await world.ok(now, 'scan');
    // Of the second round only the neighbour's comes.
    assert.equal(await round(world, 1, ['lyon']), 0);
    const late = end + day + 3 * hour;
    assert.equal((await world.run(late, 'scan')).code, 2);
    const before = cyclesOf(world);
    assert.deepEqual(before, [
      'lyon/shop SUCCESS 2026-06-20',
      'lyon/shop SUCCESS 2026-06-21',
      'paris/compta SUCCESS 2026-06-20',
      'paris/compta MISSING 2026-06-21',
    ]);
    for (const wrong of [late + jump, late + jump + 2 * minute]) {
      const ran = await world.run(wrong, 'scan');
      if (jump <= -day) {
        // What is recorded was made by a clock that went as ever: it is this one that is wrong.
        assert.deepEqual([ran.code, ran.out], [3, '']);
        assert.match(
          ran.err,
          /the clock is wrong: it says .*, and the last scan started at 2026-06-21T23:10:00Z/u,
        );
        const held = await world.run(wrong, 'promote', job);
        assert.match(held.err, /the clock is wrong/u);
      } else assert.notEqual(ran.code, 3, ran.err);
      if (wrong === late + jump && jump < 0)
        assert.match(ran.out + ran.err, /the clock (?:moved back|is wrong)/u);
    }
    for (const right of [late + 20 * minute, late + 30 * minute]) {
      const ran = await world.run(right, 'scan');
      assert.equal(ran.code, 2, ran.out + ran.err);
    }
    assert.deepEqual(cyclesOf(world), before);
    const now = await world.statusOf(late + 30 * minute, job);
    assert.deepEqual(
      [now.status, now.cycle_state, now.last_success_at],
      ['MISSING', 'missed', '2026-06-20T20:10:00Z'],
    );
    assert.equal((await world.statusOf(late + 30 * minute, 'lyon/shop')).status, 'SUCCESS');
    assert.deepEqual(world.versions(job), ['20260620T201000Z']);
    assert.equal(world.verify(), 3);
    assert.equal(await round(world, 2, ['paris', 'lyon']), 0);
    assert.equal(world.verify(), 5);
  });
}

test('case 22: a first scan with a clock that cannot be right records nothing', async () => {
  const world = new World(yaml);
  await world.ok(noon, 'init-db');
  const ran = await world.run(at('2000-01-01T00:00:10Z'), 'scan');
  assert.deepEqual([ran.code, ran.out], [3, '']);
  assert.match(
    ran.err,
    /the clock is wrong: it says 2000-01-01T00:00:10Z; nothing was judged\n.*timedatectl/u,
  );
  assert.deepEqual(world.sql('select id from scans'), []);
});

test('case 22: a scan after more than seven days says so', async () => {
  const world = await started();
  const ran = await world.run(end + 8 * day, 'scan');
  assert.match(ran.out + ran.err, /7d|8d|ago/u);
});

test('case 22: after a very long absence at most 100 events are made, and one with a count', async () => {
  const world = await startedWith(yaml);
  await world.ok(noon + 150 * day, 'scan');
  await world.ok(noon + 150 * day + minute, 'scan');
  const rows = world.sql<{ count: number; reason: string }>(
    'select count, reason from events order by id',
  );
  assert.equal(rows.length, 101);
  assert.deepEqual(rows[0], { count: 50, reason: 'no_reports' });
});

test('case 22b: a year ahead for one scan: at most 100 MISSING a job, set aside, and no version is pruned for it', async () => {
  const world = await startedWith(withNeighbour);
  for (const index of [0, 1, 2]) assert.equal(await round(world, index, ['paris', 'lyon']), 0);
  const before = cyclesOf(world);
  const right = scanAt + 2 * day + hour;
  assert.equal((await world.run(right + year, 'scan')).code, 2);
  const made = world.sql<{ n: number }>(
    "select count(*) as n from events where status = 'MISSING' group by job_id",
  );
  assert.equal(made.length, 2);
  for (const { n } of made) assert.ok(n <= 101, `${n} events`);
  assert.equal(world.verify(), 6);
  const corrected = await world.run(right + hour, 'scan');
  assert.equal(corrected.code, 0, corrected.out + corrected.err);
  assert.match(corrected.out + corrected.err, /clock_was_wrong/u);
  assert.deepEqual(cyclesOf(world), before);
  for (const index of [3, 4]) assert.equal(await round(world, index, ['paris', 'lyon']), 0);
  assert.deepEqual(world.versions(job), [
    '20260622T201000Z',
    '20260623T201000Z',
    '20260624T201000Z',
  ]);
  assert.equal(world.verify(), 6);
});

test('case 22b: one scan with the clock a year ahead, then corrected: set aside, and later reports count', async () => {
  const world = await started();
  const ahead = await world.run(end + year, 'scan');
  assert.equal(ahead.code, 2);
  assert.ok(world.events().length <= 102, `${world.events().length} events`);
  const back = await world.run(end + hour, 'scan');
  assert.match(back.out + back.err, /clock/u);
  assert.equal(back.code, 0);
  const now = await world.statusOf(end + hour, 'paris/compta');
  assert.deepEqual(
    [now.status, now.cycle_state, now.last_success_at],
    ['SUCCESS', 'done', '2026-06-20T20:10:00Z'],
  );
  const aside = world.sql<{ n: number }>(
    "select count(*) as n from events where set_aside = 'clock_was_wrong'",
  );
  assert.ok((aside[0]?.n ?? 0) >= 100);
  world.deposit({ endedAt: end + day, content: 'next' });
  assert.equal((await world.run(end + day + 10 * minute, 'scan')).code, 0);
  assert.equal(
    (await world.statusOf(end + day + hour, 'paris/compta')).last_success_at,
    '2026-06-21T20:10:00Z',
  );
  assert.equal((await world.run(end + day + 2 * hour, 'scan')).out, '');
});

test('case 22b: a report accepted while the clock was ahead decides nothing once it is right again', async () => {
  const world = await started();
  world.deposit({ endedAt: end + 30 * day, content: 'from the future' });
  await world.run(end + 31 * day, 'scan');
  assert.ok(world.events().includes('paris/compta SUCCESS verified'));
  await world.run(end + hour, 'scan');
  const now = await world.statusOf(end + hour, 'paris/compta');
  assert.deepEqual([now.status, now.last_success_at], ['SUCCESS', '2026-06-20T20:10:00Z']);
  world.deposit({ endedAt: end + day, content: 'next' });
  assert.equal((await world.run(end + day + 10 * minute, 'scan')).code, 0);
  assert.equal(
    (await world.statusOf(end + day + hour, 'paris/compta')).last_success_at,
    '2026-06-21T20:10:00Z',
  );
});

test('case 22b: a first scan with the clock ahead does not postpone the watch', async () => {
  const world = new World(yaml);
  await world.ok(noon, 'init-db');
  await world.ok(noon + year, 'scan');
  await world.ok(noon, 'scan');
  assert.equal((await world.statusOf(end + 2 * hour, 'paris/compta')).status, 'MISSING');
});

for (const ahead of [5 * minute, 365 * day]) {
  test(`case 22b: a good report first judged with the clock ${ahead / minute} minutes ahead stays good once it is corrected`, async () => {
    const world = await startedWith(yaml);
    world.deposit({ endedAt: end });
    await world.run(scanAt + ahead, 'scan');
    await world.run(scanAt + minute, 'scan');
    for (const later of [2 * minute, 3 * hour]) {
      assert.equal((await world.run(scanAt + later, 'scan')).code, 0);
      const now = await world.statusOf(scanAt + later, job);
      assert.deepEqual(
        [now.status, now.cycle_state, now.versions, now.last_success_at],
        ['SUCCESS', 'done', 1, '2026-06-20T20:10:00Z'],
      );
    }
    const missed = world.sql(
      "select id from events where status = 'MISSING' and cycle = ? and set_aside is null",
      at('2026-06-20T20:00:00Z'),
    );
    assert.deepEqual(missed, []);
  });
}

test('case 22b: a clock that was ahead does not freeze the list of unexpected databases', async () => {
  const world = await startedWith(yaml);
  world.deposit({ database: 'old', endedAt: end + 30 * day });
  await world.ok(end + 31 * day, 'scan');
  world.deposit({ database: 'crm', endedAt: end });
  const ran = await world.ok(scanAt, 'scan', '--json');
  const { unexpected } = JSON.parse(ran.out) as { unexpected: { database: string }[] };
  assert.deepEqual(
    unexpected.map((one) => one.database),
    ['crm'],
  );
});
