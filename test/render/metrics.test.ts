import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, it, type TestContext } from 'node:test';
import fc from 'fast-check';
import { replaceFile } from '../../src/files/replace.ts';
import { renderMetrics, type MetricsView } from '../../src/render/metrics.ts';
import type { JobView } from '../../src/render/views.ts';
import {
  cannotExport,
  cannotLint,
  exportFrom,
  promtool,
  seriesOf,
} from '../support/node-exporter.ts';
import { hostileStatus, nasty } from './hostile.ts';
import { at, job, jobView, missing, now, sha, statusView } from './support.ts';

const metricsView = (
  jobs: readonly JobView[],
  changes: Partial<MetricsView> = {},
): MetricsView => ({
  status: statusView(jobs),
  stages: new Map([['paris/compta', { backup: 723_000, compress: 1500, transfer: 0 }]]),
  scan: {
    startedAt: at('2026-06-20T20:48:00Z'),
    finishedAt: at('2026-06-20T20:48:09.250Z'),
    exitCode: 2,
    duration: 9250,
    counts: {
      reports: 7,
      events: 3,
      published: 2,
      pruned: 1,
      refused: 0,
      bytesRead: 123_456_789_012,
    },
  },
  scanMaxAge: 10_800_000,
  areas: [
    { area: 'deposits', freeBytes: 1_000_000, sizeBytes: 4_000_000 },
    { area: 'validated', freeBytes: 4_503_599_627_370_496, sizeBytes: 9_007_199_254_740_992 },
  ],
  version: '0.1.0',
  ...changes,
});

const held = { path: '/x', size: 7, sha256: sha, endedAt: now, heldAt: now, cycles: 1 };
const mute = { jobs: null, until: now + 1, reason: null, operator: 'root' };
const small = metricsView([jobView(), missing('lyon/shop', { held, snoozed: mute })]);
/** Jobs whose agents and databases have any of these names. */
const named = (names: readonly string[]): JobView[] =>
  names.flatMap((name, index) => [
    jobView('x/y', 'SUCCESS', { job: job(`agent ${index}`, { agent: name, database: 'y' }) }),
    jobView('x/y', 'MISSING', { job: job(`database ${index}`, { agent: 'x', database: name }) }),
  ]);
const hostileView = (): MetricsView => {
  const names = Object.values(nasty);
  const view = metricsView(named([...names, ...fc.sample(fc.string({ unit: 'binary' }), 200)]));
  return { ...view, status: { ...view.status, site: names.join('') }, version: names.join('') };
};

const linesWith = (text: string, part: string): string[] =>
  text.split('\n').filter((line) => line.includes(part));

function folderFor(context: TestContext): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'backupmon-metrics-'));
  context.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** Of a scrape: ours alone. */
const ours = (series: ReadonlyMap<string, number>): Map<string, number> =>
  new Map([...series].filter(([key]) => key.startsWith('backupmon_')));

const namesOf = ({ job: { agent, database } }: JobView): string =>
  JSON.stringify([agent, database]);

const document = readFileSync('docs/metrics.md', 'utf8');

