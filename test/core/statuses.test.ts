import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  adviceFor,
  catalogue,
  jobStatuses,
  statuses,
  worst,
  type Severity,
} from '../../src/core/statuses.ts';

const contract = {
  SUCCESS: ['ok', true],
  HASH_MISMATCH: ['warning', true],
  SIZE_ANOMALY: ['warning', false],
  FAILED: ['critical', false],
  TRANSFER_INTEGRITY_FAILED: ['critical', false],
  CONTENT_INVALID: ['critical', false],
  MISSING: ['critical', false],
  UNKNOWN: ['pending', false],
  REPORT_REFUSED: ['warning', false],
  NOTICE: ['ok', false],
} as const;

for (const status of statuses) {
  test(`${status} has its severity, and counts as healthy or not`, () => {
    const { severity, healthy } = catalogue[status];
    assert.deepEqual([severity, healthy], contract[status]);
  });
}

test('every status of a job that is no success says what to do about it', () => {
  const silent = jobStatuses.filter((status) => catalogue[status].advice === '');
  assert.deepEqual(silent, ['SUCCESS']);
});

test('advice goes by the reason where that says more', () => {
  assert.match(adviceFor('MISSING', 'version_lost'), /who removed it/);
  assert.match(adviceFor('MISSING', 'not_judged'), /^Mend what blocks it: /);
  for (const status of statuses) assert.equal(adviceFor(status, 'other'), catalogue[status].advice);
});

const lists: readonly (readonly [readonly Severity[], Severity])[] = [
  [[], 'ok'],
  [['ok', 'ok'], 'ok'],
  [['ok', 'pending'], 'pending'],
  [['warning', 'pending', 'ok'], 'warning'],
  [['warning', 'critical', 'pending'], 'critical'],
];

for (const [list, expected] of lists) {
  test(`the worst of [${list.join(', ')}] is ${expected}`, () =>
    assert.equal(worst(list), expected));
}
