/** The folders that the configuration names, and which names in them are ours. */
import { dirname } from 'node:path';
import { modeOf } from '../rights/access.ts';
import { isOfDatabase } from '../rights/belongings.ts';
import { METRICS, type Wanted } from './folder-facts.ts';
import type { Look } from '../look.ts';
import { jobPaths, treeNames } from './tree-names.ts';

/** Modes are those of the README. A folder that the configuration does not tell is left out. */
export function wantedOf({ places, config }: Pick<Look, 'places' | 'config'>): readonly Wanted[] {
  const { deposits, validated, database } = places;
  const metrics = config?.metrics ?? null;
  const folderOf = (file: string | null): string | null => (file === null ? null : dirname(file));
  const all = [
    { what: 'deposits', path: deposits, need: 'enter', makeMode: '0755' },
    { what: 'validated', path: validated, need: 'write', makeMode: '0750' },
    {
      what: 'the folder of the database',
      path: folderOf(database),
      need: 'write',
      makeMode: '2750',
    },
    { what: METRICS, path: folderOf(metrics), need: 'write', makeMode: '0755' },
  ] as const;
  return all.flatMap(({ path, ...rest }) => (path === null ? [] : [{ ...rest, path }]));
}

/**
 * Whether a name in the folder is one of ours.
 * @param owned folders of versions, relative to the tree
 */
export function oursOf(
  what: string,
  { places, config }: Pick<Look, 'places' | 'config'>,
  owned: readonly string[],
): (name: string) => boolean {
  if (what === 'validated') return treeNames(jobPaths(config), owned).get('') ?? (() => false);
  // Agents have folders there, also some that the configuration does not name.
  if (what === 'deposits')
    return (name) => !name.startsWith('.') && modeOf(`${places.deposits}/${name}`)?.isFile !== true;
  if (what === METRICS) return (name) => name.endsWith('.prom');
  return isOfDatabase(places.database ?? '');
}
