/** Agents' files that everybody may write, in folders that everybody may enter. */
import type { Finding } from '../../core/finding.ts';
import { counted, listed, warning } from '../finding.ts';
import type { Look } from '../look.ts';
import { MOST_PATHS } from '../most-paths.ts';
import type { ZoneFacts } from './zone.ts';

export function judgeOpenFiles(
  zones: readonly ZoneFacts[],
  { places, hands }: Pick<Look, 'places' | 'hands'>,
): Finding[] {
  const open = zones.flatMap(({ agent, folders, openFiles = [] }) =>
    openFiles.length === 0 ? [] : [{ agent, folders, openFiles }],
  );
  const files = open.flatMap(({ openFiles }) => openFiles);
  const [first] = files;
  if (first === undefined) return [];
  const agents = listed(open.map(({ agent }) => agent));
  // Of links in there, which are the agent's to make, `chmod -R` changes nothing. Folders that are open are told by themselves, and closed first.
  const some = open
    .filter(({ folders }) => folders.every(({ mode }) => (mode.mode & 0o002) === 0))
    .slice(0, MOST_PATHS)
    .map(({ agent }) => `${places.deposits}/${agent}`);
  return [
    warning('deposits', first, {
      message: `everybody on this machine may write ${counted(files.length, 'file')} of ${agents}: ${first}`,
      why: 'whoever changes a backup and its report sends in the agent’s name. rsync brings along the mode that a file has on the agent: it has to send it with --chmod=F640, or the same is told again',
      mend: some.length === 0 ? null : hands.root(['chmod', '-R', 'o-w', ...some]),
    }),
  ];
}
