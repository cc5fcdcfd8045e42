import { formatInstant } from '../../core/instant.ts';

/** Ten thousand jobs have the next cycle in common. */
const known = new Map<number, string>();
const KEPT = 1_000;

/** RFC 3339 with `Z`, or null. */
export function time(instant: number | null): string | null {
  if (instant === null) return null;
  const before = known.get(instant);
  if (before !== undefined) return before;
  if (known.size === KEPT) known.clear();
  const text = formatInstant(instant);
  known.set(instant, text);
  return text;
}
