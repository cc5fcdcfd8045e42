/** Records that a wrong clock of this server left in the future: they are set aside and decide nothing. */
import { sql } from 'kysely';
import type { Database } from './schema.ts';

const WRONG = 'clock_was_wrong';

/** Passes looked back at: more than can follow one with a wrong clock before one of them has set its records aside. */
const LOOK_BACK = 100;

/** When the passes before this one started, newest first, ms UTC. */
export async function passStarts(db: Database): Promise<number[]> {
  const rows = await db
    .selectFrom('scans')
    .select('started_at')
    .orderBy('id', 'desc')
    .offset(1)
    .limit(LOOK_BACK)
    .execute();
  return rows.map((row) => row.started_at);
}

/**
 * When the newest pass started, the last one that started by `now`, and the one after that; ms UTC, null where there is none. Asked
 * before a pass records itself.
 */
export async function passesAround(
  db: Database,
  now: number,
): Promise<{ newest: number | null; before: number | null; after: number | null }> {
  const starts = db.selectFrom('scans').select(['id', 'started_at']);
  const newest = await starts.orderBy('id', 'desc').limit(1).executeTakeFirst();
  if (newest === undefined || newest.started_at <= now)
    return { newest: newest?.started_at ?? null, before: null, after: null };
  const before = await starts
    .where('started_at', '<=', now)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  const after = await starts
    .where('id', '>', before?.id ?? 0)
    .orderBy('id')
    .limit(1)
    .executeTakeFirst();
  return {
    newest: newest.started_at,
    before: before?.started_at ?? null,
    after: after?.started_at ?? null,
  };
}

/** Jobs whose memory lies in the future of `now`. */
async function jobsFromTheFuture(db: Database, now: number): Promise<number[]> {
  const rows = await db
    .selectFrom('jobs')
    .select('id')
    .where((eb) =>
      eb.or([
        eb('last_judged_end', '>', now),
        eb('settled_through', '>', now),
        eb('watch_began', '>', now),
        eb('since', '>', now),
      ]),
    )
    .execute();
  return rows.map((row) => row.id);
}

/**
 * Sets aside what lies in the future of `now` and rebuilds the memory of the jobs concerned from what is left. Returns how many
 * jobs that were. Runs inside a transaction of the caller.
 */
export async function setAsideFuture(db: Database, now: number): Promise<number> {
  await db
    .updateTable('agents')
    .set({ newest_report_end: null })
    .where('newest_report_end', '>', now)
    .execute();
  const jobs = await jobsFromTheFuture(db, now);
  if (jobs.length === 0) return 0;
  for (const id of jobs) {
    await db
      .updateTable('events')
      .set({ set_aside: WRONG })
      .where('job_id', '=', id)
      .where('set_aside', 'is', null)
      .where((eb) =>
        eb.or([
          // What a report was judged as stays true, whatever the clock said, if the report's own end has come.
          eb(
            'entry_id',
            'in',
            eb
              .selectFrom('entries')
              .select('entries.id')
              .where('entries.job_id', '=', id)
              .where('entries.ended_at', '>', now),
          ),
          // MISSING is only true once its deadline has come.
          eb.and([
            eb('at', '>', now),
            eb('entry_id', 'is', null),
            eb('version_id', 'is', null),
            eb('reason', '!=', 'version_lost'),
          ]),
        ]),
      )
      .execute();
    await db
      .updateTable('versions')
      .set({ state: 'set_aside', state_at: now, state_reason: WRONG })
      .where('job_id', '=', id)
      .where('state', '=', 'present')
      .where('ended_at', '>', now)
      .execute();
    await rebuild(db, id, now);
  }
  return jobs.length;
}

async function rebuild(db: Database, id: number, now: number): Promise<void> {
  const standing = await db
    .selectFrom('events')
    .select(['id', 'at'])
    .where('job_id', '=', id)
    .where('set_aside', 'is', null)
    .where('status', '!=', 'UNKNOWN')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  const sums = await db
    .selectFrom('events')
    .leftJoin('entries', 'entries.id', 'events.entry_id')
    .where('events.job_id', '=', id)
    .where('events.set_aside', 'is', null)
    .select([
      sql<number | null>`max(case when events.status = 'MISSING' then events.cycle end)`.as(
        'missed',
      ),
      sql<number | null>`max(case when events.entry_id is not null then events.cycle end)`.as(
        'covered',
      ),
      sql<number | null>`max(entries.ended_at)`.as('judged'),
      sql<
        number | null
      >`max(case when events.status in ('SUCCESS', 'HASH_MISMATCH') then entries.ended_at end)`.as(
        'healthy',
      ),
    ])
    .executeTakeFirstOrThrow();
  const job = await db
    .selectFrom('jobs')
    .select(['schedule_key', 'watch_began', 'sizes'])
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
  const every = job.schedule_key.includes('"kind":"every"');
  const sizes = (JSON.parse(job.sizes) as [number, number][]).filter(([cycle]) => cycle <= now);
  const latest = Math.max(sums.judged ?? -Infinity, sums.missed ?? -Infinity);
  await db
    .updateTable('jobs')
    .set({
      last_event_id: standing?.id ?? null,
      since: standing === undefined ? null : Math.min(standing.at, now),
      covered_through: every ? null : sums.covered,
      settled_through: every ? (Number.isFinite(latest) ? latest : null) : sums.missed,
      last_judged_end: sums.judged,
      last_success_at: sums.healthy,
      watch_began: job.watch_began !== null && job.watch_began > now ? now : job.watch_began,
      sizes: JSON.stringify(sizes),
      recheck_entry_id: null,
    })
    .where('id', '=', id)
    .execute();
}
