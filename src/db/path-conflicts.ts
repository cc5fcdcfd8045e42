/** A path that still holds another job's versions must not be given to a job: the two would mix. */
import type { Job } from '../core/job.ts';
import type { Database } from './schema.ts';

export interface PathConflict {
  readonly job: Job;
  readonly message: string;
}

/** Conflicts between the configured paths and the versions that are recorded as present. Case is ignored. */
export async function pathConflicts(db: Database, jobs: readonly Job[]): Promise<PathConflict[]> {
  const rows = await db
    .selectFrom('versions')
    .innerJoin('jobs', 'jobs.id', 'versions.job_id')
    .select(['versions.folder', 'jobs.agent', 'jobs.database'])
    .where('versions.state', '=', 'present')
    .execute();
  const owners = new Map<string, string>();
  for (const row of rows) {
    const parent = row.folder.slice(0, row.folder.lastIndexOf('/')).toLowerCase();
    owners.set(parent, `${row.agent}/${row.database}`);
  }
  return jobs.flatMap((job): PathConflict[] => {
    const owner = ownerOf(job.path.toLowerCase(), owners);
    if (owner === undefined || owner === job.id) return [];
    const message = `the path "${job.path}" of ${job.id} still holds versions of ${owner}: choose another path, or move those versions away`;
    return [{ job, message }];
  });
}

/** The job whose versions lie at the path or above it; versions below it would be found by their own path. */
function ownerOf(path: string, owners: ReadonlyMap<string, string>): string | undefined {
  for (let end = path.length; end > 0; end = path.lastIndexOf('/', end - 1)) {
    const owner = owners.get(path.slice(0, end));
    if (owner !== undefined) return owner;
  }
  return undefined;
}
