/** docs/monitoring/nrpe.cfg in Debian's NRPE: who is asked runs what the lines say, and nothing that he is told. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { definitions } from '../support/definitions.ts';
import { mend, monitored } from '../support/monitored.ts';
import { cannotAskNrpe, startNrpe } from '../support/nrpe.ts';

/** Of one moment: the age of the last scan goes on. */
const still = (text: string): string => text.replace(/last_scan_age=\d+s/u, 'last_scan_age=0s');

test(
  'NRPE answers what `status --nagios` says, and takes no arguments',
  { skip: cannotAskNrpe() },
  async (t) => {
    const server = await monitored(t);
    const { world, backupmon } = server;
    const identity = 'command[id]=/usr/bin/id -nG\n';
    const nrpe = await startNrpe(server, definitions('nrpe.cfg', backupmon) + identity);
    assert.equal(nrpe.ask('id').out, 'nagios backupmon\n');
    for (const [line, ...names] of [['check_backupmon'], ['check_backupmon_paris', 'paris']]) {
      const told = world.process(['status', '--nagios', '--exclude-snoozed', ...names]);
      // As NRPE 2 asks, too: 1,024 bytes carry it.
      for (const version of [[], ['-2']]) {
        const { code, out } = nrpe.ask(line ?? '', ...version);
        assert.deepEqual([code, still(out)], [told.code, still(told.out)]);
      }
    }
    await mend(world);
    assert.match(nrpe.ask('check_backupmon').out, /^BACKUPMON OK - 4 ok /u, 'lyon is snoozed');
    const { code, out } = nrpe.ask('check_backupmon', '-a', 'lyon');
    assert.equal(code, 3);
    assert.doesNotMatch(out, /BACKUPMON/u);
  },
);

test(
  'who is not in the group is answered UNKNOWN, with what is wrong',
  { skip: cannotAskNrpe() },
  async (t) => {
    const { backupmon } = await monitored(t);
    const alone = spawnSync(backupmon, ['status', '--nagios'], {
      encoding: 'utf8',
      uid: 65_534,
      gid: 65_534,
    });
    assert.equal(alone.status, 3);
    assert.match(alone.stdout, /^BACKUPMON UNKNOWN - /u);
  },
);
