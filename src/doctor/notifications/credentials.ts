/** Secrets that only the unit of the scan can read: systemd hands them to it as credentials. */
import type { Finding } from '../../core/finding.ts';
import { isEmptyFile } from '../rights/access.ts';
import { critical, fine, warning } from '../finding.ts';
import type { Look } from '../look.ts';
import { override } from '../schedule/drop-in.ts';
import type { Credential } from '../schedule/timers.ts';

/** As the configuration has it, where the variable is not set. */
const PREFIX = '${CREDENTIALS_DIRECTORY}/';

export const isCredential = (path: string): boolean => path.startsWith(PREFIX);

export interface CredentialFacts {
  /** Of the units that run scans of this configuration. */
  readonly credentials: readonly Credential[];
  /** The first of them; null where there is none. */
  readonly service: string | null;
  /** Of some unit it cannot be told which configuration it scans. */
  readonly isUnsure: boolean;
  /** This user may see whether a file is there, wherever it lies. */
  readonly sawAll: boolean;
}

/** @param path as the configuration has it */
export function judgeCredential(
  { path, what }: { readonly path: string; readonly what: string },
  { credentials, service, isUnsure, sawAll }: CredentialFacts,
  { hands }: Pick<Look, 'hands'>,
): Finding {
  const name = path.slice(PREFIX.length);
  const credential = credentials.find((one) => one.name === name);
  const why = 'alarms by this way are not sent';
  if (credential === undefined && isUnsure) {
    const message = `${what} is the credential ${name} of systemd; it cannot be told whether the unit of the scan loads it`;
    return fine('notifications', name, message);
  }
  if (credential === undefined) {
    return critical('notifications', name, {
      message: `${what} is the credential ${name} of systemd, and no unit that runs scans loads it`,
      why,
      mend: override(
        service ?? 'backupmon-scan.service',
        `LoadCredential=${name}:/etc/backupmon/${name}`.replaceAll('%', '%%'),
        hands,
      ),
    });
  }
  const { path: file, mode, unchecked } = credential;
  const isLoaded = `${what} is the credential ${name} of the unit`;
  if (unchecked === true) return fine('notifications', name, isLoaded);
  if (mode === null && sawAll) {
    return critical('notifications', file, {
      message: `${file}, ${what}, does not exist`,
      why,
      mend: hands.root(['install', '-m', '0600', '/dev/stdin', file]),
    });
  }
  if (isEmptyFile(file)) {
    return critical('notifications', file, {
      message: `${file}, ${what}, is empty`,
      why,
      mend: hands.root(['install', '-m', '0600', '/dev/stdin', file]),
    });
  }
  if (mode !== null && (mode & 0o006) !== 0) {
    return warning('notifications', file, {
      message: `${file}, ${what}, may be read by everybody on this machine`,
      why: 'whoever has it can send mail, or alarms, in your name',
      mend: hands.root(['chmod', 'o-rwx', file]),
    });
  }
  return fine('notifications', file, isLoaded);
}
