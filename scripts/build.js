/**
 * Bundles src/ into dist/: CommonJS, because only that can be started from V8's code cache, and yaml and zod apart, because with a
 * cached configuration neither is needed. Start-up against bare Node, measured (`--version` / `status --json`): one ESM file 3.6 / 4.3,
 * one CommonJS file 2.9 / 4.1, yaml and zod apart 2.5 / 3.5, with the code cache 1.9 / 2.4.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, readFileSync, rmSync } from 'node:fs';
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

const apart = {
  name: 'libraries in files of their own',
  setup: ({ onResolve }) =>
    onResolve({ filter: /^(?:yaml|zod)$/ }, ({ path }) => ({
      path: `./${path}.cjs`,
      external: true,
    })),
};

/** CommonJS has no top-level await; main.ts may use one all the same, for its last statement. */
const awaitLast = {
  name: 'await in main.ts',
  setup: ({ onLoad }) =>
    onLoad({ filter: /\/src\/main\.ts$/ }, ({ path }) => ({
      loader: 'ts',
      contents: readFileSync(path, 'utf8').replace(
        /process\.exitCode = await (?<call>.+);$/mu,
        'void $<call>.then((code) => { process.exitCode = code; });',
      ),
    })),
};

rmSync('dist', { recursive: true, force: true });
await build({
  ...common,
  entryPoints: ['src/main.ts'],
  outfile: 'dist/backupmon.cjs',
  // The native addon cannot be bundled.
  external: ['better-sqlite3'],
  plugins: [apart, awaitLast],
  define: { BACKUPMON_VERSION: JSON.stringify(version), 'import.meta.url': '__program' },
  // What a worker thread is started with.
  banner: {
    js: "const __program = require('node:url').pathToFileURL(__dirname + '/start.cjs').href;",
  },
});
for (const name of ['yaml', 'zod']) {
  const stdin = { contents: `export * from '${name}'`, resolveDir: '.' };
  await build({ ...common, stdin, outfile: `dist/${name}.cjs` });
}
copyFileSync('scripts/start.cjs', 'dist/start.cjs');

// In a process of its own: what it runs there must not touch the build. Without a cache the program only starts more slowly.
const { status } = spawnSync(process.execPath, ['scripts/code-cache.js'], {
  stdio: ['ignore', 'ignore', 'inherit'],
});
if (status !== 0) console.error('build: no code cache was made');
