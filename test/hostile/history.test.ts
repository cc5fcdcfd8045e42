/** Case 23: an agent that sends something new for each scan, for years: the database keeps what is newest, and all that still counts. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { test } from 'node:test';
import SqliteDatabase from 'better-sqlite3';
import { EVENTS_KEPT, REPORTS_KEPT } from '../../src/db/history.ts';
import { end, scanAt, startedWith } from '../support/evening.ts';
import { day, hour, minute, type World } from '../support/world.ts';

const yaml =
  'defaults: { schedule: every 24h, settle: 0s, verify: intact }\nagents:\n  paris: { databases: [compta, ventes] }\n  lyon: { databases: [shop] }\n';

/** What the scans of years would have recorded: as many reports of paris/compta that changed nothing, and as many refused ones. */
function age(world: World, times: number): void {
  const db = new SqliteDatabase(world.database);
  db.pragma('foreign_keys = ON');
  const numbers = `with recursive number(n) as (select 1 union all select n + 1 from number where n < ${times})`;
  const job = "(select id from jobs where agent = 'paris' and database = 'compta')";
  db.exec(`
    begin;
    ${numbers} insert into reports (id, agent, digest, name, ended_at, seen_at, jobs_key)
      select 100000 + n, 'paris', 'old-' || n, 'STATUS.json', n, n, '' from number;
    ${numbers} insert into entries (id, report_id, job_id, ended_at, detail)
      select 100000 + n, 100000 + n, ${job}, n, '{"stages":{"backup":null,"compress":null,"transfer":null}}' from number;
    ${numbers} insert into versions (id, job_id, entry_id, ended_at, folder, file, size, sha256, origin, published_at, last_confirmed_at, state)
      select 100000 + n, ${job}, 100000 + n, n, 'paris/compta/' || n, 'f', 1, '', 'scan', n, n, 'pruned' from number;
    ${numbers} insert into events (id, job_id, at, status, severity, reason, message, entry_id, version_id, operator, count)
      select 100000 + n, ${job}, n, 'UNKNOWN', 'ok', 'replayed', 'old', 100000 + n, 100000 + n, iif(n = 3, 'root', null), 1 from number;
    ${numbers} insert into reports (id, agent, digest, name, seen_at, jobs_key, refused_reason, refused_message)
      select 200000 + n, 'paris', 'bad-' || n, 'STATUS.json', n, '', 'unreadable', 'no JSON' from number;
    ${numbers} insert into events (id, agent, at, status, severity, reason, message, count)
      select 200000 + n, 'paris', n, 'REPORT_REFUSED', 'warning', 'unreadable', 'no JSON', 1 from number;
    commit;`);
  db.close();
}

const count = (world: World, query: string): number =>
  world.sql<{ n: number }>(`select count(*) as n from ${query}`)[0]?.n ?? 0;

test('case 23: history ends: the newest events of a job and of an agent are kept, what they refer to, and what is still remembered', async () => {
  const world = await startedWith(yaml);
  world.deposit({ endedAt: end, content: 'the version' });
  world.deposit({ agent: 'lyon', database: 'shop', endedAt: end });
  await world.run(scanAt, 'scan');
  const before = await world.statusOf(scanAt, 'paris/compta');
  assert.equal(before.status, 'SUCCESS');
  const more = 1500;
  age(world, EVENTS_KEPT + more);
  // One that changes nothing, one that is refused, and one of the neighbour's.
  world.deposit({ endedAt: end - hour, content: 'older', file: 'older.sql.gz' });
  writeFileSync(world.zone('paris', 'log', 'junk.json'), 'junk');
  world.deposit({ agent: 'lyon', database: 'shop', endedAt: end + minute, content: 'newer' });
  await world.run(scanAt + minute, 'scan');

  const ofCompta = "events join jobs on jobs.id = job_id where jobs.database = 'compta'";
  // The event that is its status is the oldest of all, and another one was an administrator's.
  assert.equal(count(world, ofCompta), EVENTS_KEPT + 2);
  assert.equal(count(world, "events where operator = 'root'"), 1);
  assert.equal(count(world, "versions where state = 'pruned' and id > 100000"), EVENTS_KEPT);
  assert.equal(count(world, "events where agent = 'paris'"), EVENTS_KEPT);
  assert.equal(
    count(world, "reports where agent = 'paris' and refused_reason is null"),
    EVENTS_KEPT + 2,
  );
  const refused = count(world, "reports where agent = 'paris' and refused_reason is not null");
  assert.ok(refused <= REPORTS_KEPT + 1, `${refused} refused reports`);
  assert.equal(count(world, 'entries where id not in (select entry_id from events)'), 0);
  assert.equal(count(world, 'pragma_foreign_key_check'), 0);
  const now = await world.statusOf(scanAt + minute, 'paris/compta');
  assert.deepEqual([now.status, now.message], [before.status, before.message]);
  assert.equal(world.verify(), 2);
  const newest = await world.ok(scanAt + minute, 'history', '--json', 'paris/compta');
  assert.match(newest.out, /older than the last report judged/u);
  // What has been forgotten is judged like anything else that comes again.
  world.deposit({ endedAt: end + day, content: 'next' });
  await world.run(scanAt + day, 'scan');
  assert.equal(
    (await world.statusOf(scanAt + day, 'paris/compta')).last_success_at,
    '2026-06-21T20:10:00Z',
  );
});
