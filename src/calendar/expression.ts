/** Is this a cron expression that we can follow? Every fault is one sentence for the person who wrote it. */
import { readCron } from './walls.ts';

const fields = [
  { name: 'minute', values: '0 to 59' },
  { name: 'hour', values: '0 to 23' },
  { name: 'day-of-month', values: '1 to 31' },
  { name: 'month', values: '1 to 12 or JAN to DEC' },
  { name: 'day-of-week', values: '0 to 7 (0 and 7 are Sunday) or SUN to SAT' },
] as const;

/** The calendar repeats every 400 years, so any one beginning serves to find out whether a date exists at all. */
const reference = new Date(Date.UTC(2024, 0, 1));

/** The same expression with single spaces. */
export function tidy(expression: string): string {
  return expression.trim().split(/\s+/).join(' ');
}

function isReadable(expression: string): boolean {
  try {
    return readCron(expression) !== undefined;
  } catch {
    // croner throws TypeError, RangeError and Error alike, and counts days and months from 0: its words help nobody.
    return false;
  }
}

/** Each field is tried alone, to name the one at fault. */
function faultOfField(text: string, index: number): string | null {
  const field = fields[index] as (typeof fields)[number];
  const alone = fields.map((_, other) => (other === index ? text : '*')).join(' ');
  // A colon would make croner read the whole as a date.
  if (!text.includes(':') && isReadable(alone)) return null;
  return (
    `the ${field.name} field "${text}" cannot be read: it takes ${field.values}, lists such as 1,5, ` +
    `ranges from low to high such as 1-5, and steps such as */2 or 1-5/2`
  );
}

/**
 * Checks a cron expression: exactly five fields, no nicknames, and some date in some year must match.
 *
 * @returns null when it is valid, else one plain sentence, without a full stop, that says what is wrong
 */
export function parseCron(expression: string): string | null {
  const tidied = tidy(expression);
  if (tidied.startsWith('@')) {
    return `nicknames such as ${tidied} are not supported: write five fields, such as 0 20 * * *`;
  }
  const texts = tidied === '' ? [] : tidied.split(' ');
  if (texts.length !== fields.length) {
    return `a cron expression has 5 fields (minute, hour, day of month, month, day of week), not ${texts.length}`;
  }
  for (const [index, text] of texts.entries()) {
    const fault = faultOfField(text, index);
    if (fault !== null) return fault;
  }
  const first = readCron(tidied).nextRun(reference);
  return first === null ? `"${tidied}" never occurs: no year has such a date` : null;
}
