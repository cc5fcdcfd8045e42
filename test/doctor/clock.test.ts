/** Who keeps the clock, where more than one may know, and what is printed where nobody does. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { judgeClock, readClock } from '../../src/doctor/clock.ts';
import { assertWhole, lookWith, makeMachine, told, type MadeMachine } from './support.ts';

/** systemd runs there; timedatectl answers these. */
function withSystemd(made: MadeMachine, synchronised: string, can: string): void {
  made.file('/run/systemd/system/x', '');
  made.program(
    'timedatectl',
    `case "$3" in NTPSynchronized) echo ${synchronised};; CanNTP) echo ${can};; *) exit 1;; esac`,
  );
}

const judged = async ({ machine }: MadeMachine): Promise<string[]> => {
  const found = judgeClock(await readClock(machine), null, lookWith());
  assertWhole(found);
  return told(found).filter((line) => !line.includes('time zones'));
};

describe('a clock of which timedatectl says that it is not synchronised', () => {
  it('may be kept by chrony, which tells the kernel only where it is told to', async () => {
    const made = makeMachine();
    withSystemd(made, 'no', 'yes');
    made.program('chronyc', 'echo "Leap status     : Normal"');
    assert.deepEqual(await judged(made), [
      'ok it is 2026-06-20T21:00:00Z; the clock is synchronised (chronyc)',
    ]);
  });

  it('is set by chrony, where that says the same', async () => {
    const made = makeMachine();
    withSystemd(made, 'no', 'yes');
    made.program('chronyc', 'echo "Leap status     : Not synchronised"');
    assert.deepEqual(await judged(made), [
      'warning the clock is not synchronised (chronyc); it says 2026-06-20T21:00:00Z',
      '$ chronyc makestep',
    ]);
  });

  it('needs a service before timedatectl can have it kept', async () => {
    const made = makeMachine();
    withSystemd(made, 'no', 'no');
    assert.equal((await judged(made)).length, 1);
    made.program('dnf', '');
    assert.equal((await judged(made))[1], '$ dnf install -y chrony');
    made.program('apt-get', '');
    assert.equal((await judged(made))[1], '$ apt-get install -y systemd-timesyncd');
    withSystemd(made, 'no', 'yes');
    assert.equal((await judged(made))[1], '$ timedatectl set-ntp true');
  });

  it('has a service already that another one would replace', async () => {
    const made = makeMachine();
    withSystemd(made, 'no', 'no');
    made.program('apt-get', '');
    made.program('ntpd', '');
    assert.equal((await judged(made)).length, 1);
  });

  it('is that of the host, in a container', async () => {
    const made = makeMachine();
    withSystemd(made, 'no', 'yes');
    made.file('/run/systemd/container', 'lxc\n');
    assert.equal((await judged(made)).length, 1);
  });
});
