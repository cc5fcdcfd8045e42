/** Which version of the package this is, since when, and who made it. */
import { presentRelease } from '../manual/release.ts';

export interface Revision {
  /** As dpkg compares them: `0.2.0~beta.1-1`. */
  readonly version: string;
  /** Seconds since 1970: noon of the day that CHANGELOG.md gives for the version. All files of the package are of that time. */
  readonly epoch: number;
  readonly maintainer: string;
}

const DEBIAN_REVISION = 1;

/** A version before another one is marked by "-" in npm, and by "~" in Debian. */
export const debianVersion = (version: string): string =>
  `${version.replace('-', '~')}-${DEBIAN_REVISION}`;

/** As Debian's own tools ask for it. The project itself has no address. */
function maintainer(): string {
  const { DEBFULLNAME: name, DEBEMAIL: address } = process.env;
  return `${name || 'backupmon contributors'} <${address || 'backupmon@localhost'}>`;
}

/** @param version instead of that of package.json */
export function presentRevision(version?: string): Revision {
  const release = presentRelease();
  return {
    version: debianVersion(version ?? release.version),
    epoch: Date.parse(`${release.date}T12:00:00Z`) / 1000,
    maintainer: maintainer(),
  };
}

/** The form of deb-changelog(5). What has changed in the program is told by its own changelog. */
export function debianChangelog({ version, epoch, maintainer: who }: Revision): string {
  const date = new Date(epoch * 1000).toUTCString().replace('GMT', '+0000');
  return [
    `backupmon (${version}) unstable; urgency=medium`,
    '',
    '  * What has changed is told in changelog.gz.',
    '',
    ` -- ${who}  ${date}`,
    '',
  ].join('\n');
}
