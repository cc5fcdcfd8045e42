/**
 * Installs and builds what is missing, before `npm run demo`, `npm test` and their like. Plain JavaScript for an old Node: on a fresh
 * clone it runs on whatever the machine has; everything after it runs on the Node of node_modules.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';

const changed = (path) => (existsSync(path) ? statSync(path).mtimeMs : 0);

function run(command, args) {
  const { status } = spawnSync(command, args, { stdio: ['ignore', 2, 2] });
  if (status !== 0) {
    console.error(`setup: ${command} ${args.join(' ')} failed`);
    process.exit(1);
  }
}

function newestIn(folder) {
  return readdirSync(folder, { withFileTypes: true, recursive: true }).reduce((newest, entry) => {
    const path = `${entry.parentPath ?? entry.path}/${entry.name}`;
    return entry.isFile() ? Math.max(newest, changed(path)) : newest;
  }, 0);
}

if (
  changed('node_modules/.package-lock.json') < changed('package-lock.json') ||
  !existsSync('node_modules/.bin/node')
) {
  console.error('setup: installing the packages …');
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
}
const sources = Math.max(newestIn('src'), changed('package.json'), newestIn('scripts'));
if (changed('dist/start.cjs') < sources) {
  console.error('setup: building …');
  run('node_modules/.bin/node', ['scripts/build.js']);
}
