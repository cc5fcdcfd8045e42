/** Metrics files of a real program one after the other, as promtool's unit tests for rules take them. */
import { writeFileSync } from 'node:fs';
import { promtool, seriesOf } from './node-exporter.ts';
import { minute } from './world.ts';

/** A metrics file, and from when on Prometheus scrapes it; null for none. */
export interface Snapshot {
  /** Milliseconds UTC. */
  readonly from: number;
  readonly text: string | null;
}

/** What fires at some time: `BackupMissing critical lyon/shop`, or without a job. */
export interface Firing {
  readonly at: number;
  readonly alerts: readonly string[];
  /** Labels of the server where it is; default those of `target`. */
  readonly where?: string;
}

/** How often the rules are looked at. */
export const INTERVAL_MS = 10 * minute;

/** What Prometheus adds to all that it scrapes of one node_exporter. */
export const target = 'instance="backup01:9100",job="node"';

const named = (key: string): string =>
  key.replace(/\{(?<labels>.*)\}$/u, (_, labels: string) =>
    labels === '' ? `{${target}}` : `{${labels},${target}}`,
  );

/** promtool's clock begins at 0, and with it every time in the metrics. */
const valueFrom = (key: string, value: number, begin: number): number =>
  key.includes('_timestamp_seconds') ? value - begin / 1000 : value;

/** Series in promtool's notation: `1x5` is a value and five more like it, `_x6` six that are absent. */
function inputSeries(snapshots: readonly Snapshot[], end: number): unknown[] {
  const begin = snapshots[0]?.from ?? 0;
  const spans = snapshots
    .filter(({ from }) => from < end)
    .map(({ from, text }, index) => ({
      series: seriesOf(text ?? ''),
      length: Math.round(((snapshots[index + 1]?.from ?? end) - from) / INTERVAL_MS),
    }));
  const keys = new Set(spans.flatMap(({ series }) => [...series.keys()]));
  return [...keys].map((key) => ({
    series: named(key),
    values: spans
      .map(({ series, length }) => {
        const value = series.get(key);
        return value === undefined
          ? `_x${length}`
          : `${valueFrom(key, value, begin)}+0x${length - 1}`;
      })
      .join(' '),
  }));
}

function sample(alert: string, where: string): unknown {
  const [name, severity, job] = alert.split(' ');
  const [agent, database] = job?.split('/') ?? [];
  const own = job === undefined ? '' : `agent="${agent}",database="${database}",`;
  return {
    labels: `ALERTS{alertname="${name}",alertstate="firing",severity="${severity}",${own}${where}}`,
    value: 1,
  };
}

/** An instant as promtool names it. */
export const evalTime = ([first]: readonly Snapshot[], at: number): string =>
  `${Math.round((at - (first?.from ?? 0)) / 1000)}s`;

/** One test of promtool's. Snapshots follow one another in whole intervals. @param more tests of other kinds in it, as promtool takes them */
export function ruleTest(
  snapshots: readonly Snapshot[],
  firings: readonly Firing[],
  more: Readonly<Record<string, unknown>> = {},
): unknown {
  const end = Math.max(...firings.map(({ at }) => at)) + INTERVAL_MS;
  return {
    interval: `${INTERVAL_MS / minute}m`,
    input_series: inputSeries(snapshots, end),
    promql_expr_test: firings.map(({ at, alerts, where = target }) => ({
      expr: 'ALERTS{alertstate="firing"}',
      eval_time: evalTime(snapshots, at),
      exp_samples: alerts.map((alert) => sample(alert, where)),
    })),
    ...more,
  };
}

/** What `promtool test rules` says, with its exit code before it. @param file is written for it: JSON is YAML */
export function testRules(file: string, rules: string, tests: readonly unknown[]): string {
  const evaluation_interval = `${INTERVAL_MS / minute}m`;
  writeFileSync(file, JSON.stringify({ rule_files: [rules], evaluation_interval, tests }));
  return promtool('', 'test', 'rules', file);
}
