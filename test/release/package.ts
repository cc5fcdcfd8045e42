/** Packages made of dist, as `npm run build:deb` makes them, and how people handle them. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { isInstalled } from '../support/real-dumps.ts';
import type { Ran } from '../support/run-here.ts';
import type { Debian, Options } from './debian.ts';

const project = join(import.meta.dirname, '../..');
const tools = ['dpkg-deb', 'dpkg-shlibdeps', 'cc'];

/** Why no package can be built here, or false. For node:test's `skip`. */
export function cannotPack(): string | false {
  const absent = tools.find((tool) => !isInstalled(tool));
  return absent !== undefined && `skipped, because ${absent} is not installed`;
}

export interface How {
  readonly version?: string;
  /** A command that starts it, as another user. */
  readonly prefix?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Builds a package, quickly and large, into a folder. Returns its path. */
export function packed(out: string, { version, prefix = [], env = {} }: How = {}): string {
  const script = join(project, 'scripts/build-deb.ts');
  const options = ['--level', '0', '--out', out];
  const [command = '', ...argv] = [
    ...prefix,
    process.execPath,
    script,
    ...options,
    ...(version === undefined ? [] : ['--version', version]),
  ];
  const { status, stdout, stderr } = spawnSync(command, argv, {
    cwd: project,
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
  if (status !== 0) throw new Error(`no package was built: ${stdout}${stderr}`);
  return join(out, readdirSync(out).find((file) => file.includes(`_${version ?? ''}`)) ?? '');
}

/** As `apt-get install ./FILE` does it, without asking anything. */
export function install(system: Debian, file: string, options: Options = {}): Ran {
  copyFileSync(file, system.path(`tmp/${basename(file)}`));
  return system.run(
    `apt-get install --yes --no-install-recommends --allow-downgrades /tmp/${basename(file)}`,
    options,
  );
}

/** The same, for what has to work. Returns what the package itself has said. */
export function installed(system: Debian, file: string): string {
  const { code, out, err } = install(system, file);
  if (code !== 0) throw new Error(`not installed: ${code}\n${out}${err}`);
  return `${out}${err}`
    .split('\n')
    .filter((line) => line.startsWith('backupmon: '))
    .join('\n');
}
