/** Who scans, and who asks. */
import { dirname } from 'node:path';
import type { Finding } from '../core/finding.ts';
import { fine, warning } from './finding.ts';
import type { Look } from './look.ts';

export interface UserFacts {
  /** Who started doctor. */
  readonly started: number;
  /** Of the database: `none` where neither it nor its folder is there, `hidden` where this user may not know. */
  readonly owner: 'known' | 'none' | 'hidden';
  /** There is a user of that name already. */
  readonly hasOwnUser: boolean;
}

const NAME = 'backupmon';

type Judging = Pick<Look, 'places' | 'scanner' | 'hands'>;

const useradd = ['useradd', '--system', '--user-group', NAME];

/** A user of its own, to whom state and tree belong, as the README has it. */
export function giveAway(
  { places, hands }: Pick<Look, 'places' | 'hands'>,
  { hasOwnUser, owner }: Pick<UserFacts, 'hasOwnUser' | 'owner'>,
): string {
  const { database, validated } = places;
  const folder = database === null ? null : dirname(database);
  const made = (path: string | null, mode: string): string[][] =>
    path === null ? [] : [['install', '-d', '-o', NAME, '-g', NAME, '-m', mode, path]];
  const commands =
    owner === 'none'
      ? [...made(folder, '2750'), ...made(validated, '0750')]
      : [
          [
            'chown',
            '-R',
            `${NAME}:${NAME}`,
            ...[folder, validated].filter((path) => path !== null),
          ],
        ];
  return hands.root(...(hasOwnUser ? [] : [useradd]), ...commands);
}

const asRoot =
  'they read what other machines have sent: a fault in that would have the whole machine';

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
      why: asRoot,
      mend: giveAway(look, facts),
    }),
  ];
}

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
        mend: ['sudo', '-u', scanner.user, hands.own('doctor')].join(' '),
      }),
    ];
  }
  if (scanner.uid === 0) {
    return [
      warning('user', scanner.user, {
        message: `scans run as root, to whom ${database} belongs`,
        why: asRoot,
        mend: giveAway(look, facts),
      }),
    ];
  }
  const as = facts.started === scanner.uid ? '' : ', and so does this, started by root';
  return [
    fine('user', scanner.user, `scans run as ${scanner.user}, the owner of ${database}${as}`),
  ];
}
