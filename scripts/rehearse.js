/**
 * Runs the commands that run often on a build, in a little world of its own: `rehearse.js FOLDER record` prints which packs each of them
 * loads, and the pack that is to hold those, `rehearse.js FOLDER cache` writes what V8 has compiled of each pack by then.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** With the pack that holds what is needed for it and for none of those before. */
const commands = [
  ['backupmon', '--version'],
  ['status', 'status --json'],
  ['status', 'status --nagios'],
  ['scan', 'scan'],
  ['scan', 'scan'],
  ['people', 'status'],
  ['people', 'status agent/one'],
  ['people', 'history'],
  ['people', 'complete names'],
];

function makeWorld(folder) {
  for (const name of ['deposits/agent/database', 'deposits/agent/log', 'validated', 'state'])
    mkdirSync(`${folder}/${name}`, { recursive: true });
  writeFileSync(
    `${folder}/config.yaml`,
    `deposits: ${folder}/deposits
validated: ${folder}/validated
database: ${folder}/state/backupmon.db
agents: { agent: { databases: { one: { schedule: every 24h }, two: { schedule: 0 20 * * * } } } }
`,
  );
}

function deposit(folder) {
  const content = 'a dump';
  const sent = {
    status: true,
    size: content.length,
    sha256: createHash('sha256').update(content).digest('hex'),
  };
  writeFileSync(`${folder}/deposits/agent/database/one.dump`, content);
  writeFileSync(
    `${folder}/deposits/agent/log/STATUS.json`,
    JSON.stringify({
      agent_id: 'agent',
      operation_end_time: new Date(Date.now() - 1000).toISOString(),
      databases: {
        one: { BACKUP: sent, TRANSFER: { status: true }, staged_file_name: 'one.dump' },
      },
    }),
  );
}

const require = createRequire(import.meta.url);
const [, , built, task] = process.argv;
const start = path.resolve(built, 'start.cjs');
const folder = mkdtempSync(path.join(tmpdir(), 'backupmon-build-'));
process.on('exit', () => rmSync(folder, { recursive: true }));
process.env['BACKUPMON_CONFIG'] = `${folder}/config.yaml`;
makeWorld(folder);

/** @returns the names of the packs that it has loaded */
function loadedBy(command) {
  const recorder = `const { scripts } = require(${JSON.stringify(start)});
    process.on('exit', () => require('node:fs').writeSync(3, JSON.stringify([...scripts.keys()])));`;
  const argv = ['-e', recorder, start, ...command.split(' ')];
  const stdio = ['ignore', 'ignore', 'inherit', 'pipe'];
  const { status, output } = spawnSync(process.execPath, argv, { stdio, encoding: 'utf8' });
  if (status === 3) throw new Error(`\`${command}\` failed`);
  return JSON.parse(output[3]);
}

/** One command after the other, in this process; then the caches. */
function writeCaches() {
  const mask = process.umask(0o022);
  process.umask(mask);
  const waiting = commands.map(([, command]) => command.split(' '));
  let program = null;
  // A command is done when nothing is left to wait for. The event comes again only if there was something since.
  process.on('beforeExit', () => {
    const next = waiting.shift();
    if (next !== undefined) {
      process.argv = [process.execPath, start, ...next];
      // The first time, require() itself runs it.
      if (program === null) program = require(start);
      else program.program();
      setImmediate(() => undefined);
      return;
    }
    if (process.exitCode === 3) throw new Error('one of the commands failed');
    process.exitCode = 0;
    if (program === null) return;
    process.umask(mask);
    for (const [name, script] of program.scripts)
      writeFileSync(path.join(path.dirname(start), `${name}.cache`), script.createCachedData());
    program = null;
  });
}

// The first scan caches the configuration, as on any server: reading YAML is not what runs often.
for (const command of ['init-db', 'scan']) loadedBy(command);
deposit(folder);
if (task === 'cache') writeCaches();
else
  console.log(
    JSON.stringify(commands.map(([pack, command]) => ({ pack, loaded: loadedBy(command) }))),
  );
