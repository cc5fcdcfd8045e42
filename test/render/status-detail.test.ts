import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { renderJobDetail } from '../../src/render/status-detail.ts';
import type { EventView, JobDetailView, JobView } from '../../src/render/views.ts';
import type { Status } from '../../src/core/statuses.ts';
import {
  ascii,
  detailView,
  event,
  job,
  jobView,
  missing,
  now,
  otherSha,
  sha,
  stage,
  standing,
  unicode,
} from './support.ts';

const heldView = {
  path: '/srv/validated/.held/paris/compta/compta.sql.gz',
  size: 1_000_000,
  sha256: sha,
  endedAt: now - 3_600_000,
  heldAt: now - 3_500_000,
  cycles: 1,
};

const render = (view: JobView, changes: Partial<JobDetailView> = {}): string =>
  renderJobDetail(detailView(view, changes), unicode);

/** The detail of a job whose status is this event. */
const ofEvent = (
  status: Status,
  changes: Partial<EventView>,
  view: Partial<JobView> = {},
  detail: Partial<JobDetailView> = {},
): string =>
  render(jobView('paris/compta', status, view), { event: event(status, changes), ...detail });

/** The paragraph of one check, its lines joined. */
function check(text: string, title: string): string {
  const lines = text.split('\n');
  const start = lines.findIndex(
    (line) => /^\S /.test(line) && line.slice(2).startsWith(`${title} `),
  );
  if (start === -1) return '';
  const length = lines.slice(start + 1).findIndex((line) => !line.startsWith(' '.repeat(14)));
  return lines
    .slice(start, start + 1 + length)
    .map((line) => line.trim())
    .join(' ')
    .replace(/ {2,}/, ' ');
}

const file = (changes: Partial<NonNullable<EventView['file']>>): EventView['file'] => ({
  name: 'compta.sql.gz',
  expected: { size: 4_386_338, sha256: sha },
  found: { size: null, sha256: null },
  ...changes,
});

