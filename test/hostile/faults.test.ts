/** A few points of the fault campaign, with every test run; `npm run test:faults` tries all of them. */
import assert from 'node:assert/strict';
import { spawnSync, type SpawnSyncReturns } from 'node:child_process';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { cannotRun } from '../support/real-dumps.ts';

const skip = ['strace', 'sqlite3'].map(cannotRun).find((one) => one !== false) ?? false;

describe('the newest version is replaced, and something happens at a system call', { skip }, () => {
  let campaign: SpawnSyncReturns<string>;

  // Both cases at once: a campaign as short as this takes longest to prepare.
  before(() => {
    const file = join(import.meta.dirname, '../faults/campaign.ts');
    const few = ['--only', 'replacing and pruning', '--sample', '40', '--verbose'];
    // For a lock SQLite waits for a minute.
    const point = '^(?!fcntl).*(?:error=(?:EIO|ENOSPC|EROFS)|signal=KILL)';
    campaign = spawnSync(process.execPath, [file, ...few, '--point', point], { encoding: 'utf8' });
  });

  function assertTried(fault: RegExp): void {
    const { status, stdout, stderr } = campaign;
    assert.equal(status, 0, stdout + stderr);
    assert.match(stdout, /^\d+ points, 0 violations/mu);
    const tried = stdout.split('\n').filter((line) => line.startsWith('ok ') && fault.test(line));
    assert.ok(tried.length > 8, stdout);
  }

  it('case 19: each kind of system call fails', () => assertTried(/ error=/u));

  it('case 20: the scan is killed', () => assertTried(/ signal=KILL/u));
});
