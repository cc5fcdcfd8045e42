/** The scripts as their shells read them, and with the real program behind them. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { shellWord } from '../../src/core/text.ts';
import { launch, World } from '../support/world.ts';
import { hostileNames } from './names.ts';
import { shells } from './shells.ts';
import { Desk, needs } from './support.ts';
import { TAB } from './terminal.ts';

const checks: readonly (readonly [program: string, args: readonly string[], script: string])[] = [
  ['bash', ['-n'], 'backupmon.bash'],
  ['shellcheck', ['--shell=bash', '--severity=style'], 'backupmon.bash'],
  ['zsh', ['-n'], '_backupmon'],
  ['fish', ['-n'], 'backupmon.fish'],
];

for (const [program, args, script] of checks)
  test(`${program} finds no fault in ${script}`, needs(program), () => {
    const checked = spawnSync(program, [...args, join(new Desk().scripts, script)], {
      encoding: 'utf8',
    });
    assert.deepEqual([checked.status, checked.stdout, checked.stderr], [0, '', '']);
  });

for (const shell of shells)
  describe(shell.name, needs(...shell.programs), () => {
    test('names of a configuration arrive where the line names it', async () => {
      const names = hostileNames.slice(0, 8).map((name, index) => `${index}${name}`);
      const world = new World(
        `defaults: { schedule: every 24h }\nagents: { paris: { path: "{database}", databases: ${JSON.stringify(names)} } }\n`,
      );
      const desk = new Desk(launch.map(shellWord).join(' '));
      const terminal = await shell.start(desk);
      for (const [index, name] of names.entries()) {
        const ran = await terminal.run(
          `backupmon --config ${world.configFile} promote paris/${index}${TAB}`,
        );
        assert.deepEqual(
          ran,
          ['--config', world.configFile, 'promote', `paris/${name}`],
          terminal.shown,
        );
      }
      await terminal.close();
      assert.deepEqual(desk.litter(), []);
    });
  });
