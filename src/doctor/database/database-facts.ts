/** Everything that the examinations ask of the database, read at once. */
import type { Config } from '../../core/job.ts';
import { pathConflicts } from '../../core/path-conflicts.ts';
import { loadAgents, type AgentRecord } from '../../db/agents.ts';
import {
  newestPass,
  quickCheck,
  seenFileNames,
  type Checked,
  type PassRecord,
} from '../../db/examine.ts';
import { loadJobs, type JobRecord } from '../../db/jobs.ts';
import { isRunning } from '../../db/lock.ts';
import { undelivered, type Undelivered } from '../../db/messages.ts';
import { SCHEMA_VERSION, withDatabase } from '../../db/open.ts';
import { DatabaseProblem } from '../../db/problem.ts';
import { getMeta, lastCompleteScan, type ScanRecord } from '../../db/scans.ts';
import type { Database } from '../../db/schema.ts';
import { overviewPages } from '../../db/overview.ts';
import { ownedFolders, versionPlaces } from '../../db/versions.ts';

/** Sizes of the newest version of each job, in bytes. */
export interface RoundSizes {
  readonly total: number;
  readonly largest: { readonly job: string; readonly size: number } | null;
}

export interface DatabaseFacts {
  readonly schema: number;
  readonly check: Checked;
  readonly jobs: ReadonlyMap<string, JobRecord>;
  readonly agents: ReadonlyMap<string, AgentRecord>;
  readonly sizes: RoundSizes;
  /** Versions recorded as present. */
  readonly versions: number;
  /** Their folders, relative to the tree. */
  readonly owned: readonly string[];
  readonly conflicts: readonly string[];
  readonly undelivered: readonly Undelivered[];
  /** Names of files that reports and versions have, some thousand at most. */
  readonly fileNames: readonly string[];
  readonly initialisedAt: number | null;
  readonly lastComplete: ScanRecord | null;
  readonly newest: PassRecord | null;
  /** Somebody holds the lock. */
  readonly running: boolean;
  /** Why the clock must be wrong, by what is recorded; null where it may be right. */
  readonly clockFault: string | null;
}

export type ReadDatabase =
  | { readonly kind: 'read'; readonly facts: DatabaseFacts }
  | { readonly kind: 'unusable'; readonly problem: DatabaseProblem }
  | { readonly kind: 'unknown' };

export interface ReadRequest {
  readonly database: string | null;
  readonly config: Config | null;
  readonly clockFault: (db: Database) => Promise<string | null>;
  /** Whether there is time to check one more table. */
  readonly mayCheck: () => boolean;
}

/** Of the newest version of every job that is expected, or known where there is no configuration. */
async function sizesOf(db: Database, config: Config | null): Promise<RoundSizes> {
  const expected = config?.jobs.filter((job) => job.enabled).map(({ id }) => id);
  const counted = expected === undefined ? null : new Set(expected);
  let total = 0;
  let largest: RoundSizes['largest'] = null;
  for await (const page of overviewPages(db, null)) {
    for (const { agent, database, newest } of page) {
      const job = `${agent}/${database}`;
      if (newest === null || counted?.has(job) === false) continue;
      total += newest.size;
      if (largest === null || newest.size > largest.size) largest = { job, size: newest.size };
    }
  }
  return { total, largest };
}

async function readFacts(db: Database, file: string, request: ReadRequest): Promise<DatabaseFacts> {
  const { config } = request;
  const jobs = await loadJobs(db);
  const owned = await ownedFolders(db);
  const initialised = await getMeta(db, 'initialised_at');
  return {
    schema: SCHEMA_VERSION,
    check: await quickCheck(db, file, request.mayCheck),
    jobs,
    agents: await loadAgents(db),
    sizes: await sizesOf(db, config),
    versions: (await versionPlaces(db)).length,
    conflicts: config === null ? [] : pathConflicts(config.jobs, owned),
    owned: owned.map(({ folder }) => folder),
    undelivered: await undelivered(db),
    fileNames: await seenFileNames(db),
    initialisedAt: initialised === null ? null : Number(initialised),
    lastComplete: await lastCompleteScan(db),
    newest: await newestPass(db),
    running: isRunning(file),
    clockFault: await request.clockFault(db),
  };
}

/** Never throws for what is wrong with the database. */
export async function readDatabase(request: ReadRequest): Promise<ReadDatabase> {
  const { database } = request;
  if (database === null) return { kind: 'unknown' };
  try {
    const facts = await withDatabase(database, 'read', (db) => readFacts(db, database, request));
    return { kind: 'read', facts };
  } catch (error) {
    if (!(error instanceof DatabaseProblem)) throw error;
    return { kind: 'unusable', problem: error };
  }
}
