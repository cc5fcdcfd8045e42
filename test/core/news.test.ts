import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Member } from '../../src/core/incident.ts';
import type { Change } from '../../src/core/letter.ts';
import { mutesAt, muteOf } from '../../src/core/mute.ts';
import { summarise, withoutKnownBySilence, type Alarm } from '../../src/core/news.ts';
import { isNamed, wants } from '../../src/core/routing.ts';
import type { Severity } from '../../src/core/statuses.ts';
import { day, hour, monday } from './support.ts';

let serial = 0;

function alarm(
  change: Change,
  before: Severity,
  after: Severity,
  values: Partial<Alarm> = {},
): Alarm {
  serial += 1;
  return {
    id: serial,
    incidentId: 1,
    subject: { kind: 'job', name: 'paris/a' },
    openedAt: monday,
    worst: after,
    at: monday,
    change,
    before,
    after,
    members: [] as readonly Member[],
    ...values,
  };
}

const opened = alarm('opened', 'ok', 'warning');
const worsened = alarm('worsened', 'warning', 'critical');
const improved = alarm('improved', 'critical', 'warning');
const ended = alarm('ended', 'warning', 'ok', { worst: 'critical' });
const reminder = alarm('reminder', 'critical', 'critical');
const reopened = alarm('opened', 'ok', 'critical', { incidentId: 2, openedAt: monday + day });

const told = (...alarms: readonly Alarm[]): string | null => {
  const news = summarise(alarms);
  return news === null ? null : `${news.change} ${news.before}-${news.after} ${news.incidentId}`;
};

test('one alarm is told as it is, none not at all', () => {
  assert.equal(summarise([]), null);
  assert.deepEqual(summarise([opened]), opened);
  assert.deepEqual(summarise([reminder]), reminder);
  assert.deepEqual(summarise([ended]), ended);
});

test('of several it is told what is different', () => {
  assert.equal(told(opened, worsened), 'opened ok-critical 1');
  assert.equal(told(opened, worsened, improved), 'opened ok-warning 1');
  assert.equal(told(worsened, improved), 'changed warning-warning 1');
  assert.equal(told(improved, ended), 'ended critical-ok 1');
  assert.equal(told(reminder, improved), 'improved critical-warning 1');
  assert.equal(told(reminder, reminder), 'reminder critical-critical 1');
});

test('what began and ended unnoticed is no news', () => {
  assert.equal(told(opened, ended), null);
  assert.equal(told(opened, ended, reopened), 'opened ok-critical 2');
});

test('what was known, was over for a while and is back, goes on as what it was', () => {
  assert.equal(told(ended, reopened), 'worsened warning-critical 1');
  assert.equal(summarise([ended, reopened])?.openedAt, monday);
});

test('the worst that it has been is remembered', () => {
  assert.equal(summarise([worsened, improved])?.worst, 'critical');
  assert.equal(summarise([opened, worsened])?.worst, 'critical');
});

test('who wants to hear of what', () => {
  const routing = (jobs: string[] | null, severity: 'warning' | 'critical') => ({ jobs, severity });
  assert.ok(wants(routing(null, 'warning'), ['paris/a'], 'warning'));
  assert.ok(!wants(routing(null, 'critical'), ['paris/a'], 'warning'));
  assert.ok(wants(routing(['paris'], 'critical'), ['lyon/b', 'paris/a'], 'critical'));
  assert.ok(!wants(routing(['paris/b'], 'warning'), ['lyon/b', 'paris/a'], 'critical'));
  assert.ok(isNamed(['paris'], 'paris'));
  assert.ok(isNamed(['paris/a'], 'paris/a'));
  assert.ok(!isNamed(['paris/a'], 'paris'));
  assert.ok(!isNamed(['p'], 'paris/a'));
});

test('what is muted: by somebody, by plan, the longest of several', () => {
  const snooze = (name: string, until: number) => ({
    name,
    until,
    reason: 'cables',
    operator: 'anna',
  });
  const window = {
    schedule: '0 2 * * *',
    duration: 4 * hour,
    jobs: ['lyon'],
    reason: null,
  } as const;
  const calendar = () => ({
    atOrBefore: (instant: number) => (instant < monday ? null : monday),
    after: () => null,
  });
  const at = (now: number) =>
    mutesAt(
      now,
      [snooze('paris', monday + day), snooze('paris/a', monday + 2 * day)],
      [window],
      calendar,
      'UTC',
    );
  assert.equal(muteOf(at(monday + hour), 'paris/a')?.until, monday + 2 * day);
  assert.equal(muteOf(at(monday + hour), 'paris/b')?.until, monday + day);
  assert.equal(muteOf(at(monday + day), 'paris/b'), null);
  assert.deepEqual(muteOf(at(monday + hour), 'lyon/x'), {
    jobs: ['lyon'],
    until: monday + 4 * hour,
    reason: null,
    operator: null,
  });
  assert.equal(muteOf(at(monday + 4 * hour), 'lyon/x'), null);
  assert.equal(muteOf(at(monday - hour), 'lyon/x'), null);
  assert.equal(muteOf(at(monday + hour), 'nantes/x'), null);
  assert.equal(muteOf([], 'paris/a'), null);
});

test('what was missing when the agent fell silent is known when it is heard of again', () => {
  const member = (name: string, status: Member['status']): Member => ({
    name,
    status,
    severity: 'critical',
    reason: 'no_report',
    message: '',
    since: monday,
    cycle: monday,
    eventId: null,
    badCycles: 1,
  });
  const [a, b] = [member('paris/a', 'MISSING'), member('paris/b', 'MISSING')];
  const silence = alarm('ended', 'critical', 'ok', {
    subject: { kind: 'silent', name: 'paris' },
    members: [a, b],
  });
  const ofJob = (one: Member, change: Change = 'opened') =>
    alarm(change, 'ok', 'critical', { subject: { kind: 'job', name: one.name }, members: [one] });
  const isKnown = (one: Alarm, other = silence): boolean =>
    !withoutKnownBySilence([other, one]).includes(one);
  assert.ok(isKnown(ofJob(a)));
  assert.ok(!isKnown(ofJob(member('paris/a', 'FAILED'))));
  assert.ok(!isKnown(ofJob(a, 'worsened')));
  assert.ok(!isKnown(silence));
  assert.ok(!isKnown(ofJob(a), opened));
});
