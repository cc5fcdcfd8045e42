/** Making findings. */
import type { Area, Finding } from '../core/finding.ts';
import { formatInstant } from '../core/instant.ts';

/** Nothing is wrong. */
export const fine = (area: Area, subject: string, message: string): Finding => ({
  area,
  subject,
  severity: 'ok',
  message,
  why: null,
  mend: null,
});

interface Wrong {
  readonly message: string;
  readonly why: string;
  readonly mend?: string | null;
}

export const warning = (
  area: Area,
  subject: string,
  { message, why, mend = null }: Wrong,
): Finding => ({ area, subject, severity: 'warning', message, why, mend });

export const critical = (
  area: Area,
  subject: string,
  { message, why, mend = null }: Wrong,
): Finding => ({ area, subject, severity: 'critical', message, why, mend });

/** To the second: `2026-06-20T18:37:35Z`. */
export const moment = (instant: number): string => formatInstant(Math.floor(instant / 1000) * 1000);

/** `1 job`, `3 jobs`. */
export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${count} ${count === 1 ? one : many}`;

/** At most `limit` of the names; the others are counted. */
export function listed(names: readonly string[], limit = 5): string {
  const shown = names.slice(0, limit).join(', ');
  return names.length > limit ? `${shown} and ${names.length - limit} more` : shown;
}
