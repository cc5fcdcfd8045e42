import { formatInstant } from '../../core/instant.ts';

/** RFC 3339 with `Z`, or null. */
export const time = (instant: number | null): string | null =>
  instant === null ? null : formatInstant(instant);
