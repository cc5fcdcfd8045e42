/**
 * Makes dist/backupmon_VERSION_ARCHITECTURE.deb of dist/backupmon and dist/share. The same files give the same package, byte by byte.
 * Needs dpkg-dev and the compiler of `npm run build:binary`; not root.
 *
 * `--version VERSION` and `--out FOLDER` make another one for trying an upgrade; `--level 0` (of xz, 0 to 9) makes it sooner and larger.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  lutimesSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { addonFile } from './addon-file.ts';
import { presentRevision } from './deb/changelog.ts';
import { contents, CONFIGURATION, PRIVATE_FOLDER, type Item } from './deb/contents.ts';
import { architecture, control } from './deb/control.ts';

const { values } = parseArgs({
  options: {
    version: { type: 'string' },
    out: { type: 'string', default: 'dist' },
    // What dpkg does by itself: 30 MB, for a minute of one core. 9 saves 1 % for half a minute more, 1 costs 16 % and ten seconds.
    level: { type: 'string', default: '6' },
  },
});
const work = mkdtempSync(path.join(tmpdir(), 'backupmon-deb-'));
process.on('exit', () => rmSync(work, { recursive: true, force: true }));
const root = path.join(work, 'root');

const scripts = ['preinst', 'postinst', 'prerm', 'postrm'];

/** Whatever the umask of who builds it. */
function place(target: string, content: Buffer | string, mode: number): void {
  const file = path.join(root, target);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, content);
  chmodSync(file, mode);
}

const everything = (): string[] => [
  root,
  ...readdirSync(root, { recursive: true, encoding: 'utf8' }).map((name) => path.join(root, name)),
];

/** As dpkg-gencontrol counts it: kibibytes, a folder is one. */
const installedSize = (): number =>
  everything()
    .map((file) => statSync(file))
    .reduce((sum, stats) => sum + (stats.isFile() ? Math.ceil(stats.size / 1024) : 1), 0);

const sums = (items: readonly Item[]): string =>
  items
    .filter(({ target }) => target !== CONFIGURATION)
    .map(({ target, content }) => `${createHash('md5').update(content).digest('hex')}  ${target}\n`)
    .toSorted((left, right) => (left.slice(34) < right.slice(34) ? -1 : 1))
    .join('');

function placeControl(text: string, items: readonly Item[]): void {
  const source = (name: string): Buffer => readFileSync(`scripts/deb/control/${name}`);
  place('DEBIAN/control', text, 0o644);
  place('DEBIAN/conffiles', `/${CONFIGURATION}\n`, 0o644);
  place('DEBIAN/md5sums', sums(items), 0o644);
  place('DEBIAN/templates', source('templates'), 0o644);
  for (const name of scripts) place(`DEBIAN/${name}`, source(name), 0o755);
}

function settle(epoch: number): void {
  for (const file of everything()) {
    if (statSync(file).isDirectory()) chmodSync(file, 0o755);
    lutimesSync(file, epoch, epoch);
  }
  chmodSync(path.join(root, PRIVATE_FOLDER), 0o750);
}

const revision = presentRevision(values.version);
const items = await contents(revision);
for (const { target, content, mode } of items) place(target, content, mode);
const size = installedSize();
const text = control(revision, {
  installedSize: size,
  programs: ['dist/backupmon', addonFile()],
  folder: path.join(work, 'libraries'),
});
placeControl(text, items);
settle(revision.epoch);

const file = path.join(values.out, `backupmon_${revision.version}_${architecture()}.deb`);
execFileSync(
  'dpkg-deb',
  ['--root-owner-group', '-Zxz', `-z${values.level}`, '--build', root, file],
  {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, SOURCE_DATE_EPOCH: String(revision.epoch) },
  },
);
const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
console.log(`${file}: ${megabytes(statSync(file).size)}, installed ${megabytes(size * 1024)}`);
