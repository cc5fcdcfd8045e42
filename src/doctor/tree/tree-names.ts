/** Which names in the tree are backupmon's: folders of jobs, those on the way to them, and the versions in them. */
import { parseVersionStamp } from '../../core/instant.ts';
import type { Config } from '../../core/job.ts';
import { namesIn } from '../rights/belongings.ts';

/** Folders of the tree, relative to it, and what of ours may lie in each; of other folders nothing is known. */
export type TreeNames = ReadonlyMap<string, (name: string) => boolean>;

/** Beside the marker; made by scans, and removed when they are empty. */
export const ownNames: readonly string[] = ['.incoming', '.held'];

/** `paris/compta`: `paris`, and it. */
export const withAbove = (path: string): string[] => {
  const parts = path.split('/');
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
};

const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));

/** Paths of jobs, enabled or not; none where the configuration is faulty. */
export const jobPaths = (config: Config | null): readonly string[] =>
  config?.jobs.map(({ path }) => path) ?? [];

/**
 * @param jobs paths of jobs
 * @param owned folders of versions that the database records, relative to the tree
 */
export function treeNames(jobs: readonly string[], owned: readonly string[]): TreeNames {
  const ofJobs = new Set([...jobs, ...owned.map(parentOf)].filter((path) => path !== ''));
  const inner = new Map<string, Set<string>>([['', new Set(['.backupmon', ...ownNames])]]);
  for (const path of [...ofJobs].flatMap(withAbove)) {
    const parent = parentOf(path);
    const names = inner.get(parent) ?? new Set();
    names.add(path.slice(parent === '' ? 0 : parent.length + 1));
    inner.set(parent, names);
  }
  const isVersion = (name: string): boolean =>
    name === 'current' || parseVersionStamp(name) !== null;
  return new Map(
    [...new Set([...inner.keys(), ...ofJobs])].map((folder) => [
      folder,
      (name: string) =>
        inner.get(folder)?.has(name) === true || (ofJobs.has(folder) && isVersion(name)),
    ]),
  );
}

/** `hidden`: what lies in it, or in a folder in it, may not be known by the present user. */
export type Holds = 'ours' | 'others' | 'hidden';

/** What a folder of the tree holds, as deep as folders of jobs lie. What is a version by its name is ours with all that it holds. */
export function holdingOf(root: string, folder: string, names: TreeNames): Holds {
  const isOurs = names.get(folder);
  if (isOurs === undefined) return 'ours';
  const inside = namesIn(folder === '' ? root : `${root}/${folder}`);
  if (inside === null) return 'hidden';
  const ours = folder === '' ? inside.filter((name) => name !== 'lost+found') : inside;
  if (!ours.every(isOurs)) return 'others';
  const deeper = ours
    .map((name) => (folder === '' ? name : `${folder}/${name}`))
    .filter((path) => names.has(path))
    .map((path) => holdingOf(root, path, names));
  return (
    deeper.find((held) => held === 'others') ?? deeper.find((held) => held !== 'ours') ?? 'ours'
  );
}
