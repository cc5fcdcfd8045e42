/** A real Prometheus for one test, which scrapes a node_exporter. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { daemon } from './daemon.ts';
import { freePort } from './free-port.ts';
import { cannotExport, type Exporter } from './node-exporter.ts';

const PROMETHEUS = 'prometheus';

/** For node:test's `skip`: why there is no Prometheus here, or false. */
export function cannotQuery(): string | false {
  const exporter = cannotExport();
  if (exporter !== false) return exporter;
  return spawnSync(PROMETHEUS, ['--version'], { stdio: 'ignore' }).status === 0
    ? false
    : `skipped, because ${PROMETHEUS} is not installed`;
}

/** One series of an answer: its labels, and its value as text at the time of asking. */
export interface Found {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [time: number, value: string];
}

/** An alert as Prometheus sees it: `pending` until it has lasted for its `for`. */
export interface Alert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly state: string;
}

export interface Prometheus {
  /** What it answers to PromQL. @throws Error with its words where it cannot read that */
  readonly query: (expression: string) => Promise<readonly Found[]>;
  /** Values of a label among the series of a selector. */
  readonly labelValues: (label: string, selector: string) => Promise<readonly string[]>;
  /** Waits until so many alerts fire; these. @throws Error where a rule cannot be evaluated */
  readonly firing: (count: number) => Promise<readonly Alert[]>;
}

interface Rule {
  readonly name: string;
  readonly health: string;
  readonly lastError?: string;
  readonly alerts: readonly Alert[];
}

async function answerOf(url: string): Promise<unknown> {
  const answer = await fetch(url);
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${decodeURIComponent(url)}: ${text}`);
  return (JSON.parse(text) as { data: unknown }).data;
}

const isUp = (url: string): Promise<boolean> =>
  fetch(url).then(
    ({ ok }) => ok,
    () => false,
  );

/**
 * Starts it, and waits until it has scraped once.
 * @param rules a file of rules, looked at each second
 */
export async function startPrometheus(
  context: TestContext,
  exporter: Exporter,
  rules: string,
): Promise<Prometheus> {
  const folder = mkdtempSync(join(tmpdir(), 'backupmon-prometheus-'));
  const [, target = ''] = /(127\.0\.0\.1:\d+)/u.exec(exporter.log()) ?? [];
  const configuration = {
    global: { scrape_interval: '1s', evaluation_interval: '1s' },
    rule_files: [rules],
    scrape_configs: [{ job_name: 'node', static_configs: [{ targets: [target] }] }],
  };
  // JSON is YAML.
  writeFileSync(join(folder, 'prometheus.yml'), JSON.stringify(configuration));
  const address = `127.0.0.1:${await freePort()}`;
  const server = daemon(context, [
    PROMETHEUS,
    `--config.file=${join(folder, 'prometheus.yml')}`,
    `--storage.tsdb.path=${join(folder, 'data')}`,
    `--web.listen-address=${address}`,
    '--log.level=warn',
  ]);
  context.after(() => rmSync(folder, { recursive: true }));
  const api = `http://${address}/api/v1`;
  const query = (expression: string): Promise<readonly Found[]> =>
    answerOf(`${api}/query?query=${encodeURIComponent(expression)}`).then(
      (data) => (data as { result: Found[] }).result,
    );
  await server.until('server', () => isUp(`http://${address}/-/ready`));
  await server.until('scrape', async () => (await query('up == 1')).length > 0);
  const alerts = async (): Promise<readonly Alert[]> => {
    const { groups } = (await answerOf(`${api}/rules`)) as { groups: { rules: Rule[] }[] };
    const all = groups.flatMap(({ rules: those }) => those);
    const bad = all.find(({ health }) => health === 'err');
    if (bad !== undefined) throw new Error(`${bad.name}: ${bad.lastError}`);
    return all.flatMap((rule) => rule.alerts).filter(({ state }) => state === 'firing');
  };
  return {
    query,
    labelValues: (label, selector) =>
      answerOf(`${api}/label/${label}/values?match[]=${encodeURIComponent(selector)}`) as Promise<
        string[]
      >,
    firing: async (count) => {
      await server.until('alerts', async () => (await alerts()).length === count);
      return alerts();
    },
  };
}
