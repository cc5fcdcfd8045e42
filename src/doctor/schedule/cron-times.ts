/** Times of a crontab as Debian's cron takes them (crontab(5)), and how far apart they are. */

export type CronTimes =
  /** Cron takes no such line; `why` is what it would say, in words. */
  | { readonly kind: 'refused'; readonly why: string }
  /** Once, when the machine starts. */
  | { readonly kind: 'boot' }
  /** Something that not every cron takes, or none takes for what it seems to say. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'times'; readonly fields: readonly CronField[] };

interface CronField {
  readonly values: ReadonlySet<number>;
  /** It begins with `*`: of day of month and day of week both have to fit then, else one of them. */
  readonly any: boolean;
}

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

const kinds = [
  { name: 'minute', low: 0, high: 59, names: [] },
  { name: 'hour', low: 0, high: 23, names: [] },
  { name: 'day of the month', low: 1, high: 31, names: [] },
  { name: 'month', low: 1, high: 12, names: months },
  { name: 'day of the week', low: 0, high: 7, names: days },
] as const;

const nicknames: ReadonlyMap<string, string> = new Map([
  ['@yearly', '0 0 1 1 *'],
  ['@annually', '0 0 1 1 *'],
  ['@monthly', '0 0 1 * *'],
  ['@weekly', '0 0 * * 0'],
  ['@daily', '0 0 * * *'],
  ['@midnight', '0 0 * * *'],
  ['@hourly', '0 * * * *'],
]);

type Kind = (typeof kinds)[number];

/** null: no value of that field. */
function valueOf(text: string, { low, high, names }: Kind): number | null {
  const index = names.findIndex((name) => name === text.toLowerCase());
  const value = index === -1 ? Number(text) : index + low;
  return (index !== -1 || /^\d+$/u.test(text)) && value >= low && value <= high ? value : null;
}

/** One of the parts between commas: its values; null where cron refuses it. */
function valuesOf(part: string, kind: Kind): number[] | null {
  const [range = '', step = '1', ...rest] = part.split('/');
  const [from = '', to, ...more] =
    range === '*' ? [`${kind.low}`, `${kind.high}`] : range.split('-');
  const first = valueOf(from, kind);
  const last = to === undefined ? first : valueOf(to, kind);
  if (first === null || last === null || rest.length > 0 || more.length > 0) return null;
  if (!/^0*[1-9]\d*$/u.test(step) || (to === undefined && part.includes('/'))) return null;
  const values: number[] = [];
  for (let value = first; value <= last; value += Number(step)) values.push(value);
  return values;
}

function fieldOf(text: string, kind: Kind): CronField | null {
  const parts = text.split(',').map((part) => valuesOf(part, kind));
  if (parts.includes(null)) return null;
  const values = new Set(parts.flatMap((part) => part ?? []));
  // Both are Sunday.
  if (kind.name === 'day of the week' && values.has(7)) values.add(0);
  return { values, any: text.startsWith('*') };
}

/** cronie's `~`, a range from high to low, and stars in the middle, which Debian's cron takes for something. */
const strange = (text: string): boolean =>
  text.includes('~') || /[^,]\*|\*[^,/]/u.test(text.replace(/^-/u, ''));

/** @param schedule five fields, or `@daily` and its like */
export function parseTimes(schedule: string): CronTimes {
  if (schedule === '@reboot') return { kind: 'boot' };
  const texts = (nicknames.get(schedule) ?? schedule).split(/[ \t]+/u);
  if (schedule.startsWith('@') && !nicknames.has(schedule))
    return { kind: 'refused', why: `there is no ${schedule}` };
  if (texts.some(strange)) return { kind: 'unknown' };
  const fields: CronField[] = [];
  for (const [index, kind] of kinds.entries()) {
    const text = texts[index] ?? '';
    const field = fieldOf(text, kind);
    if (field === null) return { kind: 'refused', why: `"${text}" is no ${kind.name}` };
    fields.push(field);
  }
  return fields.some(({ values }) => values.size === 0)
    ? { kind: 'unknown' }
    : { kind: 'times', fields };
}

const DAY = 1440;
const MINUTE_MS = 60_000;
/** Long enough for what is done once a year. */
const LOOKED_AT_DAYS = 800;
const reference = Date.UTC(2025, 0, 1);

function fallsOn(fields: readonly CronField[], day: number): boolean {
  const date = new Date(reference + day * DAY * MINUTE_MS);
  const [, , ofMonth, month, ofWeek] = fields;
  if (month?.values.has(date.getUTCMonth() + 1) !== true) return false;
  const inMonth = ofMonth?.values.has(date.getUTCDate()) === true;
  const inWeek = ofWeek?.values.has(date.getUTCDay()) === true;
  return ofMonth?.any === true || ofWeek?.any === true ? inMonth && inWeek : inMonth || inWeek;
}

const isEveryDay = ([, , ofMonth, month, ofWeek]: readonly CronField[]): boolean =>
  ofMonth?.values.size === 31 && month?.values.size === 12 && (ofWeek?.values.size ?? 0) >= 7;

const withinDay = ([minutes, hours]: readonly CronField[]): number[] =>
  [...(hours?.values ?? [])].flatMap((hour) =>
    [...(minutes?.values ?? [])].map((minute) => hour * 60 + minute),
  );

/**
 * The longest time between two runs of several lines taken together, in milliseconds; Infinity where they never run, or
 * not twice in two years; null where one of them cannot be told. Leaps of the clock are left out.
 */
export function longestGap(lines: readonly CronTimes[]): number | null {
  if (lines.some(({ kind }) => kind === 'unknown')) return null;
  const timed = lines.flatMap((line) =>
    line.kind === 'times' ? { fields: line.fields, minutes: withinDay(line.fields) } : [],
  );
  const daily = timed.every(({ fields }) => isEveryDay(fields));
  let last: number | null = null;
  let longest = -1;
  for (let day = 0; day < (daily ? 2 : LOOKED_AT_DAYS); day += 1) {
    const minutes = timed.flatMap((line) => (fallsOn(line.fields, day) ? line.minutes : []));
    for (const minute of minutes.toSorted((one, other) => one - other)) {
      const at: number = day * DAY + minute;
      if (last !== null) longest = Math.max(longest, at - last);
      last = at;
    }
  }
  return longest === -1 ? Infinity : longest * MINUTE_MS;
}