describe('status JOB', () => {
  it('shows the chain of evidence of a healthy backup', () =>
    assert.equal(
      render(jobView()),
      `✓ success  paris/compta (ok, since 2026-06-20 18:40 UTC, 2h 20m ago)
  size and SHA-256 as reported; 4.2 MiB
  last good  2026-06-20 18:37 UTC, 2h 22m ago
  cycle      2026-06-20T19:00:00Z = 2026-06-20 20:00 (Africa/Douala): done
  next due   2026-06-21T19:00:00Z = 2026-06-21 20:00 (Africa/Douala)

Evidence
✓ report      20260620_2000_paris.json
              ended 2026-06-20T18:37:35Z = 2026-06-20 19:37 (Africa/Douala)
              counts for the cycle
              due 2026-06-20T19:00:00Z = 2026-06-20 20:00 (Africa/Douala)
              deadline 2026-06-20T20:30:00Z = 2026-06-20 21:30 (Africa/Douala)
              schedule: "0 20 * * *" (config.yaml:12)
              timezone: Africa/Douala (built-in default)
              grace: 1h30m (built-in default)
              early: auto (built-in default)
✓ backup      the agent reports success, took 12m 3s
✓ compress    the agent reports success, took 12m 3s
✓ transfer    the agent reports success
✓ file        compta.sql.gz: found
✓ size        4386338 bytes (4.2 MiB), as reported
✓ SHA-256     a1b2c3d4e5f6…, as reported
✓ assurance   intact: size and SHA-256 as reported; the content was not looked
              into
              verify: intact (built-in default)
✓ changed     not found equal to a newest version in place
              unchanged: warning (built-in default)
✓ usual size  4.2 MiB lies within what is usual now
              usual now: 2.0 MiB to 5.9 MiB, median 3.9 MiB of 12 backups
              size_change: 50% (built-in default)
✓ version     /srv/validated/paris/compta/20260620T183735Z/compta.sql.gz
              path: paris/compta (built-in default)
              deposit: keep (built-in default)
✓ retention   2026-06-20 18:37 UTC, 4.2 MiB: kept (last 1 of 3, daily
              2026-06-20)
              keep: { last: 3, daily: 7 } (config.yaml:15)

Recent history (UTC)
2026-06-20 18:40  ✓ success  paris/compta  size and SHA-256 as reported; 4.2 MiB

What to do next
  Nothing to do.
`,
    ));

  it('shows what a missing backup rests on, in ASCII too', () =>
    assert.equal(
      renderJobDetail(
        detailView(missing('paris/compta'), {
          event: null,
          sizeBounds: null,
          versions: [],
          recent: [],
        }),
        ascii,
      ),
      `X MISSING  paris/compta (critical, since 2026-06-20 20:30 UTC, 30m ago)
  due 2026-06-20T19:00:00Z, and no report covers it by 2026-06-20T20:30:00Z
  last good  never
  cycle      2026-06-20T19:00:00Z = 2026-06-20 20:00 (Africa/Douala): missed
  next due   2026-06-21T19:00:00Z = 2026-06-21 20:00 (Africa/Douala)

Evidence
X report      none covers the cycle
              due 2026-06-20T19:00:00Z = 2026-06-20 20:00 (Africa/Douala)
              deadline 2026-06-20T20:30:00Z = 2026-06-20 21:30 (Africa/Douala)
              schedule: "0 20 * * *" (config.yaml:12)
              timezone: Africa/Douala (built-in default)
              grace: 1h30m (built-in default)
              early: auto (built-in default)
- version     nothing published
              path: paris/compta (built-in default)
              deposit: keep (built-in default)
- retention   no version is recorded as present
              keep: { last: 3, daily: 7 } (config.yaml:15)

Recent history (UTC)
Nothing recorded yet.

What to do next
  Check that the agent runs, that its clock is right, and that it can reach this
  server.
`,
    ));

  it('says so when a report may be there that could not be judged', () => {
    const view = missing('paris/compta');
    const text = render(
      {
        ...view,
        standing: standing({ reason: 'not_judged' }, view),
        blocked: { reason: 'eacces', message: 'cannot read x', since: now },
      },
      { event: null },
    );
    assert.match(check(text, 'report'), /^✗ report none could be judged for the cycle due 2026/);
    assert.match(
      text,
      /^! blocked since 2026-06-20 21:00 UTC, not judged: cannot read x \(eacces\)$/m,
    );
    assert.match(text, /What to do next\n {2}Mend what blocks it/);
  });

  it('claims nothing for a job never judged', () => {
    const view = jobView('paris/compta', 'UNKNOWN', {
      standing: standing(
        { since: null, cycle: null, currentCycle: null, nextDue: null },
        jobView('paris/compta', 'UNKNOWN'),
      ),
      lastSuccessAt: null,
      newest: null,
    });
    const text = render(view, { event: null, sizeBounds: null, versions: [], recent: [] });
    assert.match(check(text, 'report'), /^– report none judged yet/);
    assert.doesNotMatch(text, /✓|✗/);
    for (const title of ['backup', 'file', 'size', 'SHA-256', 'assurance', 'usual size']) {
      assert.equal(check(text, title), '', title);
    }
    assert.match(text, /last good {2}never\n/);
    assert.match(text, /Nothing recorded yet\./);
  });

  it('names a job that is not expected any more', () =>
    assert.match(
      render(jobView('a/b', 'SUCCESS', { expected: false })),
      /^· not expected any more/m,
    ));

  it('tells the command for a held copy, once', () => {
    const anomaly = ofEvent('SIZE_ANOMALY', { promotedTo: null }, { held: heldView });
    assert.match(
      anomaly,
      /What to do next\n.*If it is right: backupmon promote\s+paris\/compta\n$/,
    );
    assert.match(
      check(anomaly, 'version'),
      /^– version nothing published held: \/srv\/validated\/\.held/,
    );
    assert.match(
      ofEvent('FAILED', { promotedTo: null }, { held: heldView }),
      /\n {2}Promote the held copy: backupmon promote paris\/compta\n$/,
    );
  });

  it('shows five events at most', () => {
    const text = render(jobView(), { recent: Array.from({ length: 9 }, () => event()) });
    assert.equal(text.match(/^2026-06-20 18:40/gm)?.length, 5);
  });
});

