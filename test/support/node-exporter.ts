/** The programs that judge a metrics file: promtool, and a node_exporter for one test. */
import { spawn, spawnSync } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import type { TestContext } from 'node:test';

const EXPORTER = 'prometheus-node-exporter';

const isInstalled = (program: string): boolean =>
  spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0;

/** For node:test's `skip`: why metrics cannot be linted here, or false. */
export const cannotLint = (): string | false =>
  isInstalled('promtool') ? false : 'skipped, because promtool is not installed';

/** For node:test's `skip`: why metrics cannot be exported here, or false. */
export const cannotExport = (): string | false =>
  isInstalled(EXPORTER) ? false : `skipped, because ${EXPORTER} is not installed`;

/** What promtool says, with its exit code; `0 ` when it finds nothing. */
export function promtool(input: string, ...argv: string[]): string {
  const { status, stdout, stderr } = spawnSync('promtool', argv, { input, encoding: 'utf8' });
  return `${status} ${stdout}${stderr}`;
}

/** Values by name and labels; the labels sorted, as node_exporter sorts them. Throws for what is no line of metrics, or comes twice. */
export function seriesOf(text: string): Map<string, number> {
  const series = new Map<string, number>();
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('# HELP ') || line.startsWith('# TYPE ')) continue;
    const { groups } =
      /^(?<name>\w+)(?:\{(?<labels>(?:\w+="(?:[^"\\]|\\.)*",?)*)\})? (?<value>\S+)$/u.exec(line) ??
      {};
    if (groups === undefined) throw new Error(`no line of metrics: ${line}`);
    const labels = groups['labels']?.match(/\w+="(?:[^"\\]|\\.)*"/gu) ?? [];
    const key = `${groups['name']}{${labels.toSorted().join(',')}}`;
    if (series.has(key)) throw new Error(`twice: ${key}`);
    series.set(key, Number(groups['value']));
  }
  return series;
}

export interface Exporter {
  /** What Prometheus would be given now, by name and labels. */
  readonly scrape: () => Promise<Map<string, number>>;
  /** What it has said so far. */
  readonly log: () => string;
}

/** A node_exporter that reads nothing but `*.prom` in a folder. */
export async function exportFrom(context: TestContext, folder: string): Promise<Exporter> {
  const daemon = spawn(
    EXPORTER,
    [
      '--collector.disable-defaults',
      '--collector.textfile',
      `--collector.textfile.directory=${folder}`,
      '--web.listen-address=127.0.0.1:0',
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  context.after(() => daemon.kill());
  let log = '';
  daemon.stderr.setEncoding('utf8').on('data', (text: string) => (log += text));
  let port: string | undefined;
  while (port === undefined) {
    if (daemon.exitCode !== null) throw new Error(`${EXPORTER}: ${log}`);
    await wait(10);
    port = /Listening on.*127\.0\.0\.1:(\d+)/u.exec(log)?.[1];
  }
  const address = `http://127.0.0.1:${port}/metrics`;
  return {
    scrape: async () => {
      const answer = await fetch(address);
      const text = await answer.text();
      if (!answer.ok) throw new Error(text);
      return seriesOf(text);
    },
    log: () => log,
  };
}
