import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { DigestJob, DigestLetter, LetterItem, LetterJob } from '../../src/core/letter.ts';
import {
  alarmSubject,
  digestState,
  digestSubject,
  hasRecovered,
} from '../../src/core/letter-subject.ts';
import { catalogue, worst, type Status } from '../../src/core/statuses.ts';

const job = (
  name: string,
  status: Status = 'MISSING',
  changes: Partial<LetterJob> = {},
): LetterJob => ({
  name,
  status,
  severity: catalogue[status].severity,
  reason: 'no_report',
  message: 'what an agent wrote',
  since: 0,
  cycle: null,
  deadline: null,
  timezone: 'UTC',
  expected: null,
  found: null,
  lastHealthy: null,
  advice: '',
  command: 'backupmon status',
  ...changes,
});

const item = (jobs: readonly LetterJob[], changes: Partial<LetterItem> = {}): LetterItem => ({
  change: 'opened',
  kind: 'job',
  name: jobs[0]?.name ?? '',
  openedAt: 0,
  before: 'ok',
  after: changes.change === 'ended' ? 'ok' : worst(jobs.map(({ severity }) => severity)),
  jobs,
  jobCount: jobs.length,
  flapping: false,
  ...changes,
});

const compta = item([job('paris/compta')]);
const wiki = item([job('lyon/wiki', 'SIZE_ANOMALY')]);
const well = item([job('nantes/erp', 'SUCCESS')], { change: 'ended' });
const gone = item([job('nantes/old')], { change: 'ended' });
const full = (name: string, reason = 'enospc') => job(name, 'SUCCESS', { reason });
const blocked = (jobs: readonly LetterJob[], changes: Partial<LetterItem> = {}) =>
  item(jobs, { kind: 'blocked', name: '', after: 'critical', ...changes });

const unable = (values: Partial<LetterItem> = {}): LetterItem =>
  item([job('backupmon', 'NOTICE', { reason: 'validated_unusable' })], {
    kind: 'scan',
    name: '',
    ...values,
  });

const subjects: readonly (readonly [string, readonly LetterItem[], string])[] = [
  ['one job', [compta], 'paris/compta MISSING'],
  ['one job, still', [{ ...compta, change: 'reminder' }], 'paris/compta still MISSING'],
  ['a held copy', [wiki], 'lyon/wiki SIZE ANOMALY'],
  ['a job of which nothing is told', [item([], { name: 'a/b' })], 'a/b IS NOT WELL'],
  [
    'a silent agent',
    [item([job('paris/a')], { kind: 'silent', name: 'paris', jobCount: 40 })],
    'paris is silent: 40 backups MISSING',
  ],
  [
    'refused reports',
    [
      item([job('paris', 'REPORT_REFUSED', { reason: 'forged' })], {
        kind: 'refused',
        name: 'paris',
      }),
    ],
    'reports of paris are refused: forged',
  ],
  [
    'blocked jobs',
    [blocked([full('a/b'), full('a/c'), full('a/d', 'eacces')])],
    '3 backups blocked: enospc, eacces',
  ],
  ['a reason that is no word', [blocked([full('a/b', 'Hello!\nBcc: x')])], '1 backup blocked'],
  [
    'lost versions',
    [item([job('a/b'), job('a/c')], { kind: 'lost', name: '', change: 'reminder' })],
    'versions are still gone: a/b, a/c',
  ],
  [
    'several, the worst first',
    [wiki, compta],
    '1 critical, 1 warning: paris/compta MISSING, lyon/wiki SIZE ANOMALY',
  ],
  [
    'some of them over',
    [compta, gone, well],
    '1 critical, 1 closed, 1 recovered: paris/compta MISSING; closed, not recovered: nantes/old; recovered: nantes/erp',
  ],
  ['all of them over', [well, { ...well, name: 'lyon/wiki' }], 'recovered: nantes/erp, lyon/wiki'],
  ['over, and not well', [gone], 'closed, not recovered: nantes/old'],
  [
    'nothing is blocked any more',
    [blocked([full('a/b')], { change: 'ended' })],
    'recovered: 1 backup no longer blocked',
  ],
  ['scans that cannot be done', [unable()], 'cannot scan: validated_unusable'],
  [
    'scans that still cannot be done',
    [unable({ change: 'reminder' })],
    'cannot scan, still: validated_unusable',
  ],
  ['scans that can be done again', [unable({ change: 'ended' })], 'recovered: it can scan again'],
  [
    'a loss is over',
    [item([full('a/b'), full('a/c')], { kind: 'lost', name: '', change: 'ended' })],
    'recovered: a/b, a/c',
  ],
];

