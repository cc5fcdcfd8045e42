/** Text of the configuration to values: each reader returns the value, or what is wrong with the text. */
import path from 'node:path';
import { parseCron } from '../calendar/occurrences.ts';
import { parseDuration } from '../core/duration.ts';
import type { Schedule } from '../core/job.ts';
import { unprintableIn } from '../core/text.ts';
import { isTimeZone } from '../core/zone.ts';
import { pathComponentFault, pathComponentWords } from './names.ts';
import { nearest, quote } from './words.ts';

export interface Fault {
  readonly fault: string;
  readonly expected: string;
  readonly suggestion: string | null;
}
export type Reading<Value> = { readonly value: Value } | Fault;
export type Reader<Value> = (text: string) => Reading<Value>;

export const durationWords = 'a duration such as 45s, 90m, 24h, 7d, 2w or 1h30m';
export const percentageWords = 'a percentage such as 50%, or off';
export const scheduleWords =
  'five cron fields such as "0 20 * * *", or a period such as "every 24h"';
export const zoneWords = 'a name of the IANA time zone database, such as Africa/Douala, or UTC';
export const folderWords = 'an absolute path';

const units: readonly (readonly [RegExp, string])[] = [
  [/^s(ec(ond)?s?)?$/i, 's'],
  [/^m(in(ute)?s?)?$/i, 'm'],
  [/^h((ou)?rs?)?$/i, 'h'],
  [/^d(ays?)?$/i, 'd'],
  [/^w(eeks?)?$/i, 'w'],
];

/** `2 hours` and `90min` to `2h` and `90m`; null when no unit is known. */
function likelyDuration(text: string): string | null {
  const [, digits, word = ''] = /^\s*(\d+)\s*([a-z]+)\s*$/i.exec(text) ?? [];
  const unit = units.find(([pattern]) => pattern.test(word))?.[1];
  const guess = digits === undefined || unit === undefined ? null : digits + unit;
  return guess !== null && guess !== text && parseDuration(guess) !== null ? guess : null;
}

/** Milliseconds; with `zero`, `0s` too. */
export function readDuration(text: string, zero = false): Reading<number> {
  if (zero && /^0+[smhdw]$/.test(text)) return { value: 0 };
  const value = parseDuration(text);
  if (value !== null) return { value };
  const fault = /^0+[smhdw]$/.test(text)
    ? `${quote(text)} is no time at all`
    : `${quote(text)} is no duration`;
  const bare = /^\d+$/.test(text);
  return { fault, expected: durationWords, suggestion: bare ? `${text}m` : likelyDuration(text) };
}

/** A map and no object: people's words are looked up in it, and `__proto__` is a word too. */
const nicknames: ReadonlyMap<string, string> = new Map([
  ['@hourly', '0 * * * *'],
  ['@daily', '0 0 * * *'],
  ['@midnight', '0 0 * * *'],
  ['@weekly', '0 0 * * 0'],
  ['@monthly', '0 0 1 * *'],
  ['@yearly', '0 0 1 1 *'],
  ['@annually', '0 0 1 1 *'],
]);

export function readSchedule(text: string): Reading<Schedule> {
  const period = /^\s*every\b\s*(.*?)\s*$/i.exec(text)?.[1];
  if (period !== undefined) return readPeriod(text, period);
  const fault = parseCron(text);
  if (fault === null)
    return { value: { kind: 'cron', expression: text.trim().split(/\s+/).join(' ') } };
  const guess =
    nicknames.get(text.trim()) ?? (parseDuration(text) === null ? null : `every ${text}`);
  return {
    fault: `the schedule ${quote(text)} is wrong: ${fault}`,
    expected: scheduleWords,
    suggestion: guess,
  };
}

export const cronWords = 'five cron fields such as "0 8 * * *"';

/** A cron expression, with single spaces. */
export function readCron(text: string): Reading<string> {
  const fault = parseCron(text);
  if (fault === null) return { value: text.trim().split(/\s+/).join(' ') };
  return {
    fault: `${quote(text)} is wrong: ${fault}`,
    expected: cronWords,
    suggestion: nicknames.get(text.trim()) ?? null,
  };
}

