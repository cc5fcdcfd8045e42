/** What the database remembers of everything, loaded once at the start of a pass; more is asked for where something happens. */
import { isOfBackups } from '../core/incident.ts';
import type { Job } from '../core/job.ts';
import { pathConflicts } from '../core/path-conflicts.ts';
import { loadAgents, type AgentRecord } from '../db/agents.ts';
import { entriesById, type RecordedEntry } from '../db/entries.ts';
import { openIncidents, type IncidentRecord } from '../db/incidents.ts';
import { glanceAtJobs, type JobGlance } from '../db/jobs.ts';
import type { Database } from '../db/schema.ts';
import {
  loadHeld,
  versionPlaces,
  versionsIn,
  type HeldRecord,
  type VersionPlace,
} from '../db/versions.ts';

export interface Memory {
  /** By `agent/database`. */
  readonly jobs: Map<string, JobGlance>;
  /** Versions of a job that are recorded as present, by job id. */
  readonly versions: Map<number, VersionPlace[]>;
  /** Folders that are known and count for nothing: not verified, dated by a wrong clock, or about to go. */
  readonly unverified: ReadonlySet<string>;
  readonly held: Map<number, HeldRecord>;
  readonly agents: Map<string, AgentRecord>;
  /** Those that are open, by subjectKey; kept up to date by the pass. */
  readonly incidents: Map<string, IncidentRecord>;
  /** `agent/database` of those whose backup is in an incident. */
  readonly troubled: ReadonlySet<string>;
  /** Entries that are judged again when their file changes, by job id. */
  readonly recheck: Map<number, RecordedEntry>;
}

/** The configuration cannot be used with what is in the tree. */
export class ConfigConflict extends Error {
  override readonly name = 'ConfigConflict';
}

/** @throws ConfigConflict when a job's path still holds another job's versions */
export function checkPaths(jobs: readonly Job[], memory: Memory): void {
  // A path that is recorded as the job's own was checked when it was recorded.
  const moved = jobs.filter((job) => memory.jobs.get(job.id)?.path !== job.path);
  if (moved.length === 0) return;
  const owners = new Map([...memory.jobs].map(([id, record]) => [record.id, id]));
  const versions = [...memory.versions].flatMap(([jobId, list]) =>
    list.map(({ folder }) => ({ folder, owner: owners.get(jobId) ?? '' })),
  );
  const conflicts = pathConflicts(moved, versions);
  if (conflicts.length > 0) throw new ConfigConflict(conflicts.join('\n'));
}

const membersOf = (incidents: ReadonlyMap<string, IncidentRecord>): string[] =>
  [...incidents.values()].flatMap(({ subject, members }) =>
    isOfBackups(subject) ? members.map(({ name }) => name) : [],
  );

export async function loadMemory(db: Database): Promise<Memory> {
  const incidents = await openIncidents(db);
  const jobs = await glanceAtJobs(db);
  const ids = [...jobs.values()].flatMap((job) => job.recheckEntryId ?? []);
  const recheck = await entriesById(db, ids);
  const unverified = await versionsIn(db, ['unverified', 'set_aside', 'pruning']);
  return {
    jobs,
    versions: Map.groupBy(await versionPlaces(db), (version) => version.jobId),
    unverified: new Set(unverified.map((version) => version.folder)),
    held: await loadHeld(db),
    agents: await loadAgents(db),
    incidents,
    troubled: new Set(membersOf(incidents)),
    recheck: new Map(recheck.map((entry) => [entry.jobId, entry])),
  };
}
