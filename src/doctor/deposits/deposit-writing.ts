/** Agents' folders that a scan has to write, and cannot. */
import type { Config } from '../../core/job.ts';
import type { Finding } from '../../core/finding.ts';
import { listed, warning } from '../finding.ts';
import type { Look } from '../look.ts';
import { MOST_PATHS } from '../most-paths.ts';
import { mountOf, presentMounts } from '../tree/mounts.ts';
import type { ZoneFacts, ZoneFolder } from './zone.ts';

type Judging = Pick<Look, 'config' | 'scanner' | 'hands' | 'machine'>;

/** Agents of which deposits are removed. */
export function removesOf(config: Config | null): ReadonlySet<string> {
  const jobs = config?.jobs.filter(({ enabled, rules }) => enabled && rules.deposit === 'remove');
  return new Set(jobs?.map(({ agent }) => agent));
}

const isArchived = ({ role }: ZoneFolder): boolean => role === 'log' || role === 'archive';
const isEmptied = ({ role, holdsFiles = role === 'files' }: ZoneFolder): boolean => holdsFiles;

/** Whether a scan has to write in a folder of that agent. */
export function isWritten(config: Config | null, agent: string): (folder: ZoneFolder) => boolean {
  const archives = config?.archiveReports === true;
  const removes = removesOf(config).has(agent);
  return (folder) => (archives && isArchived(folder)) || (removes && isEmptied(folder));
}

function judgeClosed(
  closed: readonly string[],
  { message, why }: { readonly message: string; readonly why: string },
  { scanner, hands, machine }: Judging,
): Finding[] {
  const [first] = closed;
  if (first === undefined || !scanner.present) return [];
  const mount = mountOf(first, presentMounts(machine));
  const isReadOnly = mount?.readOnly === true;
  const reason = isReadOnly ? `, because ${mount.folder} is mounted read-only` : '';
  return [
    warning('deposits', first, {
      message: `${message} ${scanner.user}, who scans${reason}: ${listed(closed)}`,
      why,
      mend: isReadOnly
        ? hands.root(['mount', '-o', 'remount,rw', mount.folder])
        : hands.root(['setfacl', '-m', `u:${scanner.user}:rwx`, ...closed.slice(0, MOST_PATHS)]),
    }),
  ];
}

/** @param configured agents whose folders were looked at */
export function judgeWriting(configured: readonly ZoneFacts[], look: Judging): Finding[] {
  const removing = removesOf(look.config);
  const closed = (zones: readonly ZoneFacts[], has: (folder: ZoneFolder) => boolean): string[] =>
    zones
      .flatMap(({ folders }) => folders)
      .filter((folder) => !folder.writable && has(folder))
      .map(({ path }) => path);
  const archiving = look.config?.archiveReports === true ? configured : [];
  const emptied = configured.filter(({ agent }) => removing.has(agent));
  return [
    ...judgeClosed(
      closed(archiving, isArchived),
      {
        message: 'judged reports cannot be archived: these folders may not be written by',
        why: 'the reports stay where they are, and a fixed name such as STATUS.json overwrites the last one; each is judged once all the same',
      },
      look,
    ),
    ...judgeClosed(
      closed(emptied, isEmptied),
      {
        message: '`deposit: remove` cannot be done: these folders may not be written by',
        why: 'deposits stay, and fill the disk',
      },
      look,
    ),
  ];
}
