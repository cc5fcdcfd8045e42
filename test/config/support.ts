/** Shared by the tests of the configuration: a small valid file, and ways to check text without a file. */
import assert from 'node:assert/strict';
import type { Config, Job } from '../../src/core/job.ts';
import type { Environment } from '../../src/config/environment.ts';
import { checkText } from '../../src/config/load.ts';
import type { ConfigProblem } from '../../src/config/problem.ts';

/** Three lines: what follows begins in line 4. */
export const folders =
  'deposits: /mnt/deposits\nvalidated: /mnt/validated\ndatabase: /var/lib/backupmon/backupmon.db\n';
/** Four lines. */
export const head = `${folders}defaults: { schedule: "0 20 * * *" }\n`;

export function problemsOf(text: string, env: Environment = {}): ConfigProblem[] {
  const loaded = checkText('/etc/backupmon/config.yaml', text, env);
  return loaded.kind === 'ok' ? [] : loaded.problems;
}

export function configOf(text: string, env: Environment = {}): Config {
  const loaded = checkText('/etc/backupmon/config.yaml', text, env);
  assert.ok(loaded.kind === 'ok', JSON.stringify(loaded, null, 1));
  return loaded.config;
}

export function jobOf(config: Config, id: string): Job {
  const job = config.jobs.find((candidate) => candidate.id === id);
  assert.ok(job, `no job ${id}`);
  return job;
}

/** `4:5 message` of each problem, with what it expects and suggests where that is told. */
export function told(problems: readonly ConfigProblem[]): string[] {
  return problems.map(
    ({ line, column, message, suggestion }) =>
      `${line ?? '-'}:${column ?? '-'} ${message}${suggestion === null ? '' : ` → ${suggestion}`}`,
  );
}

/** One job whose rules begin in line 8, column 10. */
export const withRules = (rules: string): string =>
  `${head}agents:\n  a:\n    databases:\n      x: ${rules}\n`;
/** Top-level lines from line 5 on, before one agent with one job. */
export const withLines = (lines: string): string =>
  `${head}${lines}agents:\n  a: { databases: [x] }\n`;
/** Mail settings, in line 7 from column 5 on. */
export const withEmail = (email: string): string =>
  withLines(`notifications:\n  email:\n    ${email}\n`);
