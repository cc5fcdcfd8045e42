/** The healthy versions, and the held copies beside them. */
import type { ContentKind } from '../core/content.ts';
import type { Assurance } from '../core/statuses.ts';
import { inPieces } from './pieces.ts';
import type { Database, HeldTable } from './schema.ts';

export type VersionState = 'present' | 'pruning' | 'pruned' | 'lost' | 'unverified' | 'set_aside';

export interface VersionRecord {
  readonly id: number;
  readonly jobId: number;
  readonly cycle: number | null;
  readonly endedAt: number;
  /** Relative to the validated tree. */
  readonly folder: string;
  readonly file: string;
  readonly size: number;
  readonly sha256: string;
  readonly rawSha256: string | null;
  /** null where the content was not looked into, as for versions of before. */
  readonly fingerprint: string | null;
  readonly contentKind: ContentKind | null;
  readonly assurance: Assurance | null;
  readonly lastConfirmedAt: number;
  readonly state: VersionState;
}

export type NewVersion = Omit<VersionRecord, 'id' | 'state' | 'lastConfirmedAt'> & {
  readonly entryId: number | null;
  readonly origin: 'scan' | 'promote' | 'adopted';
  readonly publishedAt: number;
  readonly state?: VersionState;
};

/** Named as the program names them: ten thousand rows are not copied once more. */
const columns = [
  'id',
  'job_id as jobId',
  'cycle',
  'ended_at as endedAt',
  'folder',
  'file',
  'size',
  'sha256',
  'raw_sha256 as rawSha256',
  'fingerprint',
  'content_kind as contentKind',
  'assurance',
  'last_confirmed_at as lastConfirmedAt',
  'state',
] as const;

/** Every version in one of these states. */
export async function versionsIn(
  db: Database,
  states: readonly VersionState[],
): Promise<VersionRecord[]> {
  const rows = await db
    .selectFrom('versions')
    .select(columns)
    .where('state', 'in', states)
    .execute();
  return rows as VersionRecord[];
}

/** Where a version lies: all that is needed to see whether it is there. */
export type VersionPlace = Pick<VersionRecord, 'jobId' | 'folder' | 'file' | 'size'>;

/** Every version that is recorded as present. */
export const versionPlaces = (db: Database): Promise<VersionPlace[]> =>
  db
    .selectFrom('versions')
    .select(['job_id as jobId', 'folder', 'file', 'size'])
    .where('state', '=', 'present')
    .execute();

/** Versions of these jobs that are present, by job id. */
export async function versionsOfJobs(
  db: Database,
  jobIds: readonly number[],
): Promise<Map<number, VersionRecord[]>> {
  const rows = await inPieces(jobIds, (some) =>
    db
      .selectFrom('versions')
      .select(columns)
      .where('job_id', 'in', some)
      .where('state', '=', 'present')
      .execute(),
  );
  return Map.groupBy(rows as VersionRecord[], (version) => version.jobId);
}

/** Versions of one job that are present, oldest first. */
export async function versionsOfJob(db: Database, jobId: number): Promise<VersionRecord[]> {
  const versions = (await versionsOfJobs(db, [jobId])).get(jobId) ?? [];
  return versions.toSorted((left, right) => left.endedAt - right.endedAt);
}

/**
 * Records a version. Its folder is wanted from here on: an earlier decision to prune it, which could not be carried out yet, is
 * withdrawn, else the next scan would delete what this row says is safe.
 */
