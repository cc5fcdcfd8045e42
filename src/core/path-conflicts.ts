/** A path that still holds another job's versions must not be given to a job: the two would mix. */
import type { Job } from './job.ts';
import { folded } from './text.ts';

/** The folder of one version, relative to the tree, and the job (`agent/database`) that it belongs to. */
export interface OwnedFolder {
  readonly folder: string;
  readonly owner: string;
}

/** One sentence for each job whose path lies in, or at, a folder with another job's versions. Case is ignored. */
export function pathConflicts(jobs: readonly Job[], versions: Iterable<OwnedFolder>): string[] {
  const owners = new Map<string, string>();
  for (const { folder, owner } of versions) {
    owners.set(folded(folder.slice(0, folder.lastIndexOf('/'))), owner);
  }
  return jobs.flatMap(({ id, path }) => {
    const owner = ownerOf(folded(path), owners);
    if (owner === undefined || owner === id) return [];
    return [
      `the path "${path}" of ${id} still holds versions of ${owner}: choose another path, or move those versions away`,
    ];
  });
}

/** The job whose versions lie at the path or above it; those below it are found by their own paths. */
function ownerOf(path: string, owners: ReadonlyMap<string, string>): string | undefined {
  for (let end = path.length; end > 0; end = path.lastIndexOf('/', end - 1)) {
    const owner = owners.get(path.slice(0, end));
    if (owner !== undefined) return owner;
  }
  return undefined;
}
