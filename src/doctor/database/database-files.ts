/** The files that make up the database: whose they are, whether the user that scans can write them, and who else may. */
import { accessSync, constants } from 'node:fs';
import { dirname } from 'node:path';
import type { Finding } from '../../core/finding.ts';
import { errorCode } from '../../files/trouble.ts';
import { modeOf, refusalOf as refusalOfFolder, type Mode } from '../rights/access.ts';
import { critical, warning } from '../finding.ts';
import type { Words } from '../hands.ts';
import type { Look } from '../look.ts';
import { mountOf, presentMounts } from '../tree/mounts.ts';
import { leadsTo } from '../real-path.ts';

type Judging = Pick<Look, 'scanner' | 'hands' | 'machine'>;

export interface DatabaseFile {
  readonly path: string;
  readonly mode: Mode;
  /** Why this user may not read and write it, as an errno name; null where he may. */
  readonly refusal: string | null;
}

function refusalOf(path: string): string | null {
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
    return null;
  } catch (error) {
    const code = errorCode(error);
    if (code === null) throw error;
    return code;
  }
}

/** What SQLite keeps beside the file itself, and the lock of the scan beside its name; each where it is there and is a file. */
export function filesOf(database: string): DatabaseFile[] {
  const real = leadsTo(database);
  const paths = [...['', '-wal', '-shm'].map((suffix) => `${real}${suffix}`), `${database}.lock`];
  return paths.flatMap((path): DatabaseFile[] => {
    const mode = modeOf(path);
    return mode === null || !mode.isFile ? [] : [{ path, mode, refusal: refusalOf(path) }];
  });
}

const pathsOf = (files: readonly DatabaseFile[]): string[] => files.map(({ path }) => path);

/** Lets the owner read and write those that do not: whatever else their mode grants stays. */
function opening(files: readonly DatabaseFile[]): Words[] {
  const closed = files.filter(({ mode }) => (mode.mode & 0o600) !== 0o600);
  return closed.length === 0 ? [] : [['chmod', 'u+rw', ...pathsOf(closed)]];
}

const isHis = ({ mode }: DatabaseFile, { scanner }: Judging): boolean =>
  !scanner.known || mode.uid === scanner.uid;

/** What one refusal means, and the commands against it; none where nothing that is known mends it. */
function reasonOf(
  code: string,
  files: readonly DatabaseFile[],
  look: Judging,
): { readonly reason: string; readonly commands: readonly Words[] } {
  const [first] = pathsOf(files);
  if (code === 'EROFS') {
    const mounted = mountOf(first ?? '', presentMounts(look.machine))?.folder;
    return {
      reason: 'the file system is mounted read-only',
      commands: mounted === undefined ? [] : [['mount', '-o', 'remount,rw', mounted]],
    };
  }
  if (code === 'EPERM')
    return { reason: 'immutable', commands: [['chattr', '-i', ...pathsOf(files)]] };
  const commands = opening(files);
  return commands.length > 0
    ? { reason: `mode ${modesOf(files)}`, commands }
    : { reason: 'although the modes allow it: a rule of AppArmor or SELinux may not', commands };
}

const modesOf = (files: readonly DatabaseFile[]): string =>
  [...new Set(files.map(({ mode }) => mode.mode.toString(8).padStart(4, '0')))].join(', ');

/** Of a disk that is read-only as a whole is told with its folder. */
const isToldWithFolder = ({ path, refusal }: DatabaseFile): boolean =>
  refusal === 'EROFS' && refusalOfFolder(dirname(path), 'write') === 'EROFS';

/** Those that belong to the user that scans, and that he cannot read and write. */
function judgeRefusals(files: readonly DatabaseFile[], look: Judging): Finding[] {
  const { scanner, hands } = look;
  // Another user cannot tell.
  if (!scanner.present) return [];
  const refused = files.filter(
    (file) => file.refusal !== null && isHis(file, look) && !isToldWithFolder(file),
  );
  return [...Map.groupBy(refused, ({ refusal }) => refusal ?? '')].map(([code, some]) => {
    const { reason, commands } = reasonOf(code, some, look);
    const paths = pathsOf(some);
    return critical('database', paths[0] ?? '', {
      message: `${paths.join(', ')} cannot be read and written by ${scanner.user}, who scans (${reason})`,
      why: 'a scan that cannot record anything ends at once',
      mend: commands.length === 0 ? null : hands.root(...commands),
    });
  });
}

/** `-h`: whoever may write in the folder could have put a link there, and what that leads to is not to be given away. */
function judgeStrange(files: readonly DatabaseFile[], look: Judging): Finding[] {
  const { scanner, hands } = look;
  const strange = files.filter((file) => !isHis(file, look));
  const [first] = strange;
  if (first === undefined) return [];
  const paths = pathsOf(strange);
  return [
    critical('database', first.path, {
      message: `${paths.join(', ')} ${paths.length === 1 ? 'does' : 'do'} not belong to ${scanner.user}, who scans`,
      why: 'a program that was run as another user has made it, and scans cannot write it',
      mend: hands.root(
        ['chown', '-h', `${scanner.user}:${scanner.group}`, ...paths],
        ...opening(strange),
      ),
    }),
  ];
}

/** Files that keep the user that scans from his work. */
export const judgeBarred = (files: readonly DatabaseFile[], look: Judging): Finding[] => [
  ...judgeStrange(files, look),
  ...judgeRefusals(files, look),
];

/** Who may change and read the files, and should not. */
export function judgeOpen(
  files: readonly DatabaseFile[],
  { scanner, hands }: Pick<Judging, 'scanner' | 'hands'>,
): Finding[] {
  const open = pathsOf(files.filter(({ mode }) => (mode.mode & 0o022) !== 0));
  const readable = pathsOf(files.filter(({ mode }) => (mode.mode & 0o004) !== 0));
  const found: Finding[] = [];
  if (open.length > 0) {
    found.push(
      critical('database', open[0] ?? '', {
        message: `${open.join(', ')} may be written by others than ${scanner.user}`,
        why: 'whoever changes it decides what counts as a good backup, and which versions are deleted',
        mend: hands.root(['chmod', 'go-w', ...open]),
      }),
    );
  }
  if (readable.length > 0) {
    found.push(
      warning('database', readable[0] ?? '', {
        message: `${readable.join(', ')} may be read by everybody on this machine`,
        why: 'it holds names, paths and messages of all agents; readers belong into its group',
        mend: hands.root(['chmod', 'o-r', ...readable]),
      }),
    );
  }
  return found;
}
