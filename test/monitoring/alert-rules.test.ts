/** docs/monitoring/alert-rules.yaml, judged by promtool with what the real program has written in one situation after the other. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { adviceFor, jobStatuses } from '../../src/core/statuses.ts';
import { definitions, folder } from '../support/definitions.ts';
import { end, noon } from '../support/evening.ts';
import { cannotLint, promtool } from '../support/node-exporter.ts';
import {
  evalTime,
  INTERVAL_MS,
  ruleTest,
  target,
  testRules,
  type Snapshot,
} from '../support/timeline.ts';
import { hour, minute, World } from '../support/world.ts';
import { evening, scanned, silentWorld, Story, well } from './alert-story.ts';

const file = join(folder, 'alert-rules.yaml');

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels?: { readonly severity: string };
  readonly annotations: Readonly<Record<'summary' | 'description' | 'runbook', string>>;
}

const { groups } = parse(definitions('alert-rules.yaml')) as { groups: { rules: Rule[] }[] };
const rules = groups.flatMap((group) => group.rules);

const judged = (world: World, ...tests: readonly unknown[]): string =>
  testRules(join(world.root, 'test.yaml'), file, tests);

test('promtool takes the rules', { skip: cannotLint() }, () => {
  const said = promtool('', 'check', 'rules', file);
  assert.match(said, new RegExp(String.raw`^0 [\s\S]*SUCCESS: ${rules.length} rules found`, 'u'));
});

test('each status that is not well has one alert, which gives the advice of the catalogue', () => {
  for (const status of jobStatuses) {
    const own = rules.filter(({ expr }) => expr.includes(`status="${status}"`));
    assert.equal(own.length, ['SUCCESS', 'UNKNOWN'].includes(status) ? 0 : 1, status);
    for (const { annotations } of own) {
      const advice = adviceFor(status, '').replace(
        '{job}',
        '{{ $labels.agent }}/{{ $labels.database }}',
      );
      assert.ok(annotations.description.endsWith(advice), status);
    }
  }
  const lost = rules.find(({ alert }) => alert === 'BackupVersionsLost');
  assert.equal(lost?.annotations.description.endsWith(adviceFor('MISSING', 'version_lost')), true);
});

test('docs/monitoring.md lists them, with their severities', () => {
  const text = readFileSync(join(folder, '../monitoring.md'), 'utf8');
  const rows = text.matchAll(/^\| `(?<alert>Backup\w+)` +\| (?<severity>[a-z ]+?) +\|/gmu);
  assert.deepEqual(
    [...rows].map(({ groups: row }) => `${row?.['alert']}: ${row?.['severity']}`),
    rules.map(({ alert, labels }) => `${alert}: ${labels?.severity ?? 'of the job'}`),
  );
});

test('each alert has a severity, of its own or that of the job, and says what to type', async () => {
  const world = await silentWorld();
  await scanned(world, noon);
  for (const { alert, expr, labels, annotations } of rules) {
    const severity = labels?.severity ?? 'that of the job';
    assert.ok(/^(?:warning|critical|that of the job)$/u.test(severity), alert);
    assert.equal(expr.startsWith('backupmon_job_severity{'), labels === undefined, alert);
    assert.deepEqual(Object.keys(annotations), ['summary', 'description', 'runbook'], alert);
    const [program, ...argv] = annotations.runbook
      .replace("'{{ $labels.agent }}/{{ $labels.database }}'", 'paris/good')
      .split(' ');
    if (program === 'df') continue;
    assert.equal(program, 'backupmon', alert);
    const { code, err } = await world.run(noon + minute, ...argv);
    assert.notEqual(code, 3, `${alert}: ${err}`);
  }
});

/** What people read of one alert. */
const letter = (snapshots: readonly Snapshot[]): unknown => ({
  eval_time: evalTime(snapshots, evening + 50 * minute),
  alertname: 'BackupHeld',
  exp_alerts: [
    {
      exp_labels: {
        severity: 'warning',
        agent: 'paris',
        database: 'held',
        instance: 'backup01:9100',
        job: 'node',
      },
      exp_annotations: {
        summary: 'The backup of paris/held is held: it is far from what it used to be',
        description: 'Look at the held copy. If it is right: backupmon promote paris/held',
        runbook: "backupmon status 'paris/held'",
      },
    },
  ],
});

test(
  'each alert fires when it should, and none when all is well',
  { skip: cannotLint() },
  async () => {
    const world = await silentWorld();
    const story = new Story(world);
    await story.goesOn();
    const { snapshots, firings } = story;
    const told = ruleTest(snapshots, firings, { alert_rule_test: [letter(snapshots)] });
    assert.match(judged(world, told), /^0 [\s\S]*SUCCESS/u);
    const fired = new Set(firings.flatMap(({ alerts }) => alerts.map((one) => one.split(' ')[0])));
    const others = rules.flatMap(({ alert }) => (fired.has(alert) ? [] : [alert]));
    assert.deepEqual(
      others,
      ['BackupDiskFilling', 'BackupDiskTooSmall'],
      'the next test has these',
    );
  },
);

/** With so much free where the versions lie. */
const withFree = (text: string, bytes: number): string =>
  text.replace(/^(backupmon_area_free_bytes\{area="validated"\}) .*$/mu, `$1 ${bytes}`);

/** A disk on which less is free by the hour, from a terabyte on; for a day and a half. */
function filling(text: string, perHour: number): Snapshot[] {
  // Without jobs and scans: where these stood still, that would be told.
  const lines = text.split('\n').filter((line) => /^backupmon_(?:area|build)_/u.test(line));
  return Array.from({ length: (36 * hour) / INTERVAL_MS }, (_, index) => ({
    from: end + index * INTERVAL_MS,
    text: withFree(lines.join('\n'), 1e12 - (perHour * index * INTERVAL_MS) / hour),
  }));
}

test(
  'a disk is told that fills within four days, or on which no round fits',
  { skip: cannotLint() },
  async () => {
    const world = await silentWorld();
    well(world, end);
    const { from, text } = await scanned(world, end + 10 * minute);
    const all = text ?? '';
    const where = `area="validated",${target}`;
    const fast = ruleTest(filling(all, 10e9), [
      { at: end + 23 * hour, alerts: [] },
      { at: end + 26 * hour, alerts: ['BackupDiskFilling warning'], where },
    ]);
    const slow = ruleTest(filling(all, 5e9), [{ at: end + 35 * hour, alerts: [] }]);
    const sizes = [...all.matchAll(/^backupmon_job_size_bytes\{.*\} (\d+)$/gmu)];
    const round = sizes.reduce((sum, [, size]) => sum + Number(size), 0);
    assert.equal(sizes.length, 11);
    const fits = ruleTest(
      [{ from, text: withFree(all, round) }],
      [{ at: from + hour, alerts: [] }],
    );
    const full = ruleTest(
      [{ from, text: withFree(all, round - 1) }],
      [
        { at: from + 10 * minute, alerts: [] },
        { at: from + 20 * minute, alerts: ['BackupDiskTooSmall warning'] },
      ],
    );
    assert.match(judged(world, fast, slow, fits, full), /^0 [\s\S]*SUCCESS/u);
  },
);

test(
  'metrics that were never there are missed, though of no server',
  { skip: cannotLint() },
  () => {
    const never = [{ from: noon, text: null }];
    const firings = [
      { at: noon + 10 * minute, alerts: [] },
      { at: noon + 20 * minute, alerts: ['BackupMetricsGone critical'], where: '' },
    ];
    assert.match(judged(new World(''), ruleTest(never, firings)), /^0 [\s\S]*SUCCESS/u);
  },
);
