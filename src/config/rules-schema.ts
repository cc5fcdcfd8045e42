/** The rules of a job as they are written: in `defaults`, in an agent, in a database. */
import * as z from 'zod';
import type { KeepPolicy } from '../core/job.ts';
import {
  complain,
  durationPattern,
  earlyPattern,
  flag,
  percentagePattern,
  remembered,
  section,
  text,
  whole,
  word,
} from './elements.ts';
import {
  durationWords,
  percentageWords,
  readDuration,
  readSchedule,
  readSizeChange,
  readTemplate,
  readZone,
  scheduleWords,
  zoneWords,
} from './pieces.ts';
import type { Reading } from './pieces.ts';

const keepWords =
  'a number of versions, or a map such as { last: 3, daily: 7, weekly: 4, monthly: 12, yearly: 2 }';
const keepsSomething = 'at least 1: a job that keeps nothing would have no backup';
/** More bad cycles in a row than this, and nobody would ever be told. */
const MOST_CYCLES = 100;
const most = Number.MAX_SAFE_INTEGER;

function keepSchema() {
  const count = (what: string) =>
    whole(0, most, 'a whole number, 0 or more', `How many ${what} to keep.`).default(0);
  const periods = section(
    {
      last: count('of the newest versions'),
      daily: count('days, each by its newest version,'),
      weekly: count('weeks, each by its newest version,'),
      monthly: count('months, each by its newest version,'),
      yearly: count('years, each by its newest version,'),
    },
    keepWords,
  ).transform((policy, context): KeepPolicy => {
    // After a misspelt period this would be one fault told twice.
    if (context.issues.length === 0 && Object.values(policy).every((number) => number === 0)) {
      complain(context, {
        fault: '`keep` keeps nothing',
        expected: keepsSomething,
        suggestion: null,
      });
    }
    return policy;
  });
  const versions = whole(
    1,
    most,
    keepsSomething,
    'How many of the newest versions to keep.',
  ).transform((last): KeepPolicy => ({ last, daily: 0, weekly: 0, monthly: 0, yearly: 0 }));
  return z.union([versions, periods], { error: keepWords }).meta({
    description:
      'Versions to keep: a number, or how many of the last, daily, weekly, monthly and yearly ones.',
  });
}

/** An early of `auto` is null. */
function readEarly(found: string): Reading<number | null> {
  if (found === 'auto') return { value: null };
  const reading = readDuration(found, true);
  return 'value' in reading ? reading : { ...reading, expected: `auto, or ${durationWords}` };
}

const zeroOrMore = (found: string): Reading<number> => readDuration(found, true);

/** Labels are text; numbers and words such as `true` mean their characters (see toPlain in tree.ts). */
const label = () =>
  z
    .union([z.string(), z.number(), z.boolean()], { error: 'text' })
    .transform((value) => String(value))
    .meta({ description: 'The text that {name} stands for in `path`.' });

/** All job keys: the shape of `defaults`, of a database, and part of an agent. */
export function ruleShape() {
  return {
    schedule: text(scheduleWords, remembered(readSchedule), {
      description:
        'When the backup should be complete: a cron expression of five fields in the time zone of the job, or "every 24h".',
      examples: ['0 20 * * *', '0 13,20 * * 1-6', 'every 24h'],
    }).optional(),
    timezone: text(zoneWords, remembered(readZone), {
      description: 'IANA time zone of the schedule, and of times in reports that carry no offset.',
      examples: ['UTC', 'Africa/Douala'],
    }).optional(),
    grace: text(durationWords, remembered(zeroOrMore), {
      description:
        'The backup is MISSING when this time after it was due has passed. Written for a database it may be at most half of the shortest gap of its cron schedule; an inherited one is shortened to that.',
      examples: ['90m'],
      pattern: durationPattern,
    }).optional(),
    early: text(`auto, or ${durationWords}`, remembered(readEarly), {
      description:
        'How long before it is due a backup may already count; auto is a quarter of the time between two cycles, at most 4h.',
      examples: ['auto', '2h'],
      pattern: earlyPattern,
    }).optional(),
    verify: word(
      ['intact', 'readable', 'complete'],
      'How much is checked before a backup counts as healthy: intact (size and SHA-256 are those that the agent reported), readable (and it decompresses to its end), complete (and the dump in it is whole).',
    ).optional(),
    keep: keepSchema().optional(),
    path: text('a template such as "{agent}/{database}"', readTemplate, {
      description:
        'Folder of the job in the validated tree. {agent}, {database}, {site} and the names of labels are filled in.',
      examples: ['{agent}/{database}', '{company}/{city}/{database}'],
    }).optional(),
    unchanged: word(
      ['ok', 'warning', 'critical'],
      'Severity of a backup whose content equals the newest version (HASH_MISMATCH).',
    ).optional(),
    size_change: text(percentageWords, remembered(readSizeChange), {
      description:
        'How far from the history a size may lie before the backup is held (SIZE_ANOMALY); off to disable.',
      examples: ['50%', 'off'],
      pattern: percentagePattern,
    }).optional(),
    settle: text(durationWords, remembered(zeroOrMore), {
      description:
        'A file or report that does not match yet and changed less than this ago is still arriving.',
      examples: ['2m'],
      pattern: durationPattern,
    }).optional(),
    deposit: word(
      ['keep', 'remove'],
      'Whether the deposit stays where the agent left it, or is deleted once its version is durable.',
    ).optional(),
    fail_after: whole(
      1,
      MOST_CYCLES,
      `a whole number from 1 to ${MOST_CYCLES}`,
      'Alarms are sent when so many cycles in a row were bad; `status` shows the first.',
    ).optional(),
    enabled: flag(
      'false: not expected, not judged, not counted; its versions and history stay.',
    ).optional(),
    labels: z
      .record(z.string(), label(), { error: 'a map of names and texts' })
      .nullable()
      .optional()
      .meta({
        description:
          'Names for use in `path`, and shown with the job. Those of agent and database are added to those of `defaults`, key by key.',
      }),
  };
}
