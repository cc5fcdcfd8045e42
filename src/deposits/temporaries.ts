/**
 * rsync's temporary files (`.NAME.XXXXXX`). They are asked for once for each file that is not there: an agent that reports ten thousand of
 * these, beside a hundred thousand other files, must not have its folders listed ten thousand times.
 */
import { changedAt, listFolder, statIn, statFolder, type Folder } from '../files/folder.ts';

/** Temporary files of one name that are looked at: rsync has one, and leaves another where it was killed. */
const LOOKED_AT = 100;

/** A folder that changes all the time is listed no more often than this in one pass; what came later, the next pass sees. */
const LISTINGS = 100;

/** ctime (ms) of the newest temporary file for a name, or null. @throws Trouble */
export type Temporaries = (name: string) => number | null;

interface Known {
  /** Of the folder, when it was listed. */
  readonly changed: bigint;
  /** Hidden names, sorted. */
  readonly names: readonly string[];
}

function hiddenNames(folder: Folder): string[] {
  return listFolder(folder)
    .names.filter((name) => name.startsWith('.'))
    .toSorted((left, right) => (left < right ? -1 : 1));
}

/** Of sorted names those that begin with `prefix`, at most LOOKED_AT. */
function beginningWith(names: readonly string[], prefix: string): readonly string[] {
  let low = 0;
  for (let high = names.length; low < high;) {
    const middle = (low + high) >> 1;
    if ((names[middle] ?? '') < prefix) low = middle + 1;
    else high = middle;
  }
  const some = names.slice(low, low + LOOKED_AT);
  return some.filter((name) => name.startsWith(prefix));
}

/** What arrives in one folder; it is listed again only when a name in it has come or gone since. */
function inOne(folder: Folder): Temporaries {
  let known: Known | null = null;
  let listings = 0;
  const current = (): Known => {
    const changed = statFolder(folder).mtimeNs;
    if (known === null || (known.changed !== changed && listings < LISTINGS)) {
      listings += 1;
      known = { changed, names: hiddenNames(folder) };
    }
    return known;
  };
  return (name) => {
    const times = beginningWith(current().names, `.${name}.`).flatMap((entry) => {
      const stats = statIn(folder, entry);
      return stats?.isFile() === true ? [changedAt(stats)] : [];
    });
    return times.length === 0 ? null : Math.max(...times);
  };
}

export function temporaries(folders: readonly Folder[]): Temporaries {
  const list = folders.map(inOne);
  return (name) =>
    list.reduce<number | null>((newest, temporariesIn) => {
      const time = temporariesIn(name);
      return time === null ? newest : Math.max(newest ?? 0, time);
    }, null);
}
