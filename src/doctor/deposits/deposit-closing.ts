/** Agents' folders that others may write: told once for all that are alike. */
import type { Finding } from '../../core/finding.ts';
import type { OpenFolder } from './deposit-writers.ts';
import { critical, listed, warning } from '../finding.ts';
import type { Words } from '../hands.ts';
import type { Look } from '../look.ts';
import { MOST_PATHS } from '../most-paths.ts';

/** The same steps for all folders that need them. */
function commandsFor(open: readonly OpenFolder[]): Words[] {
  const some = open.slice(0, MOST_PATHS);
  const alike = Map.groupBy(some, ({ steps }) => JSON.stringify(steps));
  return [...alike.values()].flatMap((same) =>
    (same[0]?.steps ?? []).map((words) => [...words, ...same.map(({ path }) => path)]),
  );
}

const unknown =
  '; the agent may have no other right there: make the user that it logs in as the owner first, and run this again';

function judgeSame(same: readonly OpenFolder[], { hands }: Pick<Look, 'hands'>): Finding {
  const paths = same.map(({ path }) => path);
  const [first] = same;
  const commands = first?.steps === null ? null : hands.root(...commandsFor(same));
  if (first?.writers === null) {
    const why =
      'anybody can put a backup and its report there in the agent’s name, or take them away';
    return critical('deposits', first.path, {
      message: `everybody on this machine may write ${listed(paths)}`,
      why: commands === null ? `${why}${unknown}` : why,
      mend: commands,
    });
  }
  const writers = [...new Set(same.flatMap((folder) => folder.writers ?? []))];
  const why = 'whoever may write there can send backups in the agent’s name';
  return warning('deposits', paths[0] ?? '', {
    message: `${listed(writers)} may write ${listed(paths)}, which belong to others`,
    why: commands === null ? `${why}${unknown}` : why,
    mend: commands,
  });
}

export function judgeOpen(open: readonly OpenFolder[], look: Pick<Look, 'hands'>): Finding[] {
  const isForAll = ({ writers }: OpenFolder): boolean => writers === null;
  const isKnown = ({ steps }: OpenFolder): boolean => steps !== null;
  return [
    open.filter((one) => isForAll(one) && isKnown(one)),
    open.filter((one) => isForAll(one) && !isKnown(one)),
    open.filter((one) => !isForAll(one) && isKnown(one)),
    open.filter((one) => !isForAll(one) && !isKnown(one)),
  ].flatMap((same) => (same.length === 0 ? [] : [judgeSame(same, look)]));
}
