/** What the database remembers, loaded once at the start of a pass. */
import { loadAgents, type AgentRecord } from '../db/agents.ts';
import { entriesById, type RecordedEntry } from '../db/entries.ts';
import { loadJobs, type JobRecord } from '../db/jobs.ts';
import type { Database } from '../db/schema.ts';
import { loadHeld, versionsIn, type HeldRecord, type VersionRecord } from '../db/versions.ts';

export interface Memory {
  /** By `agent/database`. */
  readonly jobs: Map<string, JobRecord>;
  /** Versions of a job that are recorded as present, by job id. */
  readonly versions: Map<number, VersionRecord[]>;
  /** Folders that were found once and could not be verified: not looked at again. */
  readonly unverified: ReadonlySet<string>;
  readonly held: Map<number, HeldRecord>;
  readonly agents: Map<string, AgentRecord>;
  /** Entries that are judged again when their file changes, by job id. */
  readonly recheck: Map<number, RecordedEntry>;
}

function byJob(versions: readonly VersionRecord[]): Map<number, VersionRecord[]> {
  const result = new Map<number, VersionRecord[]>();
  for (const version of versions) {
    const list = result.get(version.jobId);
    if (list === undefined) result.set(version.jobId, [version]);
    else list.push(version);
  }
  return result;
}

export async function loadMemory(db: Database): Promise<Memory> {
  const jobs = await loadJobs(db);
  const ids = [...jobs.values()].flatMap((job) => job.recheckEntryId ?? []);
  const recheck = await entriesById(db, ids);
  const unverified = await versionsIn(db, ['unverified', 'set_aside']);
  return {
    jobs,
    versions: byJob(await versionsIn(db, ['present'])),
    unverified: new Set(unverified.map((version) => version.folder)),
    held: await loadHeld(db),
    agents: await loadAgents(db),
    recheck: new Map(recheck.map((entry) => [entry.jobId, entry])),
  };
}