interface Row {
  readonly title: string;
  readonly what: string;
  readonly status: Status;
  readonly changes: Partial<EventView>;
  readonly view?: Partial<JobView>;
  readonly detail?: Partial<JobDetailView>;
  readonly expected: RegExp;
}

const none = { size: null, sha256: null };
const found = (size: number, sha256: string | null): EventView['file'] =>
  file({ found: { size, sha256 } });
const stages = (
  changes: Partial<NonNullable<EventView['report']>['stages']>,
): EventView['report'] => {
  const { report } = event();
  return report && { ...report, stages: { ...report.stages, ...changes } };
};
const rulesOf = (rules: Partial<JobView['job']['rules']>): Partial<JobView> => ({
  job: { ...job(), rules: { ...job().rules, ...rules } },
});

const rows: readonly Row[] = [
  {
    title: 'backup',
    what: 'failed, with the agent’s words',
    status: 'FAILED',
    changes: {
      report: stages({ backup: stage({ ok: false, error: 'pg_dump: \u001b[31mrefused' }) }),
    },
    expected:
      /^✗ backup the agent reports failure, took 12m 3s the agent's words: "pg_dump: refused"$/,
  },
  {
    title: 'backup',
    what: 'unreadable',
    status: 'FAILED',
    changes: { report: stages({ backup: stage({ ok: null, startedAt: null }) }) },
    expected: /^✗ backup status unreadable$/,
  },
  {
    title: 'compress',
    what: 'absent',
    status: 'SUCCESS',
    changes: { report: stages({ compress: null }) },
    expected: /^– compress not reported: the dump is transferred as it is$/,
  },
  {
    title: 'transfer',
    what: 'times the wrong way round',
    status: 'SUCCESS',
    changes: { report: stages({ transfer: stage({ startedAt: now }) }) },
    expected: /^✓ transfer the agent reports success$/,
  },
  {
    title: 'report',
    what: 'no cycle',
    status: 'SUCCESS',
    changes: { cycle: null },
    expected:
      /^✓ report 20260620_2000_paris\.json ended 2026-06-20T18:37:35Z = 2026-06-20 19:37 \(Africa\/Douala\) counts for the cycle: none is recorded schedule/,
  },
  {
    title: 'report',
    what: 'UTC needs no second time',
    status: 'SUCCESS',
    changes: {},
    view: rulesOf({
      timezone: 'UTC',
      schedule: { kind: 'every', period: 5_400_000 },
      early: 3_600_000,
    }),
    expected:
      /ended 2026-06-20T18:37:35Z counts for the cycle due 2026-06-20T19:00:00Z deadline 2026-06-20T20:30:00Z schedule: every 1h30m \(config\.yaml:12\) timezone: UTC \(built-in default\).* early: 1h \(/,
  },
  {
    title: 'report',
    what: 'a version adopted',
    status: 'SUCCESS',
    changes: { report: null, reason: 'version_adopted' },
    expected: /^– report this conclusion rests on no report/,
  },
  {
    title: 'file',
    what: 'absent',
    status: 'TRANSFER_INTEGRITY_FAILED',
    changes: { reason: 'file_absent', file: file({}) },
    expected:
      /^✗ file compta\.sql\.gz: expected in the drop zone, not found settle: 2m \(built-in default\)$/,
  },
  {
    title: 'file',
    what: 'unsafe',
    status: 'TRANSFER_INTEGRITY_FAILED',
    changes: { reason: 'unsafe_file', file: file({}) },
    expected: /^✗ file compta\.sql\.gz: found, but it is no regular file/,
  },
  {
    title: 'file',
    what: 'not looked at when the agent failed',
    status: 'FAILED',
    changes: { reason: 'backup_failed', file: file({}) },
    expected: /^– file compta\.sql\.gz: not looked at$/,
  },
  {
    title: 'file',
    what: 'no usable name',
    status: 'TRANSFER_INTEGRITY_FAILED',
    changes: { reason: 'not_verifiable', file: file({ name: null }) },
    expected: /^– file no usable name: not looked at$/,
  },
  {
    title: 'file',
    what: 'nothing recorded of it',
    status: 'FAILED',
    changes: { reason: 'backup_failed', file: null },
    expected: /^– file no usable name: not looked at$/,
  },
  {
    title: 'size',
    what: 'not checked',
    status: 'FAILED',
    changes: { file: file({}) },
    expected: /^– size not checked; the agent reports 4386338 bytes \(4\.2 MiB\)$/,
  },
  {
    title: 'size',
    what: 'nothing known',
    status: 'FAILED',
    changes: { file: file({ expected: none }) },
    expected: /^– size not checked$/,
  },
  {
    title: 'size',
    what: 'none reported',
    status: 'SUCCESS',
    changes: {
      file: file({ expected: { size: null, sha256: sha }, found: { size: 7, sha256: sha } }),
    },
    expected: /^– size not checked: none reported; 7 bytes found$/,
  },
  {
    title: 'size',
    what: 'differs',
    status: 'TRANSFER_INTEGRITY_FAILED',
    changes: { reason: 'size_differs', file: found(7, null) },
    expected: /^✗ size expected 4386338 bytes \(4\.2 MiB\) found {4}7 bytes$/,
  },
  {
    title: 'SHA-256',
    what: 'not reached',
    status: 'TRANSFER_INTEGRITY_FAILED',
    changes: { reason: 'size_differs', file: found(7, null) },
    expected: /^– SHA-256 not checked: the size differs already$/,
  },
  {
    title: 'SHA-256',
    what: 'not checked',
    status: 'FAILED',
    changes: { file: null },
    expected: /^– SHA-256 not checked$/,
  },
  {
    title: 'SHA-256',
    what: 'none reported',
    status: 'SUCCESS',
    changes: { file: file({ expected: none, found: { size: 7, sha256: sha } }) },
    expected: new RegExp(`^– SHA-256 none reported; found ${sha}$`),
  },
  {
    title: 'SHA-256',
    what: 'differs: both in full',
    status: 'TRANSFER_INTEGRITY_FAILED',
    changes: { reason: 'hash_differs', file: found(4_386_338, otherSha) },
    expected: new RegExp(`^✗ SHA-256 expected ${sha} found ${otherSha}$`),
  },
  {
    title: 'assurance',
    what: 'invalid content',
    status: 'CONTENT_INVALID',
    changes: { message: 'the file is empty: 0 bytes' },
    expected: /^✗ assurance the file is empty: 0 bytes verify: intact/,
  },
  {
    title: 'assurance',
    what: 'none',
    status: 'FAILED',
    changes: { assurance: null },
    expected: /^– assurance none reached verify: intact/,
  },
  {
    title: 'assurance',
    what: 'less than asked for',
    status: 'SUCCESS',
    changes: {},
    view: rulesOf({ verify: 'complete' }),
    expected:
      /^! assurance intact: size and SHA-256 as reported; the content was not looked into less than asked for: verify: complete/,
  },
  {
    title: 'assurance',
    what: 'claims no size that was not reported',
    status: 'SUCCESS',
    changes: { file: file({ expected: { size: null, sha256: sha } }) },
    expected:
      /^✓ assurance intact: SHA-256 as reported, no size was; the content was not looked into/,
  },
  {
    title: 'assurance',
    what: 'complete',
    status: 'SUCCESS',
    changes: { assurance: 'complete', file: file({ expected: none }) },
    expected: /^✓ assurance complete: the bytes are as reported/,
  },
  {
    title: 'changed',
    what: 'unchanged',
    status: 'HASH_MISMATCH',
    changes: { message: 'the file equals the newest version' },
    expected: /^! changed no: the file equals the newest version unchanged: warning/,
  },
  {
    title: 'changed',
    what: 'unchanged and fine',
    status: 'HASH_MISMATCH',
    changes: { severity: 'ok' },
    expected: /^✓ changed no:/,
  },
  {
    title: 'changed',
    what: 'unchanged and critical',
    status: 'HASH_MISMATCH',
    changes: { severity: 'critical' },
    expected: /^✗ changed no:/,
  },
  {
    title: 'changed',
    what: 'promoted by hand',
    status: 'SUCCESS',
    changes: { operator: 'anna' },
    expected: /^– changed not checked: promoted by hand, by anna/,
  },
  {
    title: 'version',
    what: 'promoted by hand',
    status: 'SUCCESS',
    changes: { operator: 'anna' },
    expected: /^✓ version \/srv\/.*compta\.sql\.gz promoted by hand, by anna path:/,
  },
  {
    title: 'version',
    what: 'unchanged',
    status: 'HASH_MISMATCH',
    changes: { promotedTo: null },
    expected:
      /^– version nothing copied newest version: of 2026-06-20 18:37 UTC, last confirmed 2026-06-20 18:37 UTC \/srv/,
  },
  {
    title: 'usual size',
    what: 'far out',
    status: 'SIZE_ANOMALY',
    changes: { message: '1 KiB is far from the usual' },
    expected:
      /^! usual size 1 KiB is far from the usual usual now: 2\.0 MiB to 5\.9 MiB, median 3\.9 MiB of 12 backups size_change: 50% \(built-in default\)$/,
  },
  {
    title: 'usual size',
    what: 'far out for long',
    status: 'SIZE_ANOMALY',
    changes: { severity: 'critical' },
    expected: /^✗ usual size/,
  },
  {
    title: 'usual size',
    what: 'outside by now',
    status: 'SUCCESS',
    changes: { file: found(9, sha) },
    expected: /^– usual size 9 bytes lies outside what is usual now/,
  },
  {
    title: 'usual size',
    what: 'not judged when unchanged',
    status: 'HASH_MISMATCH',
    changes: {},
    expected: /^– usual size not checked usual now/,
  },
  {
    title: 'usual size',
    what: 'too little history',
    status: 'SUCCESS',
    changes: {},
    detail: { sizeBounds: null },
    expected: /^– usual size not checked: too few healthy sizes are known size_change: 50%/,
  },
  {
    title: 'usual size',
    what: 'off',
    status: 'SUCCESS',
    changes: {},
    view: rulesOf({ sizeChange: null }),
    detail: { sizeBounds: null },
    expected: /^– usual size not checked: the rule is off size_change: off/,
  },
  {
    title: 'retention',
    what: 'a plain number, and one that goes',
    status: 'SUCCESS',
    changes: {},
    view: rulesOf({ keep: { last: 1, daily: 0, weekly: 0, monthly: 0, yearly: 0 } }),
    detail: {
      versions: detailView(jobView()).versions.map((version) => ({
        ...version,
        keep: false,
        reasons: [],
      })),
    },
    expected:
      /^✓ retention 2026-06-20 18:37 UTC, 4\.2 MiB: goes when next pruned keep: 1 \(config\.yaml:15\)$/,
  },
];

describe('each check', () => {
  for (const { title, what, status, changes, view, detail, expected } of rows) {
    it(`${title}: ${what}`, () =>
      assert.match(check(ofEvent(status, changes, view, detail), title), expected));
  }
});
