/** A folder of the configuration that is not there: it is made where it never was, and nowhere else. */
import type { Finding } from '../../core/finding.ts';
import { critical } from '../finding.ts';
import type { FolderFacts, Judging } from './folder-facts.ts';
import { mountAll, MOUNTING, notMounted, unread } from './mounting.ts';
import { giveAway } from '../rights/own-user.ts';

const WHY = 'no scan can run without it';

/** Makes it, and the user to whom it belongs where that is not there either. Through a link install(1) makes nothing. */
function make({ what, real, makeMode }: FolderFacts, look: Judging): string {
  const { scanner, hands } = look;
  if (what === 'deposits') return hands.root(['install', '-d', '-m', makeMode, real]);
  if (!scanner.exists) return giveAway(look, { hasOwnUser: false, owner: 'none' }).mend;
  const owner = ['-o', scanner.user, '-g', scanner.group];
  return hands.root(['install', '-d', ...owner, '-m', makeMode, real]);
}

/** A tree made anew in the place of one that is not mounted would make every backup missing, and then all seem well. */
export function judgeAbsent(facts: FolderFacts, look: Judging): Finding {
  const { what, path, unmounted: disk, recorded, fileAbove, broken } = facts;
  const { hands } = look;
  const tell = (message: string, mend: string, why = WHY): Finding =>
    critical('folders', path, { message: `${what}: ${path} ${message}`, why, mend });
  if (fileAbove !== null)
    return tell(`cannot be there: ${fileAbove} is no folder`, hands.edit(look.file));
  if (disk !== null) {
    const mount = hands.root(['mount', disk]);
    return tell(`does not exist, and ${disk}, which fstab has, is not mounted`, mount);
  }
  // Versions tell nothing of the other folders.
  const isOfBackups = what === 'deposits' || what === 'validated';
  const lost = isOfBackups ? notMounted(recorded) : '';
  const mayBeAway = isOfBackups && recorded !== 0;
  const away = `${WHY}; ${MOUNTING}${unread(recorded)}`;
  if (broken !== null) {
    const whose = broken.link === path ? 'is a link that' : `is not there: ${broken.link}`;
    const nowhere = `${whose} leads to ${broken.target}, which does not exist${lost}`;
    if (mayBeAway) return tell(nowhere, mountAll(look), away);
    const mount = `${WHY}: mount the disk that the link leads to, or make the link anew`;
    return tell(nowhere, hands.root(['ls', '-l', broken.link]), mount);
  }
  if (mayBeAway) return tell(`does not exist${lost}`, mountAll(look), away);
  return tell('does not exist', make(facts, look));
}

/** There, but only as the place where its disk belongs. */
export function judgeWithoutDisk(
  what: string,
  { path, unmounted: disk }: Pick<FolderFacts, 'path' | 'unmounted'>,
  { hands }: Pick<Judging, 'hands'>,
): Finding[] {
  if (disk === null) return [];
  return [
    critical('folders', path, {
      message: `${what}: ${path} is there, but ${disk}, which fstab has, is not mounted`,
      why: 'what lies on that disk is not seen, and what is written now is hidden once it is mounted',
      mend: hands.root(['mount', disk]),
    }),
  ];
}