describe('subjects of alarms', () => {
  for (const [title, items, expected] of subjects) {
    it(title, () =>
      assert.equal(alarmSubject('backup01', items), `[backupmon backup01] ${expected}`),
    );
  }

  it('are at most 150 characters long, and say where they were cut', () => {
    const items = Array.from({ length: 20 }, (_, index) => item([job(`paris/db${index}`)]));
    const subject = alarmSubject('backup01', items);
    assert.equal(subject.length, 150);
    assert.match(subject, /^\[backupmon backup01\] 20 critical: paris\/db0 MISSING, .*…$/);
  });

  it('tell what is wrong however long the names are', () => {
    const name = `paris/${'ab'.repeat(60)}`;
    const subject = alarmSubject('s'.repeat(99), [item([job(name)])]);
    assert.match(subject, /^\[backupmon s{39}…\] paris\/(?:ab){12}…b(?:ab){14} MISSING$/);
  });

  it('are one line, without a word that an agent wrote', () => {
    const subject = alarmSubject('x\r\nBcc: a', [item([job('a\u202e/b\nc')])]);
    assert.equal(subject, '[backupmon x Bcc: a] a/b c MISSING');
  });
});

describe('a recovery', () => {
  it('is an end after which everything stands well, and no other end', () => {
    assert.equal(hasRecovered(well), true);
    assert.equal(hasRecovered({ ...well, change: 'improved' }), false);
    assert.equal(hasRecovered({ ...well, jobs: [] }), false);
    assert.equal(hasRecovered({ ...well, jobs: [job('a/b', 'SUCCESS'), job('a/c')] }), false);
    assert.equal(hasRecovered({ ...well, jobs: [job('a/b', 'UNKNOWN')] }), false);
    // An agent stands nowhere: what is there is what was wrong last.
    const refused = item([job('paris', 'REPORT_REFUSED')], { kind: 'refused' });
    assert.equal(hasRecovered({ ...refused, change: 'ended' }), true);
    assert.equal(hasRecovered(refused), false);
  });
});

const digestJob: DigestJob = {
  name: 'a/b',
  status: 'SUCCESS',
  severity: 'ok',
  since: 0,
  size: 1,
  sizes: [],
  versions: 1,
  lastSuccessAt: 0,
  nextDue: null,
  held: null,
  blocked: null,
  snoozedUntil: null,
};

const summary = (ok: number, warning = 0, critical = 0, pending = 0) => ({
  ok,
  warning,
  critical,
  pending,
  total: ok + warning + critical + pending,
});

const digest = (changes: Partial<DigestLetter>): Omit<DigestLetter, 'subject'> => ({
  kind: 'digest',
  site: 'backup01',
  at: 0,
  since: 0,
  timezone: 'UTC',
  summary: summary(40),
  jobs: [digestJob],
  jobCount: 40,
  published: 0,
  pruned: 0,
  scans: 1,
  undelivered: 0,
  doubtful: { blocked: 0, held: 0, refused: 0 },
  ...changes,
});

const digests: readonly (readonly [Partial<DigestLetter>, string, string])[] = [
  [{}, 'all 40 backups are well', 'ok'],
  [{ summary: summary(1) }, 'the only backup is well', 'ok'],
  [{ summary: summary(37, 1, 2) }, '2 critical, 1 warning, 37 ok', 'critical'],
  [{ summary: summary(39, 0, 0, 1) }, '1 pending, 39 ok', 'pending'],
  [{ summary: summary(0) }, 'no backups are expected', 'pending'],
  [
    { doubtful: { blocked: 0, held: 0, refused: 1 } },
    '40 ok; reports of 1 agent refused',
    'warning',
  ],
  [
    { doubtful: { blocked: 0, held: 0, refused: 2 } },
    '40 ok; reports of 2 agents refused',
    'warning',
  ],
  [
    { doubtful: { blocked: 1, held: 1, refused: 0 }, undelivered: 1 },
    '40 ok; 1 blocked; 1 held; 1 alarm undelivered',
    'warning',
  ],
  [{ undelivered: 2 }, '40 ok; 2 alarms undelivered', 'warning'],
];

describe('subjects of digests', () => {
  for (const [changes, text, severity] of digests) {
    it(text, () => {
      assert.equal(digestSubject(digest(changes)), `[backupmon backup01] digest: ${text}`);
      const state = digestState(digest(changes));
      assert.deepEqual([state.severity, state.isAllWell], [severity, severity === 'ok']);
    });
  }
});
