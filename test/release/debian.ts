/** Small Debian systems in folders, for as long as a test runs: made by debootstrap once, kept as archives, and used without network. */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { isInstalled, tool } from '../support/real-dumps.ts';
import type { Ran } from '../support/run-here.ts';

export const releases = ['bookworm', 'trixie'] as const;
export type Release = (typeof releases)[number];

const cache = join(import.meta.dirname, '../../node_modules/.cache/debian');
const mirror = process.env['DEBIAN_MIRROR'] ?? 'http://deb.debian.org/debian';
/** Lies in the cache of apt, not installed: what the package depends on beyond the smallest set. */
const downloaded = 'systemd-standalone-sysusers';

const environment = {
  PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
  HOME: '/root',
  LC_ALL: 'C.UTF-8',
  DEBIAN_FRONTEND: 'noninteractive',
};

/** Why there can be no such system here, or false. For node:test's `skip`. */
export function cannotMake(): string | false {
  if (process.getuid?.() !== 0) return 'skipped, because only root can make a Debian system';
  if (!isInstalled('debootstrap')) return 'skipped, because debootstrap is not installed';
  const { status } = spawnSync('unshare', ['--mount', '--pid', '--net', '--fork', 'true']);
  return status !== 0 && 'skipped, because namespaces of its own are refused here';
}

/** Debian's smallest set of packages that has apt, and in its cache what `downloaded` names. Made where it is not there yet. */
function archiveOf(release: Release): string {
  const file = join(cache, `${release}-${process.arch}-1.tar`);
  if (existsSync(file)) return file;
  mkdirSync(cache, { recursive: true });
  const root = mkdtempSync(join(cache, `${release}-`));
  try {
    tool('debootstrap', ['--variant=minbase', release, root, mirror]);
    tool('chroot', [root, 'apt-get', 'clean']);
    const install = ['apt-get', '--yes', '--download-only', '--no-install-recommends', 'install'];
    tool('env', [
      '-i',
      'PATH=/usr/sbin:/usr/bin:/sbin:/bin',
      'chroot',
      root,
      ...install,
      downloaded,
    ]);
    tool('tar', ['--numeric-owner', '-C', root, '-cf', `${file}.new`, '.']);
    renameSync(`${file}.new`, file);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
  return file;
}

export interface Options {
  /** Name of the user; root without it. */
  readonly user?: string;
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Shell commands outside, in the folder of the system: what is mounted for this one command. */
  readonly before?: string;
}

/** Mounts are gone with the namespace, and whatever is left running too. */
const entering = `
mount --make-rprivate / && cd "$0" && mount -t proc proc proc && eval "$BEFORE" && exec chroot . "$@"`;

export class Debian {
  readonly root: string;

  constructor(release: Release) {
    this.root = mkdtempSync(join(tmpdir(), `backupmon-${release}-`));
    tool('tar', ['--numeric-owner', '-xpf', archiveOf(release), '-C', this.root]);
    chmodSync(this.root, 0o755);
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }

  /** Where a path of the system lies in this one. */
  path(path: string): string {
    return join(this.root, path);
  }

  /** Runs a line of shell in the system, without network. */
  run(line: string, { user, env = {}, before = 'true' }: Options = {}): Ran {
    const shell = ['sh', '-c', line];
    const home = user === undefined ? {} : { HOME: `/home/${user}` };
    const become = user === undefined ? [] : ['setpriv', ...identity(user)];
    const namespaces = ['--mount', '--pid', '--net', '--ipc', '--fork', '--kill-child'];
    const child = spawnSync(
      'unshare',
      [...namespaces, 'sh', '-c', entering, this.root, ...become, ...shell],
      { encoding: 'utf8', env: { ...environment, ...home, ...env, BEFORE: before } },
    );
    return { code: child.status, out: child.stdout, err: child.stderr };
  }

  /** The same, for what has to work. Returns what it has printed, without the last line end. */
  done(line: string, options: Options = {}): string {
    const { code, out, err } = this.run(line, options);
    if (code !== 0) throw new Error(`${line}: ${code}\n${out}${err}`);
    return out.replace(/\n$/u, '');
  }

  has(path: string): boolean {
    return statSync(this.path(path), { throwIfNoEntry: false }) !== undefined;
  }

  read(path: string): string {
    return readFileSync(this.path(path), 'utf8');
  }

  readonly write = (path: string, content: string | Buffer): void => {
    mkdirSync(dirname(this.path(path)), { recursive: true });
    writeFileSync(this.path(path), content);
  };

  /** `2750 backupmon:backupmon` */
  rights(path: string): string {
    return this.done(`stat -c '%a %U:%G' ${path}`);
  }
}

const identity = (user: string): string[] => [
  `--reuid=${user}`,
  `--regid=${user}`,
  '--init-groups',
];
