/** What lies where on the system of those who install the package. */
import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { constants, gzipSync } from 'node:zlib';
import { debianChangelog, type Revision } from './changelog.ts';
import { copyrightFile } from './licences/copyright.ts';

export interface Item {
  /** Without a slash at the beginning. */
  readonly target: string;
  readonly content: Buffer;
  readonly mode: number;
}

export const CONFIGURATION = 'etc/backupmon/config.yaml';
/** Of this folder only: all others are 0755. */
export const PRIVATE_FOLDER = 'etc/backupmon';

const DOC = 'usr/share/doc/backupmon';
const UNITS = 'usr/lib/systemd/system';

/** From dist/share, which has everything that is made for those who install. */
const shipped: Readonly<Record<string, string>> = {
  'systemd/backupmon-scan.service': `${UNITS}/backupmon-scan.service`,
  'systemd/backupmon-scan.timer': `${UNITS}/backupmon-scan.timer`,
  'systemd/backupmon-failure@.service': `${UNITS}/backupmon-failure@.service`,
  'systemd/backupmon.sysusers': 'usr/lib/sysusers.d/backupmon.conf',
  'systemd/backupmon.tmpfiles': 'usr/lib/tmpfiles.d/backupmon.conf',
  'completion/backupmon.bash': 'usr/share/bash-completion/completions/backupmon',
  'completion/_backupmon': 'usr/share/zsh/vendor-completions/_backupmon',
  'completion/backupmon.fish': 'usr/share/fish/vendor_completions.d/backupmon.fish',
};

const manual: Readonly<Record<string, string>> = {
  'man/backupmon.1': 'usr/share/man/man1/backupmon.1.gz',
  'man/backupmon-config.5': 'usr/share/man/man5/backupmon-config.5.gz',
  'man/backupmon-states.7': 'usr/share/man/man7/backupmon-states.7.gz',
};

function read(file: string): Buffer {
  if (existsSync(file)) return readFileSync(file);
  const made = file.startsWith('dist/') ? 'run `npm run build:binary` first' : 'restore it';
  throw new Error(`${file} is missing, and the package has to have it: ${made}`);
}

/** Always the same bytes: Node writes no time into it. */
const compressed = (content: Buffer): Buffer =>
  gzipSync(content, { level: constants.Z_BEST_COMPRESSION });

const item = (target: string, content: Buffer | string, mode = 0o644): Item => ({
  target,
  content: Buffer.from(content),
  mode,
});

/** The example, with where things lie on a Debian system. @throws Error where it says so in other words by now */
function configuration(): string {
  const replaced = {
    '$schema=./schemas/': '$schema=/usr/share/backupmon/schemas/',
    'Copy it to /etc/backupmon/config.yaml, change it, and ask':
      'Change it to what is true here, and ask',
  };
  let text = read('dist/share/config.example.yaml').toString();
  for (const [words, instead] of Object.entries(replaced)) {
    if (!text.includes(words))
      throw new Error(
        `config.example.yaml does not say "${words}" any more: see scripts/deb/contents.ts`,
      );
    text = text.replace(words, instead);
  }
  return text;
}

const files = (pattern: string): string[] =>
  globSync(pattern)
    .filter((file) => statSync(file).isFile())
    .toSorted();

function documentation(revision: Revision, copyright: string): Item[] {
  const here = (name: string): Buffer => read(path.join(import.meta.dirname, name));
  const plain = ['README.md', 'config.example.yaml', ...files('docs/**/*')];
  return [
    ...plain.map((file) => item(`${DOC}/${file}`, read(file))),
    item(`${DOC}/copyright`, copyright),
    item(`${DOC}/README.Debian`, here('README.Debian')),
    item(`${DOC}/changelog.gz`, compressed(read('CHANGELOG.md'))),
    item(`${DOC}/changelog.Debian.gz`, compressed(Buffer.from(debianChangelog(revision)))),
    item('usr/share/lintian/overrides/backupmon', here('lintian-overrides')),
  ];
}

/** @throws Error that names a file that has to be there and is not */
export async function contents(revision: Revision): Promise<Item[]> {
  const share = (name: string): Buffer => read(`dist/share/${name}`);
  const schemas = files('dist/share/schemas/*.json');
  if (schemas.length === 0) throw new Error('dist/share/schemas is empty: run `npm run build`');
  return [
    item('usr/bin/backupmon', read('dist/backupmon'), 0o755),
    item(CONFIGURATION, configuration(), 0o640),
    ...Object.entries(shipped).map(([name, target]) => item(target, share(name))),
    ...Object.entries(manual).map(([name, target]) => item(target, compressed(share(name)))),
    ...schemas.map((file) =>
      item(`usr/share/backupmon/schemas/${path.basename(file)}`, read(file)),
    ),
    item(`${DOC}/examples/cron.d/backupmon`, share('cron/backupmon')),
    item(`${DOC}/examples/crontab.example`, share('cron/crontab.example')),
    ...documentation(revision, await copyrightFile()),
  ];
}
