/** Lines that know how much they matter: where a stream is the journal, each carries its own priority. */
import type { Severity } from '../core/statuses.ts';

/** The four of syslog's that are used. */
export type Priority = 'error' | 'warning' | 'notice' | 'info';

export interface Line {
  /** Without a line feed. */
  readonly text: string;
  readonly priority: Priority;
}

export const priorityOf: Readonly<Record<Severity, Priority>> = {
  critical: 'error',
  warning: 'warning',
  pending: 'notice',
  ok: 'info',
};

export const lineOf = (text: string, severity: Severity): Line => ({
  text,
  priority: priorityOf[severity],
});

export const info = (text: string): Line => lineOf(text, 'ok');

/** Each line ends in a line feed. */
export const textOf = (lines: readonly Line[]): string =>
  lines.map(({ text }) => `${text}\n`).join('');
