/**
 * Makes backupmon.cache in the folder that it is given, which holds start.cjs and the rest of the build: what V8 has compiled once the
 * commands that run often have run. They run in this process, one after the other, in a little world of their own.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';

const commands = ['--version', 'scan', 'scan', 'status --json', 'status --nagios'];

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
const [, , built] = process.argv;
const start = path.resolve(built, 'start.cjs');
const folder = mkdtempSync(path.join(tmpdir(), 'backupmon-build-'));
process.on('exit', () => rmSync(folder, { recursive: true }));
process.env['BACKUPMON_CONFIG'] = `${folder}/config.yaml`;
makeWorld(folder);
// The first scan caches the configuration, as on any server: reading YAML is not what runs often.
for (const command of ['init-db', 'scan']) {
  const { status } = spawnSync(process.execPath, [start, command], { stdio: 'inherit' });
  if (status !== 0) throw new Error(`\`${command}\` failed`);
}
deposit(folder);

const mask = process.umask();
const target = path.resolve(built, 'backupmon.cache');
const waiting = commands.map((command) => command.split(' '));

function runNext() {
  process.argv = [process.execPath, start, ...waiting.shift()];
  const script = require(start);
  // The first time, require() itself has run it.
  if (waiting.length < commands.length - 1)
    script.runInThisContext()({}, createRequire(start), {}, start, path.dirname(start));
  return script;
}

// A command is done when nothing is left to wait for. The event comes again only if there was something since.
let script = null;
process.on('beforeExit', () => {
  if (waiting.length > 0) {
    script = runNext();
    setImmediate(() => undefined);
    return;
  }
  if (process.exitCode === 3) throw new Error(`\`${process.argv.slice(2).join(' ')}\` failed`);
  process.exitCode = 0;
  if (script === null) return;
  process.umask(mask);
  writeFileSync(target, script.createCachedData());
  script = null;
});
