/** The file `control` of the package, deb-control(5). */
import { execFileSync } from 'node:child_process';
import { mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Revision } from './changelog.ts';

const DESCRIPTION = `checks, keeps and reports on database backups that agents deposit
 Remote agents dump databases, compress them, send them here by rsync, and leave
 a status report. One pass of "backupmon scan", from cron or a systemd timer,
 reads the reports, checks every file itself, decides a status for every backup
 that should exist, promotes healthy ones atomically into a tree that keeps the
 last good versions, and records the history. "backupmon status" then says,
 worst first, what is safe and what is not. People are told by mail, webhook or
 command when something begins, changes or ends.
 .
 The program brings its own Node.js and SQLite along.`;

/** Makes the user. Debian's own helper names them in another order: a machine without systemd is not to get it for this. */
const SYSUSERS = 'systemd-standalone-sysusers | systemd-sysusers | systemd';
/** Programs that decompress what agents send; the program says so of each backup where one is missing. */
const TOOLS = ['bzip2', 'lz4', 'rsync', 'xz-utils'];
const SUGGESTED = [
  'acl',
  'cron | cron-daemon',
  'default-mta | mail-transport-agent',
  'openssh-server',
];
/** What the binary carries for systems that lack it, on amd64; libstdc++ and libgcc are where apt is. */
const CARRIED = 'libatomic1';

const output = (command: string, args: readonly string[], cwd = '.'): string =>
  execFileSync(command, args, {
    encoding: 'utf8',
    cwd,
    stdio: 'pipe',
  }).trim();

export const architecture = (): string => output('dpkg', ['--print-architecture']);

/** Which packages have the shared libraries that these programs are linked with, and since which version what they use of them. */
function libraries(programs: readonly string[], folder: string): string[] {
  const debian = path.join(folder, 'debian');
  mkdirSync(debian, { recursive: true });
  writeFileSync(
    path.join(debian, 'control'),
    'Source: backupmon\n\nPackage: backupmon\nArchitecture: any\n',
  );
  const options = [
    '-O',
    '--ignore-missing-info',
    ...programs.map((file) => `-e${path.resolve(file)}`),
  ];
  const line = output('dpkg-shlibdeps', options, folder);
  const found = /^shlibs:Depends=(.+)$/mu.exec(line)?.[1];
  if (found === undefined) throw new Error(`dpkg-shlibdeps found no libraries: ${line}`);
  return found.split(', ');
}

/** Source packages whose sources have to be at hand for what the binary carries of them (Debian Policy 7.8); null where none is. */
function builtUsing(): string | null {
  if (process.arch !== 'x64') return null;
  const file = output('cc', ['-print-file-name=libstdc++.so.6']);
  try {
    const owner = output('dpkg-query', ['--search', realpathSync(file)]).replace(/: .*/su, '');
    return output('dpkg-query', ['--show', '-f=${source:Package} (= ${source:Version})', owner]);
  } catch {
    // A compiler that is not Debian's.
    return null;
  }
}

export interface Contents {
  /** Kibibytes, each file and folder rounded up. */
  readonly installedSize: number;
  /** Whatever is linked with shared libraries: the binary, and the addon in it. */
  readonly programs: readonly string[];
  /** For what is made on the way. */
  readonly folder: string;
}

/** The text of the file. @throws Error where a tool of dpkg is missing or fails */
export function control(revision: Revision, { installedSize, programs, folder }: Contents): string {
  const linked = libraries(programs, folder);
  const isSpare = (library: string): boolean =>
    process.arch === 'x64' && library.startsWith(CARRIED);
  const needed = [...linked.filter((library) => !isSpare(library)), SYSUSERS];
  const fields: Readonly<Record<string, string | null>> = {
    Package: 'backupmon',
    Version: revision.version,
    Architecture: architecture(),
    Maintainer: revision.maintainer,
    'Installed-Size': String(installedSize),
    Depends: [...needed, 'debconf (>= 0.5) | debconf-2.0'].toSorted().join(', '),
    Recommends: [...linked.filter(isSpare), ...TOOLS].toSorted().join(', '),
    Suggests: SUGGESTED.join(', '),
    'Built-Using': builtUsing(),
    Section: 'admin',
    Priority: 'optional',
    Description: DESCRIPTION,
  };
  const lines = Object.entries(fields).filter(([, value]) => value !== null);
  return `${lines.map(([name, value]) => `${name}: ${value}`).join('\n')}\n`;
}