const expected = `# HELP backupmon_build_info The program and its site: always 1.
# TYPE backupmon_build_info gauge
backupmon_build_info{version="0.1.0",site="backup01"} 1
# HELP backupmon_jobs Expected jobs by severity.
# TYPE backupmon_jobs gauge
backupmon_jobs{severity="ok"} 1
backupmon_jobs{severity="pending"} 0
backupmon_jobs{severity="warning"} 0
backupmon_jobs{severity="critical"} 1
# HELP backupmon_unexpected_databases Databases that agents report and the configuration does not know.
# TYPE backupmon_unexpected_databases gauge
backupmon_unexpected_databases 0
# HELP backupmon_last_scan_start_timestamp_seconds When the last complete scan began.
# TYPE backupmon_last_scan_start_timestamp_seconds gauge
backupmon_last_scan_start_timestamp_seconds 1781988480
# HELP backupmon_last_scan_finish_timestamp_seconds When the last complete scan came to its end.
# TYPE backupmon_last_scan_finish_timestamp_seconds gauge
backupmon_last_scan_finish_timestamp_seconds 1781988489.25
# HELP backupmon_last_scan_duration_seconds How long the last complete scan took.
# TYPE backupmon_last_scan_duration_seconds gauge
backupmon_last_scan_duration_seconds 9.25
# HELP backupmon_last_scan_exit_code Exit code of the last complete scan: 0 all well, 1 warnings, 2 critical, 3 trouble of its own.
# TYPE backupmon_last_scan_exit_code gauge
backupmon_last_scan_exit_code 2
# HELP backupmon_scan_max_age_seconds How long after the start of the last complete scan the scanner counts as stopped.
# TYPE backupmon_scan_max_age_seconds gauge
backupmon_scan_max_age_seconds 10800
# HELP backupmon_scan_overdue Whether the scanner counted as stopped when this was written.
# TYPE backupmon_scan_overdue gauge
backupmon_scan_overdue 0
# HELP backupmon_last_scan_reports Reports that the last complete scan looked at.
# TYPE backupmon_last_scan_reports gauge
backupmon_last_scan_reports 7
# HELP backupmon_last_scan_events Conclusions that the last complete scan recorded.
# TYPE backupmon_last_scan_events gauge
backupmon_last_scan_events 3
# HELP backupmon_last_scan_published_versions Versions that the last complete scan put into the validated tree.
# TYPE backupmon_last_scan_published_versions gauge
backupmon_last_scan_published_versions 2
# HELP backupmon_last_scan_pruned_versions Versions that the last complete scan removed, as retention says.
# TYPE backupmon_last_scan_pruned_versions gauge
backupmon_last_scan_pruned_versions 1
# HELP backupmon_last_scan_refused_reports Reports that the last complete scan refused.
# TYPE backupmon_last_scan_refused_reports gauge
backupmon_last_scan_refused_reports 0
# HELP backupmon_last_scan_read_bytes What the last complete scan read of deposited files.
# TYPE backupmon_last_scan_read_bytes gauge
backupmon_last_scan_read_bytes 123456789012
# HELP backupmon_area_free_bytes What backupmon may still fill of the file system that the area lies on.
# TYPE backupmon_area_free_bytes gauge
backupmon_area_free_bytes{area="deposits"} 1000000
backupmon_area_free_bytes{area="validated"} 4503599627370496
# HELP backupmon_area_size_bytes Size of the file system that the area lies on.
# TYPE backupmon_area_size_bytes gauge
backupmon_area_size_bytes{area="deposits"} 4000000
backupmon_area_size_bytes{area="validated"} 9007199254740992
# HELP backupmon_undelivered_alarms Alarms that a recipient has not got yet, counted for each recipient.
# TYPE backupmon_undelivered_alarms gauge
backupmon_undelivered_alarms 0
# HELP backupmon_job_status Whether this is the status of the job: 1 for one of them.
# TYPE backupmon_job_status gauge
backupmon_job_status{agent="lyon",database="shop",status="SUCCESS"} 0
backupmon_job_status{agent="lyon",database="shop",status="HASH_MISMATCH"} 0
backupmon_job_status{agent="lyon",database="shop",status="SIZE_ANOMALY"} 0
backupmon_job_status{agent="lyon",database="shop",status="FAILED"} 0
backupmon_job_status{agent="lyon",database="shop",status="TRANSFER_INTEGRITY_FAILED"} 0
backupmon_job_status{agent="lyon",database="shop",status="CONTENT_INVALID"} 0
backupmon_job_status{agent="lyon",database="shop",status="MISSING"} 1
backupmon_job_status{agent="lyon",database="shop",status="UNKNOWN"} 0
backupmon_job_status{agent="paris",database="compta",status="SUCCESS"} 1
backupmon_job_status{agent="paris",database="compta",status="HASH_MISMATCH"} 0
backupmon_job_status{agent="paris",database="compta",status="SIZE_ANOMALY"} 0
backupmon_job_status{agent="paris",database="compta",status="FAILED"} 0
backupmon_job_status{agent="paris",database="compta",status="TRANSFER_INTEGRITY_FAILED"} 0
backupmon_job_status{agent="paris",database="compta",status="CONTENT_INVALID"} 0
backupmon_job_status{agent="paris",database="compta",status="MISSING"} 0
backupmon_job_status{agent="paris",database="compta",status="UNKNOWN"} 0
# HELP backupmon_job_severity Whether this is the severity of the job: 1 for one of them.
# TYPE backupmon_job_severity gauge
backupmon_job_severity{agent="lyon",database="shop",severity="ok"} 0
backupmon_job_severity{agent="lyon",database="shop",severity="pending"} 0
backupmon_job_severity{agent="lyon",database="shop",severity="warning"} 0
backupmon_job_severity{agent="lyon",database="shop",severity="critical"} 1
backupmon_job_severity{agent="paris",database="compta",severity="ok"} 1
backupmon_job_severity{agent="paris",database="compta",severity="pending"} 0
backupmon_job_severity{agent="paris",database="compta",severity="warning"} 0
backupmon_job_severity{agent="paris",database="compta",severity="critical"} 0
# HELP backupmon_job_status_since_timestamp_seconds When the job came to its present status.
# TYPE backupmon_job_status_since_timestamp_seconds gauge
backupmon_job_status_since_timestamp_seconds{agent="lyon",database="shop"} 1781987400
backupmon_job_status_since_timestamp_seconds{agent="paris",database="compta"} 1781980800
# HELP backupmon_job_blocked Whether trouble of the server itself keeps the job from being judged.
# TYPE backupmon_job_blocked gauge
backupmon_job_blocked{agent="lyon",database="shop"} 0
backupmon_job_blocked{agent="paris",database="compta"} 0
# HELP backupmon_job_snoozed Whether alarms about the job are not sent for now.
# TYPE backupmon_job_snoozed gauge
backupmon_job_snoozed{agent="lyon",database="shop"} 1
backupmon_job_snoozed{agent="paris",database="compta"} 0
# HELP backupmon_job_last_success_timestamp_seconds When the last healthy backup was finished by the agent.
# TYPE backupmon_job_last_success_timestamp_seconds gauge
backupmon_job_last_success_timestamp_seconds{agent="paris",database="compta"} 1781980655
# HELP backupmon_job_next_due_timestamp_seconds When the next backup is due that is not there yet.
# TYPE backupmon_job_next_due_timestamp_seconds gauge
backupmon_job_next_due_timestamp_seconds{agent="lyon",database="shop"} 1782068400
backupmon_job_next_due_timestamp_seconds{agent="paris",database="compta"} 1782068400
# HELP backupmon_job_deadline_timestamp_seconds When that backup counts as MISSING.
# TYPE backupmon_job_deadline_timestamp_seconds gauge
backupmon_job_deadline_timestamp_seconds{agent="lyon",database="shop"} 1782073800
backupmon_job_deadline_timestamp_seconds{agent="paris",database="compta"} 1782073800
# HELP backupmon_job_size_bytes Size of the newest version in the validated tree.
# TYPE backupmon_job_size_bytes gauge
backupmon_job_size_bytes{agent="paris",database="compta"} 4386338
# HELP backupmon_job_versions Versions in the validated tree.
# TYPE backupmon_job_versions gauge
backupmon_job_versions{agent="lyon",database="shop"} 0
backupmon_job_versions{agent="paris",database="compta"} 1
# HELP backupmon_job_held Whether a copy is held until somebody promotes it.
# TYPE backupmon_job_held gauge
backupmon_job_held{agent="lyon",database="shop"} 1
backupmon_job_held{agent="paris",database="compta"} 0
# HELP backupmon_job_stage_duration_seconds How long a stage of the newest report took on the agent.
# TYPE backupmon_job_stage_duration_seconds gauge
backupmon_job_stage_duration_seconds{agent="paris",database="compta",stage="backup"} 723
backupmon_job_stage_duration_seconds{agent="paris",database="compta",stage="compress"} 1.5
backupmon_job_stage_duration_seconds{agent="paris",database="compta",stage="transfer"} 0
`;

