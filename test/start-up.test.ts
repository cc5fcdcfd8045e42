/** What the built program loads of Node, and of itself: each module that a command does not need makes its start slower. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { builtProgram } from './support/run-here.ts';
import { World } from './support/world.ts';

const [, start = ''] = builtProgram.command;

interface Loaded {
  readonly modules: readonly string[];
  readonly packs: readonly string[];
}

/** Both told on a descriptor of its own, when the command is done. */
const recorder = `
  const before = new Set(process.moduleLoadList);
  const { scripts } = require(${JSON.stringify(start)});
  process.on('exit', () => {
    const modules = process.moduleLoadList.filter((name) => !before.has(name));
    require('node:fs').writeSync(3, JSON.stringify({ modules, packs: [...scripts.keys()] }));
  });`;

function loadedBy(config: string, ...argv: string[]): Loaded {
  const args = ['-e', recorder, start, '--config', config, ...argv];
  const { status, output, stderr } = spawnSync(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    encoding: 'utf8',
  });
  assert.notEqual(status, 3, stderr);
  return JSON.parse(String(output[3])) as Loaded;
}

const world = new World('agents: { paris: { databases: { compta: { schedule: every 24h } } } }\n');
const always = [
  'stream',
  'net',
  'tty',
  'child_process',
  'worker_threads',
  'http',
  'tls',
  'timers/promises',
];

describe('what is loaded', () => {
  for (const [argv, packs, absent] of [
    [['--version'], ['backupmon'], [...always, 'crypto', 'os']],
    [
      ['status', '--json'],
      ['backupmon', 'status'],
      [...always, 'crypto'],
    ],
    [
      ['status', '--nagios'],
      ['backupmon', 'status'],
      [...always, 'crypto'],
    ],
    [
      ['scan'],
      ['backupmon', 'scan', 'status'],
      ['net', 'tty', 'child_process', 'worker_threads', 'http', 'tls'],
    ],
  ] as const)
    it(`by ${argv.join(' ')}`, () => {
      // From the second time on the configuration is cached.
      for (const command of ['init-db', 'scan']) assert.equal(world.process([command]).code, 0);
      const { modules, packs: loaded } = loadedBy(world.configFile, ...argv);
      assert.deepEqual(loaded, packs);
      const names = new Set(modules);
      assert.ok(names.has('NativeModule vm'), 'nothing was recorded');
      for (const name of absent) assert.ok(!names.has(`NativeModule ${name}`), name);
    });
});
