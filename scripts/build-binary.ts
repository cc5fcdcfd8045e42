/**
 * Makes dist/backupmon, one executable for this machine's architecture: Node, the bundle with its code cache, better-sqlite3's addon, and
 * the files of dist/share. What was tried for its start-up is told in docs/architecture.md.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  globSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildSync } from 'esbuild';
import { addonFile } from './addon-file.ts';
import { installLoader } from './loader/install.ts';

const target = 'dist/backupmon';
const folder = mkdtempSync(path.join(tmpdir(), 'backupmon-binary-'));
process.on('exit', () => rmSync(folder, { recursive: true }));
const made = (name: string): string => path.join(folder, name);

/** Symbols are half an addon, and a fifth of Node. What is stripped after the assets are in it does not start any more. */
function stripped(file: string, name: string): string {
  copyFileSync(file, made(name));
  execFileSync('strip', [made(name)]);
  return made(name);
}

function bundledStart(): string {
  buildSync({
    entryPoints: ['src/binary/start.ts'],
    bundle: true,
    platform: 'node',
    target: 'node26',
    format: 'cjs',
    minify: true,
    legalComments: 'none',
    outfile: made('start.cjs'),
  });
  return made('start.cjs');
}

function assets(start: string): Record<string, string> {
  const addon = stripped(addonFile(), 'sqlite.node');
  const hash = createHash('sha256').update(readFileSync(addon)).digest('hex').slice(0, 16);
  writeFileSync(made('sqlite.hash'), hash);
  const bundle = globSync('dist/*.{cjs,cache}').filter((file) => !file.endsWith('start.cjs'));
  const share = globSync('dist/share/**/*').filter((file) => statSync(file).isFile());
  return {
    'start.cjs': start,
    'sqlite.node': addon,
    'sqlite.hash': made('sqlite.hash'),
    ...Object.fromEntries([...bundle, ...share].map((file) => [path.relative('dist', file), file])),
  };
}

const start = bundledStart();
const node = stripped(process.execPath, 'node');
writeFileSync(
  made('sea.json'),
  JSON.stringify({
    main: start,
    mainFormat: 'commonjs',
    executable: node,
    output: made('backupmon'),
    disableExperimentalSEAWarning: true,
    useCodeCache: true,
    // Nothing of NODE_OPTIONS: it would be a way into the program, and V8's flags are part of what makes a code cache valid.
    execArgvExtension: 'none',
    // V8 begins with a quarter of it, and tidies up while a command starts: a tenth of a bare start.
    // And no signal opens Node's debugger, to which anybody on the machine could connect.
    execArgv: ['--min-semi-space-size=4', '--disable-sigusr1'],
    assets: assets(start),
  }),
);
execFileSync(process.execPath, ['--build-sea', made('sea.json')], { stdio: 'inherit' });
if (process.arch === 'x64') installLoader(made('backupmon'), node, folder);
else
  console.error(
    'It needs libstdc++, libgcc_s and libatomic where it runs: see scripts/loader/loader.c',
  );
copyFileSync(made('backupmon'), `${target}.new`);
renameSync(`${target}.new`, target);
const size = statSync(target).size;
console.log(`${target}: ${(size / 1e6).toFixed(1)} MB`);