describe('metrics', () => {
  it('are this text', () => {
    assert.equal(renderMetrics(small), expected);
  });

  it('leave out what is not known, and with it the family that nothing is known of', () => {
    const text = renderMetrics(
      metricsView([missing('lyon/shop')], {
        stages: new Map([['lyon/shop', { backup: -5 }]]),
        scan: null,
        areas: [],
      }),
    );
    const gone = /last_success|size_bytes|stage|last_scan|area/u;
    assert.doesNotMatch(text, gone);
    assert.match(text, /^backupmon_job_status\{.*status="MISSING"\} 1$/mu);
    assert.match(text, /[^\n]\n$/u);
  });

  it('have no number that could not be read', () => {
    for (const value of [Number.NaN, Infinity, -Infinity])
      assert.doesNotMatch(renderMetrics({ ...small, scanMaxAge: value }), /max_age|NaN|Inf/u);
  });

  it('are those of expected jobs, and without a job of the server alone', () => {
    const former = jobView('paris/old', 'SUCCESS', { expected: false });
    assert.deepEqual(linesWith(renderMetrics(metricsView([former])), 'old'), []);
    assert.deepEqual(linesWith(renderMetrics(metricsView([])), '_job_'), []);
  });

  it('have each family once, with all its lines together', () => {
    const families = renderMetrics(small)
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => line.replace(/^# (?:HELP|TYPE) /u, '').split(/[{ ]/u)[0] ?? '');
    const runs = families.filter((name, index) => name !== families[index - 1]);
    assert.deepEqual(runs, [...new Set(families)]);
  });
});

describe('metrics with names of others', () => {
  it('are never two of the same name and labels', () => {
    // seriesOf throws where they are; here nine jobs have one name.
    for (const text of Object.values(nasty))
      seriesOf(renderMetrics({ ...metricsView([]), status: hostileStatus(text) }));
  });

  it('tell names apart that look alike', () => {
    const alike = ['a', 'a\u200b', 'a\u202e', 'a<U+202E>', 'a<U+003C>U+202E>', 'a ', 'a  ', 'a\n'];
    alike.push('a\\n', 'a\\', 'a"', '\ud800', '\udc00', '\ufffd');
    const status = linesWith(renderMetrics(metricsView(named(alike))), 'backupmon_job_held{');
    assert.equal(new Set(status).size, 2 * alike.length);
    assert.ok(status.includes('backupmon_job_held{agent="a<U+003C>U+202E>",database="y"} 0'));
    assert.ok(status.includes('backupmon_job_held{agent="a<U+202E>",database="y"} 0'));
    assert.ok(status.includes(String.raw`backupmon_job_held{agent="a\\",database="y"} 0`));
  });

  it('tell any two names apart', () => {
    const name = fc.string({
      unit: fc.constantFrom('<', 'U', '+', '0', 'A', '>', '\\', '"', '\n'),
    });
    fc.assert(
      fc.property(name, name, (one, other) => {
        const text = renderMetrics(metricsView(named([one, other])));
        const lines = linesWith(text, 'backupmon_job_held{');
        assert.equal(new Set(lines).size, new Set(named([one, other]).map(namesOf)).size);
      }),
    );
  });
});

describe('promtool', { skip: cannotLint() }, () => {
  it('finds nothing, whatever the names', () => {
    assert.equal(promtool(renderMetrics(small), 'check', 'metrics'), '0 ');
    assert.equal(promtool(renderMetrics(hostileView()), 'check', 'metrics'), '0 ');
  });
});

describe('node_exporter', { skip: cannotExport() }, () => {
  it('shows every value, whatever the names', async (t) => {
    const folder = folderFor(t);
    const exporter = await exportFrom(t, folder);
    for (const view of [small, hostileView()]) {
      const text = renderMetrics(view);
      replaceFile(`${folder}/backupmon.prom`, text, 0o644);
      const series = await exporter.scrape();
      assert.equal(series.get('node_textfile_scrape_error{}'), 0, exporter.log());
      assert.deepEqual(ours(series), ours(seriesOf(text)), exporter.log());
    }
    assert.doesNotMatch(exporter.log(), /error/u);
  });

  it('never sees a half, while the file is replaced all the time', async (t) => {
    const folder = folderFor(t);
    const jobs = Array.from({ length: 300 }, (_, index) => jobView(`paris/${index}`));
    // Each text has its number at the beginning, and another length than the one before.
    const texts = [0, 1, 2].map((number) =>
      renderMetrics(metricsView(jobs.slice(0, 100 * (number + 1)), { scanMaxAge: 1000 * number })),
    );
    const counts = texts.map((text) => seriesOf(text).size);
    const exporter = await exportFrom(t, folder);
    let replaced = 0;
    const replace = (): void => {
      replaceFile(`${folder}/backupmon.prom`, texts[replaced % texts.length] ?? '', 0o644);
      replaced += 1;
    };
    replace();
    const done = new AbortController();
    const replacing = (async () => {
      while (!done.signal.aborted) {
        replace();
        await turn();
      }
    })();
    try {
      for (let round = 0; round < 12; round += 1) {
        const series = await exporter.scrape();
        assert.equal(series.get('node_textfile_scrape_error{}'), 0, exporter.log());
        const number = series.get('backupmon_scan_max_age_seconds{}') ?? -1;
        assert.equal(ours(series).size, counts[number]);
      }
    } finally {
      done.abort();
      await replacing;
    }
    assert.ok(replaced > 50, `replaced ${replaced} times only`);
  });
});

describe('docs/metrics.md', () => {
  it('has each metric in its table, with its labels', () => {
    const rows = [...document.matchAll(/^\| `(backupmon_\w+)` +\| ([^|]*?) *\|/gmu)].map(
      ([, name = '', labels = '']) => `${name}: ${labels.replaceAll('`', '')}`,
    );
    const rendered = [...seriesOf(renderMetrics(small)).keys()].map((key) => {
      const labels = [...key.matchAll(/(\w+)="/gu)].map(([, label]) => label);
      return `${key.split('{')[0]}: ${labels.join(', ')}`;
    });
    const sorted = (lines: readonly string[]): string[] =>
      [...new Set(lines)]
        .map((line) => {
          const [name = '', labels = ''] = line.split(': ');
          return `${name}: ${labels.split(', ').toSorted().join(', ')}`;
        })
        .toSorted();
    assert.deepEqual(sorted(rows), sorted(rendered));
    assert.equal(new Set(rows).size, rows.length);
  });
});
