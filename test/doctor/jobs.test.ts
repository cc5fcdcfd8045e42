import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { occurrencesOf } from '../../src/calendar/occurrences.ts';
import { scheduleKeyOf } from '../../src/core/missed.ts';
import { newState, type JobState } from '../../src/core/state.ts';
import type { JobRecord } from '../../src/db/jobs.ts';
import {
  judgeSilentStrangers,
  judgeStrangers,
  judgeUnmatchedJobs,
  unmatchedJobs,
} from '../../src/doctor/jobs/jobs.ts';
import type { Stranger } from '../../src/doctor/deposits/strangers.ts';
import { assertWhole, configWith, lookWith, now, told } from './support.ts';

const look = lookWith();
const hour = 3_600_000;
const config = configWith(
  "defaults: { schedule: '0 20 * * *' }\nagents:\n  paris:\n    databases:\n      compta: {}\n      crm: {}\n      old: { enabled: false }\n",
);
const stranger = (database: string, changes: Partial<Stranger> = {}): Stranger => ({
  agent: 'paris',
  database,
  configured: true,
  ends: [],
  ...changes,
});

/** Watched since then, with nothing else remembered. */
const record = (id: string, changes: Partial<JobState> = {}): [string, JobRecord] => {
  const job = config.jobs.find((one) => one.id === id);
  const scheduleKey = job === undefined ? '' : scheduleKeyOf(job);
  const state = { ...newState, watchBegan: now - 72 * hour, scheduleKey, ...changes };
  return [id, { state } as JobRecord];
};

const found = (records: [string, JobRecord][], strangers: Stranger[] = []) =>
  unmatchedJobs(config.jobs, new Map(records), strangers, { calendar: occurrencesOf, now });

describe('jobs that no report ever matched', () => {
  it('are told once their time has passed, with what may be meant', () => {
    const unmatched = found(
      [record('paris/compta'), record('paris/crm'), record('paris/old')],
      [stranger('Compta_'), stranger('zzz'), stranger('crm2', { agent: 'lyon' })],
    );
    const findings = judgeUnmatchedJobs(unmatched, look);
    assertWhole(findings);
    assert.deepEqual(told(findings), [
      'warning paris/compta has never matched a report, and its time has passed; paris reports "Compta_", which no job expects',
      '$ ${EDITOR:-vi} /etc/backupmon/config.yaml',
      'warning paris/crm has never matched a report, and its time has passed',
      '$ backupmon status paris/crm',
    ]);
  });

  it('are waited for until then', () => {
    const began = { watchBegan: now - hour / 2 };
    const findings = judgeUnmatchedJobs(
      found([record('paris/compta', began), record('paris/crm', began)]),
      look,
    );
    assert.deepEqual(told(findings), [
      'ok 2 jobs without a report yet, the first of them expected by 2026-06-21T21:30:00Z: paris/compta, paris/crm',
    ]);
  });

  it('are none that had one, nor what no scan has seen', () => {
    assert.deepEqual(found([record('paris/compta', { lastJudgedEnd: now - 200 * hour })]), []);
    const adopted = { status: 'SUCCESS', severity: 'ok', reason: '', message: '', cycle: now };
    const standing = { ...adopted, eventId: 1 } as JobState['standing'];
    assert.deepEqual(
      found([record('paris/compta', { standing, coveredThrough: now, watchBegan: now - hour })]),
      [],
    );
  });

  it('are counted where they are many', () => {
    const [one] = found([record('paris/compta')]);
    assert.ok(one !== undefined);
    const findings = judgeUnmatchedJobs(
      Array.from({ length: 13 }, () => one),
      look,
    );
    assertWhole(findings);
    assert.equal(findings.length, 11);
    assert.match(findings.at(-1)?.message ?? '', /^3 more jobs never matched a report/u);
  });
});

describe('reports that no job expects', () => {
  it('are told once for each agent', () => {
    const many = Array.from({ length: 7 }, (_, index) => stranger(`d${index}`));
    const findings = judgeStrangers(
      [...many, stranger('shop', { agent: 'nice', configured: false })],
      look,
    );
    assertWhole(findings);
    assert.deepEqual(told(findings), [
      'warning paris reports 7 databases that no job expects: d0, d1, d2, d3, d4 and 2 more',
      '$ backupmon doctor --suggest-jobs',
      'warning nice, which the configuration does not name, reports 1 database: shop',
      '$ backupmon doctor --suggest-jobs',
    ]);
  });

  it('are not to be found in every folder', () => {
    assert.deepEqual(judgeSilentStrangers([], look), []);
    assert.deepEqual(told(judgeSilentStrangers(['x'], look)), [
      'ok 1 folder in /mnt/deposits that no agent of the configuration has, and no report in them: x',
    ]);
  });
});
