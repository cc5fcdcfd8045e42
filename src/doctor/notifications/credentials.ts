/** Secrets that only the unit of the scan can read: systemd hands them to it as credentials. */
import type { Finding } from '../../core/finding.ts';
import { isEmptyFile } from '../rights/access.ts';
import { critical, fine, warning } from '../finding.ts';
import type { Look } from '../look.ts';
import { override } from '../schedule/drop-in.ts';
import { SERVICE } from '../schedule/install-schedule.ts';
import type { Credential } from '../schedule/timers.ts';
import { hasUnitFile } from '../schedule/unit-files.ts';

/** As the configuration has it, where the variable is not set; or the folder itself, which is there only while the unit runs. */
const folder = /^(?:\$\{CREDENTIALS_DIRECTORY\}|\/run\/credentials\/[^/]+\.service)\//u;

export const isCredential = (path: string): boolean => folder.test(path);

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

type Judging = Pick<Look, 'file' | 'machine' | 'hands'>;

const UNSENT = 'alarms by this way are not sent';

/** No unit is known to load it. */
function judgeUnloaded(
  name: string,
  what: string,
  { service, isUnsure }: CredentialFacts,
  { file, machine, hands }: Judging,
): Finding {
  const isCredentialOf = `${what} is the credential ${name} of systemd`;
  if (isUnsure) {
    const message = `${isCredentialOf}; it cannot be told whether the unit of the scan loads it`;
    return fine('notifications', name, message);
  }
  const message = `${isCredentialOf}, and no unit that runs scans loads it`;
  if (service === null && !hasUnitFile(machine, SERVICE)) {
    const why = `${UNSENT}; what a crontab runs is handed no credentials: name the file itself, which the user that scans may read`;
    return critical('notifications', name, { message, why, mend: hands.edit(file) });
  }
  const setting = `LoadCredential=${name}:/etc/backupmon/${name}`.replaceAll('%', '%%');
  const mend = override(service ?? SERVICE, setting, hands);
  return critical('notifications', name, { message, why: UNSENT, mend });
}

/** The file that a unit loads it from. */
function judgeLoaded(
  { path: file, name, mode, unchecked }: Credential,
  what: string,
  sawAll: boolean,
  { hands }: Judging,
): Finding {
  const isLoaded = `${what} is the credential ${name} of the unit`;
  if (unchecked === true) return fine('notifications', name, isLoaded);
  const isAbsent = mode === null && sawAll;
  if (isAbsent || isEmptyFile(file)) {
    return critical('notifications', file, {
      message: `${file}, ${what}, ${isAbsent ? 'does not exist' : 'is empty'}`,
      why: UNSENT,
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

/** @param path as the configuration has it */
export function judgeCredential(
  { path, what }: { readonly path: string; readonly what: string },
  facts: CredentialFacts,
  look: Judging,
): Finding {
  const name = path.replace(folder, '');
  const credential = facts.credentials.find((one) => one.name === name);
  return credential === undefined
    ? judgeUnloaded(name, what, facts, look)
    : judgeLoaded(credential, what, facts.sawAll, look);
}
