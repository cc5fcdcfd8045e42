/** Agents' folders and files that the user that scans cannot look at. */
import type { Finding } from '../../core/finding.ts';
import { removesOf } from './deposit-writing.ts';
import { counted, critical, warning } from '../finding.ts';
import type { Look } from '../look.ts';
import type { ZoneFacts } from './zone.ts';

type Judging = Pick<Look, 'config' | 'places' | 'scanner' | 'hands'>;

/**
 * Gives the user that scans all that lies there to read, and what arrives from now on as far as the agent leaves it to its group; and
 * again to write, which that takes from him, where reports are archived and deposits removed, in folders that are known to be there.
 */
function readable(
  { agent, configured, folders }: ZoneFacts,
  { scanner, hands, places, config }: Judging,
): string {
  const entries = `u:${scanner.user}:rX,d:u:${scanner.user}:rX`;
  const removes = removesOf(config).has(agent);
  const written = folders.filter(
    ({ role, holdsFiles = role === 'files' }) =>
      configured &&
      ((role === 'log' && config?.archiveReports !== false) || (removes && holdsFiles)),
  );
  const writing = ['-m', `u:${scanner.user}:rwx`, '-m', `d:u:${scanner.user}:rwx`];
  return hands.root(
    ['setfacl', '-R', '-m', entries, `${places.deposits}/${agent}`],
    ...(written.length === 0 ? [] : [['setfacl', ...writing, ...written.map(({ path }) => path)]]),
  );
}

export function judgeTroubles(zones: readonly ZoneFacts[], look: Judging): Finding[] {
  const { scanner, hands, places } = look;
  return zones.flatMap((zone): Finding[] => {
    const { agent, configured, trouble, unsafe } = zone;
    const path = `${places.deposits}/${agent}`;
    const refused = unsafe.map((message) =>
      critical('deposits', path, {
        message,
        why: 'it could lead to files of others; whatever lies behind it is not looked at',
        mend: hands.root(['ls', '-l', path]),
      }),
    );
    if (trouble === null || !scanner.present) return refused;
    return [
      ...refused,
      (configured ? critical : warning)('deposits', path, {
        message: trouble,
        why: configured ? 'its backups cannot be judged' : 'what it holds is not known',
        mend: readable(zone, look),
      }),
    ];
  });
}

export function judgeUnreadable(zones: readonly ZoneFacts[], look: Judging): Finding[] {
  const { scanner, places } = look;
  if (!scanner.present) return [];
  return zones.flatMap((zone): Finding[] => {
    const { agent, configured, unreadable, files } = zone;
    const path = `${places.deposits}/${agent}`;
    const [first] = unreadable;
    if (first === undefined || !configured) return [];
    return [
      critical('deposits', path, {
        message: `${unreadable.length} of ${counted(files, 'file')} of ${agent} may not be read by ${scanner.user}, who scans: ${first}`,
        why: 'a backup that cannot be read is not judged, and its job is blocked. rsync brings along the mode that a file has on the agent: where that is 0600, the agent has to send it with --chmod=F640, or the same is told again',
        mend: readable(zone, look),
      }),
    ];
  });
}