function readPeriod(text: string, period: string): Reading<Schedule> {
  const value = parseDuration(period);
  if (value !== null) return { value: { kind: 'every', period: value } };
  const guess = likelyDuration(period);
  return {
    fault: `the period of ${quote(text)} is no duration`,
    expected: scheduleWords,
    suggestion: guess === null ? null : `every ${guess}`,
  };
}

export function readZone(text: string): Reading<string> {
  if (isTimeZone(text)) return { value: text };
  return {
    fault: `${quote(text)} is no time zone known here`,
    expected: zoneWords,
    suggestion: likelyZone(text),
  };
}

function likelyZone(text: string): string | null {
  const zones = Intl.supportedValuesOf('timeZone');
  const wanted = text.trim().toLowerCase().replaceAll(' ', '_');
  const city = zones.find((zone) => zone.toLowerCase().endsWith(`/${wanted}`));
  return city ?? nearest(text, ['UTC', ...zones]);
}

/** A fraction: `50%` is 0.5. null is `off`. */
export function readSizeChange(text: string): Reading<number | null> {
  if (text === 'off') return { value: null };
  const percent = /^\d{1,6}(\.\d{1,6})?%$/.test(text) ? Number.parseFloat(text) : Number.NaN;
  if (percent > 0) return { value: percent / 100 };
  const number = /^(\d+(?:\.\d+)?)\s*(%|percent)?$/.exec(text)?.[1];
  const guess = number === undefined ? nearest(text, ['off']) : `${number}%`;
  const suggestion = Number(number) === 0 ? 'off' : guess;
  return {
    fault: `${quote(text)} is no percentage above 0`,
    expected: percentageWords,
    suggestion,
  };
}

/** An absolute path, normalised: no `..`, no slash at the end. */
export function readPath(text: string): Reading<string> {
  const hidden = unprintableIn(text);
  if (hidden !== null)
    return {
      fault: `the path ${quote(text)} holds ${hidden}`,
      expected: folderWords,
      suggestion: null,
    };
  if (path.isAbsolute(text)) return { value: path.resolve(text) };
  const home = text.startsWith('~/') ? ' (~ is not expanded)' : '';
  return {
    fault: `the path ${quote(text)} is relative${home}`,
    expected: folderWords,
    suggestion: null,
  };
}

export const metricsWords = 'an absolute path that ends in .prom';

/** node_exporter's textfile collector looks at nothing else. */
export function readMetricsPath(text: string): Reading<string> {
  const reading = readPath(text);
  if (!('value' in reading)) return { ...reading, expected: metricsWords };
  if (/[^/]\.prom$/u.test(reading.value)) return reading;
  const suggestion = text.endsWith('/') ? `${text}backupmon.prom` : `${text}.prom`;
  return { fault: `${quote(text)} does not end in .prom`, expected: metricsWords, suggestion };
}

/** One line of text, not empty. */
export function readLine(text: string): Reading<string> {
  const hidden = unprintableIn(text);
  if (hidden === null && text.trim() !== '') return { value: text };
  const fault = hidden === null ? `${quote(text)} is empty` : `${quote(text)} holds ${hidden}`;
  return { fault, expected: 'text in one line, without control characters', suggestion: null };
}

/** `{label}` in braces, anything else as it is; braces in pairs, `/` between components. */
export function readTemplate(text: string): Reading<string> {
  const bad = text
    .split('/')
    .find((part) => !part.includes('{') && pathComponentFault(part) !== null);
  if (bad !== undefined) {
    const fault = `the path ${quote(text)} has the component ${quote(bad)}, which ${pathComponentFault(bad)}`;
    return { fault, expected: pathComponentWords, suggestion: null };
  }
  if (!/[{}]/.test(text.replaceAll(/\{[^{}/]+\}/g, ''))) return { value: text };
  return {
    fault: `the braces of the path ${quote(text)} do not match`,
    expected: 'a template such as "{agent}/{database}"',
    suggestion: null,
  };
}
