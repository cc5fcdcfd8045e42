/**
 * Bundles src/ into dist/backupmon.cjs: CommonJS, because only that can be started from V8's code cache. Start-up against bare Node,
 * measured (`--version` / `status --json` of 100 jobs): one ESM file 3.6 / 4.3, one CommonJS file 2.9 / 4.1, with the code cache and
 * what commands do not need loaded where it is used about 1.6 / 2.3 (`npm run bench` measures it).
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { build } from 'esbuild';

const { version } = JSON.parse(readFileSync('package.json', 'utf8'));

const common = {
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'cjs',
  minify: true,
  legalComments: 'none',
  // A script from the code cache cannot import(); require() does the same.
  supported: { 'dynamic-import': false },
};

/** better-sqlite3 is bundled but for the part that finds and loads its native addon: that stays where npm put it. */
const addonOutside = {
  name: 'the native addon stays outside',
  setup: ({ onLoad }) =>
    onLoad({ filter: /better-sqlite3\/lib\/binding\.js$/ }, () => ({
      contents: `
        const { dirname, join } = require('node:path');
        let binding;
        exports.getBinding = (given) => {
          if (__binary) return __binary.addon();
          binding ??= require(join(dirname(require.resolve('better-sqlite3/package.json')), 'lib/binding.js'));
          return binding.getBinding(given);
        };`,
    })),
};

/** Commander starts programs of other names as sub-commands; we have none, and loading child_process costs a tenth of a bare start. */
const noChildProcess = {
  name: 'no child_process in commander',
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: /^node:child_process$/ }, ({ importer }) =>
      importer.includes('/commander/') ? { path: 'child_process', namespace: 'absent' } : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'absent' }, () => ({ contents: 'module.exports = {};' }));
  },
};

/**
 * What hardly any command needs is a file of its own: reading a megabyte of program, and as much of code cache, takes a fifth of a bare
 * start, whether it is used or not.
 */
const rarely = {
  yaml: 'yaml',
  zod: 'zod',
  execa: 'execa',
  'cli-table3': 'cli-table3',
  'mail-composer': 'nodemailer/lib/mail-composer',
  'smtp-connection': 'nodemailer/lib/smtp-connection',
};
/** Modules that are one class: bundled as what require() gives, it stays the default import. */
const classes = {
  name: 'a module that is a class stays one',
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: /^nodemailer\// }, ({ path, kind }) =>
      kind === 'entry-point' ? { path, namespace: 'class' } : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'class' }, ({ path }) => ({
      contents: `module.exports = require(${JSON.stringify(path)});`,
      resolveDir: process.cwd(),
    }));
  },
};
const files = new Map(Object.entries(rarely).map(([file, module]) => [module, file]));
const rarelyOutside = {
  name: 'what is rarely needed stays outside',
  setup: ({ onResolve }) =>
    onResolve({ filter: new RegExp(`^(?:${[...files.keys()].join('|')})$`) }, ({ path, kind }) =>
      kind === 'entry-point' ? undefined : { path: `./${files.get(path)}.cjs`, external: true },
    ),
};

// Beside the old one, which may be in use: it stays where this fails.
const out = 'dist.new';
rmSync(out, { recursive: true, force: true });
await build({
  ...common,
  entryPoints: rarely,
  outdir: out,
  outExtension: { '.js': '.cjs' },
  plugins: [classes],
});
await build({
  ...common,
  entryPoints: ['src/main.ts'],
  outfile: `${out}/backupmon.cjs`,
  external: ['better-sqlite3/package.json'],
  plugins: [addonOutside, noChildProcess, rarelyOutside],
  define: {
    BACKUPMON_VERSION: JSON.stringify(version),
    'import.meta.url': '__program',
    BACKUPMON_BINARY: '__binary',
  },
  // A function like those that Node makes of modules, for start.cjs; what a worker thread is started with; and what only a binary knows.
  banner: {
    js: "(function (exports, require, module, __filename, __dirname, __binary) { const __program = require('node:url').pathToFileURL(__dirname + '/start.cjs').href;",
  },
  footer: { js: '})' },
});
// start.cjs reads it as Latin-1, and esbuild leaves the text of regular expressions as it is.
const odd = /\P{ASCII}+/u.exec(readFileSync(`${out}/backupmon.cjs`, 'utf8'));
if (odd !== null) throw new Error(`the bundle is not ASCII: ${odd[0]}`);
copyFileSync('scripts/start.cjs', `${out}/start.cjs`);

// What is shipped beside the program, see `backupmon files`.
const share = `${out}/share`;
mkdirSync(share);
for (const name of ['schemas', 'systemd', 'config.example.yaml'])
  cpSync(name, `${share}/${name}`, { recursive: true });

// In a process of its own: what it runs there must not touch the build. Without a cache the program only starts more slowly.
const { status } = spawnSync(process.execPath, ['scripts/code-cache.js', out], {
  stdio: ['ignore', 'ignore', 'inherit'],
});
if (status !== 0) console.error('build: no code cache was made');
rmSync('dist', { recursive: true, force: true });
renameSync(out, 'dist');
