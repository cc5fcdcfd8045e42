/** Who scans, and who asks. */
import { dirname } from 'node:path';
import { shellWord } from '../../core/text.ts';
import type { Finding } from '../../core/finding.ts';
import { modeOf } from './access.ts';
import { fine, warning } from '../finding.ts';
import type { Look } from '../look.ts';
import { giveAway, type GivenAway } from './own-user.ts';

export interface UserFacts {
  /** Who started doctor. */
  readonly started: number;
  /** Of the database: `none` where neither it nor its folder is there, `hidden` where this user may not know. */
  readonly owner: 'known' | 'none' | 'hidden';
  /** There is a user of that name already. */
  readonly hasOwnUser: boolean;
  /** Folders of versions that the database records, relative to the tree. */
  readonly folders?: readonly string[];
}

type Judging = Pick<Look, 'file' | 'config' | 'places' | 'scanner' | 'hands' | 'machine'>;

const asRoot =
  'they read what other machines have sent: a fault in that would have the whole machine';

const given = ({ mend, shared }: GivenAway): { why: string; mend: string } => ({
  why: shared === null ? asRoot : `${asRoot}. ${shared}`,
  mend,
});

function judgeUnowned(facts: UserFacts, look: Judging): Finding[] {
  const { places, scanner, hands } = look;
  if (facts.owner === 'hidden') {
    return [
      warning('user', places.database ?? '', {
        message: `to whom ${places.database} belongs may not be known by this user`,
        why: 'what the user that scans may read and write is not known then',
        mend: `sudo ${hands.own('doctor')}`,
      }),
    ];
  }
  if (scanner.uid !== 0) return [];
  return [
    warning('user', 'root', {
      message: `${places.database} is not there yet: with init-db as it is, scans would run as root`,
      ...given(giveAway(look, facts)),
    }),
  ];
}

/** A number is a name to sudo, but for the sign before it. */
const sudoWord = (user: string): string => (/^\d+$/u.test(user) ? `'#${user}'` : shellWord(user));

export function judgeUser(facts: UserFacts, look: Judging): Finding[] {
  const { scanner, places, hands } = look;
  const { database } = places;
  // Told as a fault of the configuration.
  if (database === null) return [];
  if (facts.owner !== 'known') return judgeUnowned(facts, look);
  if (!scanner.present) {
    return [
      warning('user', scanner.user, {
        message: `scans run as ${scanner.user}, the owner of ${database}, and this is another user: what ${scanner.user} may read and write is not known here`,
        why: 'a permission that is missing is found out by the next scan',
        mend: `sudo -u ${sudoWord(scanner.user)} ${hands.own('doctor')}`,
      }),
    ];
  }
  if (scanner.uid === 0) {
    const { validated } = places;
    const isDivided = validated !== null && (modeOf(validated)?.uid ?? 0) !== 0;
    const others = isDivided ? `, and ${validated} to another user` : '';
    return [
      warning('user', scanner.user, {
        message: `scans run as root, to whom ${database} belongs${others}`,
        ...given(giveAway(look, facts)),
      }),
    ];
  }
  // Root may have put the file there, as a copy of it does.
  const isHis = (modeOf(database)?.uid ?? scanner.uid) === scanner.uid;
  const owned = isHis ? database : dirname(database);
  const as = facts.started === scanner.uid ? '' : ', and so does this, started by root';
  return [fine('user', scanner.user, `scans run as ${scanner.user}, the owner of ${owned}${as}`)];
}
