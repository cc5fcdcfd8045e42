/**
 * A second opinion on cron, written from crontab(5) alone: does the minute match? Numbers, lists, ranges and steps only.
 */
function matches(field: string, value: number): boolean {
  return field.split(',').some((part) => {
    const [range = '', step = '1'] = part.split('/');
    const [low, high] = range === '*' ? [0, 99] : range.split('-').map(Number);
    const first = low as number;
    const last = high ?? first;
    // A step counts from the beginning of its range; that of a star from the smallest value of the field.
    return value >= first && value <= last && (value - first) % Number(step) === 0;
  });
}

/** Days of month and months count from 1, and so do the steps of their stars. */
const fromOne = (field: string): string => field.replace(/^\*/, '1-99');

export function matchesCron(expression: string, wall: number): boolean {
  const [minute = '', hour = '', date = '', month = '', weekday = ''] = expression.split(' ');
  const at = new Date(wall);
  const dateMatches = matches(fromOne(date), at.getUTCDate());
  const weekdayMatches =
    matches(weekday, at.getUTCDay()) ||
    (at.getUTCDay() === 0 && matches(weekday.replace('*', '8'), 7));
  const dayMatches =
    date.startsWith('*') || weekday.startsWith('*')
      ? dateMatches && weekdayMatches
      : dateMatches || weekdayMatches;
  return (
    matches(minute, at.getUTCMinutes()) &&
    matches(hour, at.getUTCHours()) &&
    matches(fromOne(month), at.getUTCMonth() + 1) &&
    dayMatches
  );
}
