/** Files that cron reads, and those that it passes over unread: rules of Debian's cron (cron(8)), and what its log says of them. */
import type { CronUser, FindUser } from './cron-users.ts';
import type { FileStats, Machine } from '../machine.ts';

export interface CronFile {
  readonly file: string;
  /** Whose crontab it is; null for those of the system, which name the user in each line. */
  readonly owner: string | null;
}

/** Words of what has cron take it; `edit` where that is to be written, null where nothing does. */
export type CronMend = readonly string[] | 'edit' | null;

export interface Refusal {
  readonly why: string;
  readonly mend: CronMend;
}

type System = Pick<Machine, 'names' | 'stats' | 'linkOwner'>;

/** cronie has no folder of its own for them. */
const spoolOf = ({ stats }: System): string =>
  stats('/var/spool/cron/crontabs') === null ? '/var/spool/cron' : '/var/spool/cron/crontabs';

export function cronFiles(machine: System): CronFile[] {
  const { names } = machine;
  const spool = spoolOf(machine);
  const system = names('/etc/cron.d').map((name) => `/etc/cron.d/${name}`);
  return [
    ...['/etc/crontab', ...system].map((file) => ({ file, owner: null })),
    ...names(spool).map((owner) => ({ file: `${spool}/${owner}`, owner })),
  ];
}

const linked = 'cron passes over files that have a second name (hard link)';

function refusedOfSystem(
  file: string,
  { uid, mode, nlink }: FileStats,
  link: number | null,
): Refusal | null {
  const name = file.replace('/etc/cron.d/', '');
  if (file !== '/etc/crontab' && !/^[\w-]+$/u.test(name)) {
    const why = 'cron passes over names with other characters than letters, digits, _ and -';
    return { why, mend: 'edit' };
  }
  if (link !== null && link !== 0)
    return {
      why: 'cron passes over links there that do not belong to root',
      mend: ['chown', '-h', 'root', file],
    };
  if (uid !== 0)
    return {
      why: 'cron passes over files there that do not belong to root',
      mend: ['chown', 'root', file],
    };
  if ((mode & 0o022) !== 0)
    return {
      why: 'cron passes over files there that others than root may write',
      mend: ['chmod', 'go-w', file],
    };
  return nlink === 1 ? null : { why: linked, mend: ['sed', '-i', '', file] };
}

function refusedOfUser(
  file: string,
  { uid, mode, nlink }: FileStats,
  link: number | null,
  user: CronUser,
): Refusal | null {
  if (user.exists === false)
    return {
      why: `there is no user ${file.split('/').at(-1)}, and cron passes over the crontab`,
      mend: null,
    };
  if (link !== null) return { why: 'cron passes over crontabs that are links', mend: 'edit' };
  if ((mode & 0o7777) !== 0o600)
    return {
      why: 'cron passes over crontabs of users with another mode than 0600',
      mend: ['chmod', '600', file],
    };
  if (uid !== 0 && user.uid !== null && uid !== user.uid)
    return {
      why: 'cron passes over crontabs that belong to another user',
      mend: ['chown', String(user.uid), file],
    };
  return nlink === 1 ? null : { why: linked, mend: ['sed', '-i', '', file] };
}

/** Why cron passes over a file, as far as that needs no look into it; null where it does not. */
export async function refusalOf(
  { file, owner }: CronFile,
  { stats, linkOwner }: System,
  findUser: FindUser,
): Promise<Refusal | null> {
  const found = stats(file);
  if (found === null) return null;
  const link = linkOwner(file);
  return owner === null
    ? refusedOfSystem(file, found, link)
    : refusedOfUser(file, found, link, await findUser(owner));
}
