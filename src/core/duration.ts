/** Durations as people write them in the configuration and read them in messages. Always whole milliseconds inside. */

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
const week = 7 * day;

/** Largest unit first, each at most once: `1h30m`. The longest text worth reading is bounded by the digits allowed. */
const pattern =
  /^(?:(\d{1,15})w)?(?:(\d{1,15})d)?(?:(\d{1,15})h)?(?:(\d{1,15})m)?(?:(\d{1,15})s)?$/;
/** A hundred years. More is a slip of the finger, and dates would leave their range. */
const longest = 36_525 * day;
const unitsOfPattern = [week, day, hour, minute, second] as const;

/**
 * Reads `90s`, `90m`, `24h`, `7d`, `2w` or a combination from the largest unit to the smallest such as `1h30m`.
 * A day is 24 hours and a week 7 such days, whatever the clocks do.
 *
 * @returns milliseconds, positive, at most a hundred years; null when the text is anything else.
 */
export function parseDuration(text: string): number | null {
  const found = pattern.exec(text);
  if (found === null) return null;
  const total = unitsOfPattern.reduce(
    (sum, unit, index) => sum + Number(found[index + 1] ?? 0) * unit,
    0,
  );
  return total > 0 && total <= longest ? total : null;
}

/** For people, weeks are harder to compare than days: the largest unit shown is the day. */
const unitsShown = [
  { length: day, suffix: 'd' },
  { length: hour, suffix: 'h' },
  { length: minute, suffix: 'm' },
  { length: second, suffix: 's' },
] as const;

/**
 * Compact text for people: `45s`, `12m`, `3h 20m`, `2d 4h`. At most two neighbouring units; what is smaller is cut off,
 * never rounded up, so that `1h` never stands for 59 minutes. Negative durations carry a minus sign.
 *
 * @param ms milliseconds
 */
export function formatDuration(ms: number): string {
  const size = Math.abs(ms);
  const first = unitsShown.findIndex((unit) => size >= unit.length);
  if (first === -1) return '0s';
  let rest = size;
  const parts: string[] = [];
  for (const { length, suffix } of unitsShown.slice(first, first + 2)) {
    const count = Math.floor(rest / length);
    if (count > 0) parts.push(`${count}${suffix}`);
    rest -= count * length;
  }
  return (ms < 0 ? '-' : '') + parts.join(' ');
}