export async function insertVersion(db: Database, version: NewVersion): Promise<number> {
  await db
    .updateTable('versions')
    .set({ state: 'pruned' })
    .where('state', '=', 'pruning')
    .where('folder', '=', version.folder)
    .execute();
  const { id } = await db
    .insertInto('versions')
    .values({
      job_id: version.jobId,
      entry_id: version.entryId,
      cycle: version.cycle,
      ended_at: version.endedAt,
      folder: version.folder,
      file: version.file,
      size: version.size,
      sha256: version.sha256,
      raw_sha256: version.rawSha256,
      fingerprint: version.fingerprint,
      content_kind: version.contentKind,
      assurance: version.assurance,
      origin: version.origin,
      published_at: version.publishedAt,
      last_confirmed_at: version.publishedAt,
      state: version.state ?? 'present',
      state_at: null,
      state_reason: null,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return id;
}

export async function setVersionState(
  db: Database,
  id: number,
  state: VersionState,
  at: number,
  reason: string,
): Promise<void> {
  await db
    .updateTable('versions')
    .set({ state, state_at: at, state_reason: reason })
    .where('id', '=', id)
    .execute();
}

/** The pruning that was decided has been done. */
export async function markPruned(db: Database, ids: readonly number[]): Promise<void> {
  if (ids.length === 0) return;
  await db.updateTable('versions').set({ state: 'pruned' }).where('id', 'in', ids).execute();
}

export async function confirmVersion(db: Database, id: number, at: number): Promise<void> {
  await db.updateTable('versions').set({ last_confirmed_at: at }).where('id', '=', id).execute();
}

export interface HeldRecord {
  readonly jobId: number;
  readonly entryId: number;
  readonly eventId: number;
  readonly cycle: number;
  readonly endedAt: number;
  readonly folder: string;
  readonly file: string;
  readonly size: number;
  readonly sha256: string;
  readonly rawSha256: string | null;
  readonly heldAt: number;
}

const toHeld = (row: HeldTable): HeldRecord => ({
  jobId: row.job_id,
  entryId: row.entry_id,
  eventId: row.event_id,
  cycle: row.cycle,
  endedAt: row.ended_at,
  folder: row.folder,
  file: row.file,
  size: row.size,
  sha256: row.sha256,
  rawSha256: row.raw_sha256,
  heldAt: row.held_at,
});

export async function loadHeld(db: Database): Promise<Map<number, HeldRecord>> {
  const rows = await db.selectFrom('held').selectAll().execute();
  return new Map(rows.map((row) => [row.job_id, toHeld(row)]));
}

export async function putHeld(db: Database, held: HeldRecord): Promise<void> {
  const row: HeldTable = {
    job_id: held.jobId,
    entry_id: held.entryId,
    event_id: held.eventId,
    cycle: held.cycle,
    ended_at: held.endedAt,
    folder: held.folder,
    file: held.file,
    size: held.size,
    sha256: held.sha256,
    raw_sha256: held.rawSha256,
    held_at: held.heldAt,
  };
  await db
    .insertInto('held')
    .values(row)
    .onConflict((conflict) => conflict.column('job_id').doUpdateSet(row))
    .execute();
}

export async function deleteHeld(db: Database, jobId: number): Promise<void> {
  await db.deleteFrom('held').where('job_id', '=', jobId).execute();
}

/** Where versions lie, and whose they are. */
export async function ownedFolders(db: Database): Promise<{ folder: string; owner: string }[]> {
  const rows = await db
    .selectFrom('versions')
    .innerJoin('jobs', 'jobs.id', 'versions.job_id')
    .select(['versions.folder', 'jobs.agent', 'jobs.database'])
    .where('versions.state', '=', 'present')
    .execute();
  return rows.map(({ folder, agent, database }) => ({ folder, owner: `${agent}/${database}` }));
}

/** A held copy that is not wanted any more: it is pruned like a version, now or whenever that works. */
export async function retireHold(
  db: Database,
  held: HeldRecord,
  at: number,
  reason: string,
): Promise<void> {
  const id = await insertVersion(db, {
    jobId: held.jobId,
    entryId: held.entryId,
    cycle: held.cycle,
    endedAt: held.endedAt,
    folder: held.folder,
    file: held.file,
    size: held.size,
    sha256: held.sha256,
    rawSha256: held.rawSha256,
    fingerprint: null,
    contentKind: null,
    assurance: null,
    origin: 'scan',
    publishedAt: held.heldAt,
  });
  await setVersionState(db, id, 'pruning', at, `held copy: ${reason}`);
  await deleteHeld(db, held.jobId);
}
