/** docs/monitoring for Prometheus and Grafana: what it asks for is in the files that the real program writes and Prometheus scrapes. */
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { choices, panels, questions, variableNames, withAll } from '../support/dashboard.ts';
import { definitions, folder } from '../support/definitions.ts';
import { fill, jobs } from '../support/monitored.ts';
import { exportFrom, seriesOf } from '../support/node-exporter.ts';
import { cannotQuery, startPrometheus, type Prometheus } from '../support/prometheus.ts';
import { World } from '../support/world.ts';

const { groups } = parse(definitions('alert-rules.yaml')) as {
  groups: { rules: { expr: string }[] }[];
};

/** Two days of backups, whose metrics lie in a folder of theirs. */
async function scanned(): Promise<{ world: World; metrics: string }> {
  const world = new World(jobs);
  const metrics = join(world.root, 'metrics');
  mkdirSync(metrics);
  world.configure(`${jobs}metrics: ${metrics}/backupmon.prom\n`);
  await fill(world);
  return { world, metrics };
}

/** Names of labels by the name of the metric, with those that Prometheus adds. */
function labelsIn(text: string): Map<string, Set<string>> {
  const labels = new Map<string, Set<string>>();
  for (const key of seriesOf(text).keys()) {
    const [name = '', own = ''] = key.split(/[{}]/u);
    const names = [...own.matchAll(/(\w+)="/gu)].flatMap(([, label = '']) => label);
    labels.set(name, new Set([...names, 'instance', 'job']));
  }
  return labels;
}

test('rules and dashboard ask for nothing that the program does not write', async () => {
  const { world, metrics } = await scanned();
  const written = labelsIn(world.read(`${metrics}/backupmon.prom`));
  const asked = groups.flatMap(({ rules }) => rules.map(({ expr }) => expr));
  asked.push(...questions.map(({ expr }) => expr), ...choices.map(({ selector }) => selector));
  for (const expr of asked)
    for (const [, name = '', selector = ''] of expr.matchAll(/\b(backupmon_\w+)(?:\{(.*?)\})?/gu))
      for (const [, label = ''] of `job="",${selector}`.matchAll(/(\w+)=~?"/gu))
        assert.equal(written.get(name)?.has(label), true, `${label} of ${name} in ${expr}`);
});

test('the panels of the dashboard have numbers and places of their own', () => {
  const numbers = panels.map(({ id }) => id);
  assert.deepEqual([...new Set(numbers)], numbers);
  const taken = new Set<string>();
  for (const { title, gridPos } of panels) {
    assert.ok(gridPos.x + gridPos.w <= 24, title);
    for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1)
      for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
        assert.ok(!taken.has(`${x} ${y}`), `${title} lies over another one`);
        taken.add(`${x} ${y}`);
      }
  }
});

test('the dashboard asks the Prometheus that was chosen, and has the variables that it names', () => {
  for (const { title, targets } of panels)
    for (const { expr, datasource } of targets) {
      assert.equal(datasource.uid, '${datasource}', title);
      for (const [, name = ''] of expr.matchAll(/\$(\w+)/gu))
        assert.ok(variableNames.includes(name), name);
    }
});

async function answersAll({ query, labelValues }: Prometheus): Promise<void> {
  for (const { name, expr } of questions)
    assert.notEqual((await query(withAll(expr))).length, 0, `${name}: ${expr}`);
  for (const { name, label, selector } of choices)
    assert.notEqual((await labelValues(label, withAll(selector))).length, 0, name);
}

async function ranksJobs({ query }: Prometheus): Promise<void> {
  const worst = questions.find(({ name }) => name === 'Worst jobs A')?.expr ?? '';
  const rows = (await query(withAll(worst))).map(
    ({ metric: { agent, database, status }, value: [, rank] }) =>
      `${rank} ${agent}/${database} ${status}`,
  );
  assert.equal(rows.length, 5);
  for (const row of ['3 paris/crm MISSING', '2 lyon/shop HASH_MISMATCH', '0 oslo/wiki SUCCESS'])
    assert.ok(rows.includes(row), row);
}

test(
  'Prometheus answers each question of the dashboard, and fires alerts',
  { skip: cannotQuery() },
  async (t) => {
    const { metrics } = await scanned();
    const exporter = await exportFrom(t, metrics);
    const prometheus = await startPrometheus(t, exporter, join(folder, 'alert-rules.yaml'));
    await answersAll(prometheus);
    await ranksJobs(prometheus);
    const alerts = await prometheus.firing(2);
    const told = alerts.map(
      ({ labels: { alertname, severity }, annotations: { runbook } }) =>
        `${alertname} ${severity}: ${runbook}`,
    );
    assert.deepEqual(told.toSorted(), [
      "BackupMissing critical: backupmon status 'paris/crm'",
      "BackupUnchanged warning: backupmon status 'lyon/shop'",
    ]);
  },
);
