/**
 * The cached configuration as text: the key in the first line, so that a miss parses nothing, then compact JSON. Most
 * jobs share their rules, labels and lines with others: these are written once and named by number.
 */
import type { Config, Job } from '../core/job.ts';

type PackedJob = readonly [
  agent: string,
  database: string,
  path: string,
  enabled: 0 | 1,
  rules: number,
  labels: number,
  lines: number,
];

interface PackedConfig extends Omit<Config, 'jobs'> {
  readonly rules: readonly Job['rules'][];
  readonly labels: readonly Job['labels'][];
  readonly lines: readonly Job['lines'][];
  readonly jobs: readonly PackedJob[];
}

export function packConfig(config: Config, key: string): string {
  const rules = createPool<Job['rules']>();
  const labels = createPool<Job['labels']>();
  const lines = createPool<Job['lines']>();
  const jobs = config.jobs.map((job): PackedJob => [
    job.agent,
    job.database,
    job.path,
    job.enabled ? 1 : 0,
    rules.numberOf(job.rules),
    labels.numberOf(job.labels),
    lines.numberOf(job.lines),
  ]);
  const packed: PackedConfig = {
    ...config,
    rules: rules.values,
    labels: labels.values,
    lines: lines.values,
    jobs,
  };
  return `${key}\n${JSON.stringify(packed)}\n`;
}

/** null when the text was written under another key, or is no text of ours. */
export function unpackConfig(text: string, key: string): Config | null {
  if (!text.startsWith(`${key}\n`)) return null;
  try {
    const { rules, labels, lines, jobs, ...config } = JSON.parse(
      text.slice(key.length + 1),
    ) as PackedConfig;
    return { ...config, jobs: jobs.map((job) => unpackJob(job, rules, labels, lines)) };
  } catch (error) {
    // A power failure can leave a file whose name was made durable and whose content was not.
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function unpackJob(
  [agent, database, path, enabled, rules, labels, lines]: PackedJob,
  allRules: PackedConfig['rules'],
  allLabels: PackedConfig['labels'],
  allLines: PackedConfig['lines'],
): Job {
  return {
    id: `${agent}/${database}`,
    agent,
    database,
    enabled: enabled === 1,
    labels: allLabels[labels] as Job['labels'],
    path,
    rules: allRules[rules] as Job['rules'],
    lines: allLines[lines] as Job['lines'],
  };
}

interface Pool<Value> {
  readonly values: Value[];
  /** The number of a value, equal ones having the same. */
  readonly numberOf: (value: Value) => number;
}

function createPool<Value>(): Pool<Value> {
  const values: Value[] = [];
  const byText = new Map<string, number>();
  // Most jobs share the very object: then its text need not be made again.
  const byObject = new Map<Value, number>();
  const numberOf = (value: Value): number => {
    const known = byObject.get(value);
    if (known !== undefined) return known;
    const text = JSON.stringify(value);
    const number = byText.get(text) ?? values.push(value) - 1;
    byText.set(text, number);
    byObject.set(value, number);
    return number;
  };
  return { values, numberOf };
}
