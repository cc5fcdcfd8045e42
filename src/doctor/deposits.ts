/** The agents' folders: whether they can be read and archived in, and who beside the agent may write there. */
import type { Config } from '../core/job.ts';
import type { Finding } from '../core/finding.ts';
import { judgeOpen, judgeOwners, openFolders, ownersOf } from './deposit-writers.ts';
import { counted, critical, fine, listed, warning } from './finding.ts';
import type { Look } from './look.ts';
import { mountOf, presentMounts } from './mounts.ts';
import { judgeAgentOwners } from './owners.ts';
import type { ZoneFacts, ZoneFolder } from './zone.ts';
import type { Zones } from './zones.ts';

/** Paths in one command. */
const MOST_PATHS = 20;

type Judging = Pick<Look, 'file' | 'config' | 'places' | 'scanner' | 'hands' | 'machine'>;

/** An agent's folder that is there, and may be looked at. */
const entered = (zones: readonly ZoneFacts[]): ZoneFacts[] =>
  zones.filter(({ folders }) => folders.length > 0);

function judgeAbsent(zones: readonly ZoneFacts[], look: Judging): Finding[] {
  const { file, places, hands } = look;
  const absent = zones.filter(({ there }) => !there).map(({ agent }) => agent);
  if (absent.length === 0) return [];
  const names = new Set(
    zones.flatMap(({ agent, configured }) => (configured ? [] : agent.toLowerCase())),
  );
  const other = absent.find((agent) => names.has(agent.toLowerCase()));
  const alike = other === undefined ? '' : `; one there differs from ${other} only in case`;
  return [
    warning('deposits', absent[0] ?? '', {
      message: `${places.deposits} has no folder for ${counted(absent.length, 'agent')} of the configuration: ${listed(absent)}${alike}`,
      why: 'nothing that these agents send can arrive',
      mend: other === undefined ? null : hands.edit(file),
    }),
  ];
}

/**
 * Gives the user that scans all of it to read, and what arrives there from now on; and again to write, which that takes from him, where
 * reports are archived and deposits removed.
 */
function readable({ agent, folders }: ZoneFacts, look: Judging): string {
  const { scanner, hands, places, config } = look;
  const path = `${places.deposits}/${agent}`;
  const entries = `u:${scanner.user}:rX,d:u:${scanner.user}:rX`;
  const files = folders.filter(({ role }) => role === 'files').map((folder) => folder.path);
  const written = [
    ...(config?.archiveReports === false ? [] : [`${path}/log`]),
    ...(removesOf(config).has(agent) ? files : []),
  ];
  const writing = ['-m', `u:${scanner.user}:rwx`, '-m', `d:u:${scanner.user}:rwx`];
  return hands.root(
    ['setfacl', '-R', '-m', entries, path],
    ...(written.length === 0 ? [] : [['setfacl', ...writing, ...written]]),
  );
}

function judgeTroubles(zones: readonly ZoneFacts[], look: Judging): Finding[] {
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

function judgeUnreadable(zones: readonly ZoneFacts[], look: Judging): Finding[] {
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
        why: 'a backup that cannot be read is not judged, and its job is blocked',
        mend: readable(zone, look),
      }),
    ];
  });
}

/** Folders that a scan has to write, and cannot. */
function judgeWriting(
  zones: readonly ZoneFacts[],
  roles: readonly ZoneFolder['role'][],
  { message, why }: { readonly message: string; readonly why: string },
  { scanner, hands, machine }: Judging,
): Finding[] {
  if (!scanner.present) return [];
  const closed = zones
    .flatMap(({ folders }) => folders)
    .filter(({ role, writable }) => roles.includes(role) && !writable)
    .map(({ path }) => path);
  if (closed.length === 0) return [];
  const mount = mountOf(closed[0] ?? '', presentMounts(machine));
  if (mount?.readOnly === true) {
    return [
      warning('deposits', closed[0] ?? '', {
        message: `${message} ${scanner.user}, who scans, because ${mount.folder} is mounted read-only: ${listed(closed)}`,
        why,
        mend: hands.root(['mount', '-o', 'remount,rw', mount.folder]),
      }),
    ];
  }
  const paths = closed.slice(0, MOST_PATHS);
  return [
    warning('deposits', closed[0] ?? '', {
      message: `${message} ${scanner.user}, who scans: ${listed(closed)}`,
      why,
      mend: hands.root(['setfacl', '-m', `u:${scanner.user}:rwx`, ...paths]),
    }),
  ];
}

function removesOf(config: Config | null): ReadonlySet<string> {
  const jobs = config?.jobs.filter(({ enabled, rules }) => enabled && rules.deposit === 'remove');
  return new Set(jobs?.map(({ agent }) => agent));
}

function judgeScanning(zones: readonly ZoneFacts[], look: Judging): Finding[] {
  const configured = entered(zones).filter((zone) => zone.configured);
  const removing = removesOf(look.config);
  const archiving = look.config?.archiveReports === true ? configured : [];
  return [
    ...judgeWriting(
      archiving,
      ['log', 'archive'],
      {
        message: 'judged reports cannot be archived: these folders may not be written by',
        why: 'the reports stay where they are, and a fixed name such as STATUS.json overwrites the last one; each is judged once all the same',
      },
      look,
    ),
    ...judgeWriting(
      configured.filter(({ agent }) => removing.has(agent)),
      ['files'],
      {
        message: '`deposit: remove` cannot be done: these folders may not be written by',
        why: 'deposits stay, and fill the disk',
      },
      look,
    ),
  ];
}

export async function examineDeposits(
  look: Look,
  { zones, passedOver }: Zones,
  rrsyncHolds: boolean,
): Promise<Finding[]> {
  const configured = entered(zones).filter((zone) => zone.configured);
  const found = [
    ...judgeAbsent(zones, look),
    ...judgeTroubles(zones, look),
    ...judgeUnreadable(zones, look),
    ...judgeScanning(zones, look),
    ...judgeOpen(await openFolders(look, entered(zones)), look),
    ...(await judgeAgentOwners(configured, look)),
  ];
  const folder = look.places.deposits ?? '';
  if (found.length === 0 && configured.length > 0) {
    const can = look.scanner.present ? 'readable, and ' : '';
    const message = `the folders of ${counted(configured.length, 'agent')}: ${can}written by nobody else`;
    found.push(fine('deposits', folder, message));
  }
  found.push(...judgeOwners(await ownersOf(look, configured), rrsyncHolds, look));
  if (passedOver > 0) {
    const message = `${passedOver} folders in ${folder} that no agent of the configuration has are not looked at`;
    found.push(fine('deposits', folder, message));
  }
  return found;
}
