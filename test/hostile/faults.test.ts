/** A few points of the fault campaign, with every test run; `npm run test:faults` tries all of them. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { cannotRun } from '../support/real-dumps.ts';

const campaign = join(import.meta.dirname, '../faults/campaign.ts');
const skip = ['strace', 'sqlite3'].map(cannotRun).find((one) => one !== false) ?? false;

function tryPoints(...options: string[]): void {
  const { status, stdout, stderr } = spawnSync(process.execPath, [campaign, ...options], {
    encoding: 'utf8',
  });
  assert.equal(status, 0, stdout + stderr);
  const [, points] = /^(\d+) points, 0 violations/mu.exec(stdout) ?? [];
  assert.ok(Number(points) > 10, stdout);
}

test('case 19: each kind of system call fails while a version is replaced', { skip }, () =>
  tryPoints(
    '--only',
    'replacing and pruning',
    '--point',
    'error=(?:EIO|EROFS|ENOSPC)',
    '--sample',
    '400',
  ),
);

test('case 20: the scan is killed at system calls while a version is replaced', { skip }, () =>
  tryPoints('--only', 'replacing and pruning', '--point', 'signal=KILL', '--sample', '12'),
);
