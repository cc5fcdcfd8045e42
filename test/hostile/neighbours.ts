/**
 * The ground of the hostile cases: the agent `paris`, which may be hijacked, and its honest neighbour `lyon`. Every job has a version of the
 * round before, so that there is something to lose.
 */
import assert from 'node:assert/strict';
import { minute, World, type Ran } from '../support/world.ts';

/** What scan --json says of one job, as far as these tests ask. */
export interface Judged {
  readonly job: string | null;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
  readonly assurance: string | null;
  readonly content: { readonly size: number | null } | null;
}

const neighbour = { agent: 'lyon', database: 'shop' } as const;

/** `paris` with these databases, `lyon` with one, and an earlier version of each. With the real clock. */
export async function neighbours(
  databases: readonly string[],
  rules = '',
  top = '',
): Promise<World> {
  const world = new World(
    `${top}defaults: { schedule: every 2h, settle: 0s, keep: 9, size_change: off${rules} }\n` +
      `agents:\n  paris: { databases: [${databases.join(', ')}] }\n  lyon: { databases: [shop] }\n`,
  );
  await world.ok(Date.now(), 'init-db');
  const endedAt = Date.now() - 90 * minute;
  for (const database of databases) world.deposit({ database, endedAt, content: 'before' });
  world.deposit({ ...neighbour, endedAt, content: 'before' });
  const ran = await world.run(Date.now(), 'scan');
  assert.deepEqual([ran.code, ran.err], [0, '']);
  assert.equal(world.verify(), databases.length + 1);
  return world;
}

/** When the rounds of today ended. */
export const today = (): number => Date.now() - minute;

/** A scan of today's rounds, with an honest one of the neighbour among them. */
export function scanned(
  world: World,
  options?: Parameters<World['process']>[1],
): { readonly ran: Ran; readonly events: readonly Judged[] } {
  world.deposit({ ...neighbour, endedAt: today(), content: 'today' });
  const ran = world.process(['scan', '--json'], options);
  const events = ran.out === '' ? [] : (JSON.parse(ran.out) as { events: Judged[] }).events;
  return { ran, events };
}

export function eventOf(events: readonly Judged[], job: string): Judged {
  const [event, ...more] = events.filter((one) => one.job === job);
  assert.ok(event !== undefined && more.length === 0, `${job}: one conclusion`);
  return event;
}

/** Names of the versions of each job that were promoted today, beside the one of before, which must still be there and be sound. */
export function promotedToday(world: World): string[] {
  const jobs = world.sql<{ job: string }>("select agent || '/' || database as job from jobs");
  const promoted = jobs.flatMap(({ job }) => {
    const count = world.versions(job).length;
    assert.ok(count === 1 || count === 2, `${job} has ${count} versions`);
    return count === 2 ? [job] : [];
  });
  const held = world.sql('select job_id from held').length;
  assert.equal(world.verify(), jobs.length + promoted.length + held);
  const recorded = world.sql("select id from versions where state = 'present'").length;
  assert.equal(recorded, jobs.length + promoted.length);
  return promoted.toSorted();
}
