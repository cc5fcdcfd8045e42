/** Bundles src/ into the one file dist/backupmon.js. Plain JavaScript: it also runs on the Node that is there before the install. */
import { readFileSync, rmSync } from 'node:fs';
import { build } from 'esbuild';

const { version } = JSON.parse(readFileSync('package.json', 'utf8'));

rmSync('dist', { recursive: true, force: true });
await build({
  entryPoints: ['src/main.ts'],
  outfile: 'dist/backupmon.js',
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  minify: true,
  keepNames: false,
  legalComments: 'none',
  // The native addon cannot be bundled; nodemailer and execa are not used yet.
  external: ['better-sqlite3'],
  define: { BACKUPMON_VERSION: JSON.stringify(version) },
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
});
