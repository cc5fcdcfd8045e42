/** What the database tells of the tree, as far as it could be read. */
import type { Finding } from '../../core/finding.ts';
import { withDatabase } from '../../db/open.ts';
import { DatabaseProblem } from '../../db/problem.ts';
import { ownedFolders } from '../../db/versions.ts';
import type { ReadDatabase } from '../database/database-facts.ts';
import type { Look } from '../look.ts';
import { markerProblem } from './marker.ts';
import { mountAll, MOUNTING, type Recorded } from './mounting.ts';
import { unmountedFor } from './mounts.ts';
import { brokenLink } from '../real-path.ts';

export interface TreeRecords {
  readonly recorded: Recorded;
  /** Folders of versions, relative to the tree. */
  readonly owned: readonly string[];
  /** The same, asked for anew. */
  readonly again: () => Promise<ReadonlySet<string>>;
}

/** None where it cannot be read any more: then nothing is said of any. */
async function foldersNow(database: string): Promise<ReadonlySet<string>> {
  try {
    const owned = await withDatabase(database, 'read', ownedFolders);
    return new Set(owned.map(({ folder }) => folder));
  } catch (error) {
    if (error instanceof DatabaseProblem) return new Set();
    throw error;
  }
}

/** Nothing is recorded where nothing was set up yet: there is no database, and no disk or link on which it could be. */
function isNew({ places: { database }, machine }: Look, read: ReadDatabase): boolean {
  if (read.kind !== 'unusable' || database === null) return false;
  const { fault } = read.problem;
  if (fault === 'not_initialised') return true;
  return (
    fault === 'absent' && unmountedFor(database, machine) === null && brokenLink(database) === null
  );
}

export function recordsOf(look: Look, read: ReadDatabase): TreeRecords {
  const { database } = look.places;
  if (read.kind === 'read') {
    const { versions, owned } = read.facts;
    return { recorded: versions, owned, again: () => foldersNow(database ?? '') };
  }
  return { recorded: isNew(look, read) ? 0 : null, owned: [], again: async () => new Set() };
}

/**
 * `init-db`, which brings a database up to date, marks the tree too: an empty mount point would pass for the tree from then on. Where the
 * tree has no marker it is not advised for a database that is there.
 */
export function withoutMarking(finding: Finding, read: ReadDatabase, look: Look): Finding {
  const { places, hands } = look;
  const isOlder = read.kind === 'unusable' && read.problem.fault === 'older';
  if (!isOlder || finding.mend !== hands.own('init-db') || places.validated === null)
    return finding;
  if (markerProblem(places.validated) === null) return finding;
  return {
    ...finding,
    why: `${finding.why}. \`init-db\` brings it up to date, but marks ${places.validated} too: its disk is to be mounted first; ${MOUNTING}`,
    mend: mountAll(look),
  };
}
