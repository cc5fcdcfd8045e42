/** Programs that backups need: rsync, which brings them, and those that decompress them. */
import type { Finding } from '../core/finding.ts';
import { counted, fine, warning } from './finding.ts';
import { installerOf } from './installer.ts';
import type { Look } from './look.ts';
import type { Machine } from './machine.ts';

export interface RsyncFacts {
  /** null: it is not installed. */
  readonly version: string | null;
  /** The command of the package manager that is here; null for none that is known. */
  readonly install: readonly string[] | null;
}

/** The first version without the faults of 2026, one of which let agents out of rrsync. */
const SAFE_RSYNC = [3, 5, 0] as const;

/** `rsync  version 3.2.7  protocol version 31`; null where that is not its first line. */
export const rsyncVersion = (out: string): string | null =>
  /^rsync\s+version\s+v?(\d+(?:\.\d+)+\S*)/u.exec(out)?.[1] ?? null;

export async function readRsync(machine: Machine): Promise<RsyncFacts> {
  const { out } = await machine.ask('rsync', '--version');
  return { version: rsyncVersion(out), install: installerOf(machine) };
}

function isSafe(version: string): boolean {
  const parts = version.split('.').map((part) => Number.parseInt(part, 10));
  const differs = SAFE_RSYNC.findIndex((wanted, index) => parts[index] !== wanted);
  return differs === -1 || (parts[differs] ?? 0) > (SAFE_RSYNC[differs] ?? 0);
}

export function judgeRsync(
  { version, install }: RsyncFacts,
  { hands }: Pick<Look, 'hands'>,
): Finding {
  const mend = install === null ? null : hands.root([...install, 'rsync']);
  if (version === null) {
    return warning('programs', 'rsync', {
      message: 'rsync is not installed',
      why: 'agents that send by rsync over ssh need it here',
      mend,
    });
  }
  if (isSafe(version)) return fine('programs', 'rsync', `rsync ${version}`);
  return warning('programs', 'rsync', {
    message: `rsync ${version} is older than 3.5.0`,
    why: '3.5.0 mended 33 faults of security, one of which lets an agent out of the folder that rrsync holds it in; a distribution may have mended an older version',
    mend,
  });
}

/** What decompresses files of these endings; where it is absent, they are not looked into. */
const decoders: readonly (readonly [program: string, ending: RegExp, aptPackage: string])[] = [
  ['xz', /\.t?xz$/iu, 'xz-utils'],
  ['bzip2', /\.(?:bz2?|tbz2?|tb2)$/iu, 'bzip2'],
  ['lz4', /\.t?lz4$/iu, 'lz4'],
];

/** As scans search them. */
const decoderFolders = ['/usr/bin', '/bin'];

/** @param names of files that agents have sent */
export function judgeDecoders(
  names: readonly string[],
  isInstalled: (program: string) => boolean,
  install: readonly string[] | null,
  { hands }: Pick<Look, 'hands'>,
): Finding[] {
  return decoders.flatMap(([program, ending, aptPackage]) => {
    const seen = names.filter((name) => ending.test(name));
    if (seen.length === 0) return [];
    if (isInstalled(program)) return [fine('programs', program, `${program} is installed`)];
    const name = install?.[0] === 'apt-get' ? aptPackage : program === 'xz' ? 'xz' : program;
    return [
      warning('programs', program, {
        message: `${program} is not installed in ${decoderFolders.join(' or ')}, and agents send ${counted(seen.length, 'file')} such as ${seen[0]}`,
        why: 'of such a file only size and SHA-256 are verified, not that it can be decompressed and holds a whole dump',
        mend: install === null ? null : hands.root([...install, name]),
      }),
    ];
  });
}

/** As scans find them: what lies elsewhere is not used. */
export const examineDecoders = (
  look: Pick<Look, 'hands' | 'machine'>,
  names: readonly string[],
): Finding[] =>
  judgeDecoders(
    names,
    (program) =>
      decoderFolders.some(
        (folder) => ((look.machine.stats(`${folder}/${program}`)?.mode ?? 0) & 0o111) !== 0,
      ),
    installerOf(look.machine),
    look,
  );
