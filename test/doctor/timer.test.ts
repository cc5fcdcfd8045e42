/** Timers of systemd: what is said of each state, and of one beside another runner. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { judgeTimer } from '../../src/doctor/schedule/timer.ts';
import type { ScanTimer } from '../../src/doctor/schedule/timers.ts';
import { commandsOf } from '../../src/doctor/schedule/unit-commands.ts';
import type { Shown } from '../../src/doctor/schedule/unit-shown.ts';
import { assertWhole, lookWith, told } from './support.ts';
import { shownCommand } from './with-systemd.ts';

const look = lookWith();
const TIMER = 'backupmon-scan.timer';
const SERVICE = 'backupmon-scan.service';
const active = { ActiveState: 'active', UnitFileState: 'enabled', LastTriggerUSec: 'Sat' };

const of = (timer: Shown, service: Shown = {}): ScanTimer => ({
  timer: TIMER,
  service: SERVICE,
  config: null,
  credentials: [],
  missing: null,
  next: null,
  of: { timer, service },
  commands: commandsOf(service['ExecStart'], ''),
});

const judged = (timer: ScanTimer, beside: string | null = null): string[] => {
  const found = judgeTimer(timer, look, beside);
  assertWhole(found);
  return told(found);
};

const ok = `ok ${TIMER} is active; last: Sat`;
const enable = `systemctl enable --now ${TIMER}`;

describe('a timer that runs, and the next boot', () => {
  const states: readonly (readonly [string, Shown, readonly string[]])[] = [
    ['enabled', {}, [ok]],
    ['generated', {}, [ok]],
    ['', {}, [ok]],
    ['disabled', { WantedBy: '' }, [`warning ${TIMER} runs, but is not enabled`, `$ ${enable}`]],
    ['disabled', { WantedBy: 'timers.target' }, [ok]],
    ['linked', {}, [`warning ${TIMER} runs, but is not enabled`, `$ ${enable}`]],
    [
      'enabled-runtime',
      { WantedBy: 'timers.target' },
      [`warning ${TIMER} runs, but is enabled until the next boot only`, `$ ${enable}`],
    ],
    ['transient', {}, [`warning ${TIMER} runs, but is there until the next boot only`]],
    ['static', { WantedBy: 'timers.target' }, [ok]],
    [
      'static',
      {},
      [
        `warning ${TIMER} runs, but is not enabled`,
        String.raw`$ mkdir -p /etc/systemd/system/${TIMER}.d && printf '%s\n' '[Install]' WantedBy=timers.target > /etc/systemd/system/${TIMER}.d/zz-WantedBy-a6bde01a.conf && systemctl daemon-reload && ${enable}`,
      ],
    ],
    [
      'masked',
      {},
      [`warning ${TIMER} runs, but is masked`, `$ systemctl unmask ${TIMER} && ${enable}`],
    ],
  ];
  for (const [state, more, expected] of states) {
    it(`${state || 'no state'} ${JSON.stringify(more)}`, () => {
      assert.deepEqual(judged(of({ ...active, ...more, UnitFileState: state })), expected);
    });
  }
});

describe('a timer', () => {
  it('of which systemctl says nothing is not said to be stopped', () => {
    assert.deepEqual(judged(of({})), [
      `warning it cannot be told whether ${TIMER} is started: systemctl says nothing of it`,
    ]);
    assert.deepEqual(judged(of({}), '/etc/crontab, line 1'), [
      `ok it cannot be told whether ${TIMER} is started: systemctl says nothing of it; /etc/crontab, line 1 runs scans`,
    ]);
  });

  it('that systemd refuses cannot be enabled', () => {
    for (const LoadState of ['bad-setting', 'error'])
      assert.deepEqual(judged(of({ LoadState, ActiveState: 'inactive' })), [
        `critical systemd cannot use ${TIMER}: something is wrong in its files`,
        `$ systemd-analyze verify ${TIMER}`,
      ]);
  });

  it('is not written over where it has the name that one of the service would have', () => {
    const none = { ...of({}), timer: null };
    const message = `warning ${SERVICE} runs scans, and no timer starts it`;
    assert.match(judged(none)[1] ?? '', / > \/etc\/systemd\/system\/backupmon-scan\.timer && /u);
    assert.deepEqual(judged({ ...none, otherwise: 'mine.service' }), [
      `${message}: ${TIMER} starts mine.service`,
      `$ systemctl edit --full ${TIMER}`,
    ]);
  });

  it('is not needed by a service that goes on by itself', () => {
    assert.deepEqual(judged({ ...of({}, { ActiveState: 'active' }), timer: null }), [
      `ok ${SERVICE} is active, and no timer starts it: it cannot be told when it scans`,
    ]);
    for (const state of [
      { ActiveState: 'activating' },
      { ActiveState: 'active', SubState: 'exited' },
    ]) {
      const [once = ''] = judged({ ...of({}, state), timer: null });
      assert.match(once, /^warning .* no timer starts it$/u);
    }
  });

  it('whose service is masked is started once that is not', () => {
    const masked = { LoadState: 'masked', UnitFileState: 'masked' };
    const stopped = { ActiveState: 'inactive' };
    const unmask = `systemctl unmask ${SERVICE}`;
    const ofService = [`critical ${SERVICE} is masked: it cannot be started`, `$ ${unmask}`];
    assert.deepEqual(judged(of(active, masked)), [ok, ...ofService]);
    assert.deepEqual(judged(of(stopped, masked)), [
      `warning ${TIMER} is inactive: it starts no scans`,
      `$ ${unmask} && ${enable}`,
      ...ofService,
    ]);
    assert.equal(
      judged(of({ ...stopped, ...masked }, masked))[1],
      `$ systemctl unmask ${TIMER} ${SERVICE} && ${enable}`,
    );
  });

  it('of some jobs is no fault beside one of all', () => {
    const partial = of(active, { ExecStart: shownCommand('/usr/bin/backupmon scan paris') });
    assert.match(judged(partial)[1] ?? '', /^critical .* none of all jobs \(paris\)$/u);
    assert.deepEqual(judged(partial, 'all.timer'), [
      `ok ${SERVICE} runs no scans of all jobs (paris); all.timer does`,
    ]);
    const none = of(active, { ExecStart: shownCommand('/bin/true') });
    assert.match(judged(none, 'all.timer')[1] ?? '', /^critical .*, and no scan$/u);
  });
});
