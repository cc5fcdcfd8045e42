import type { Section } from '../blocks.ts';

/** What is printed, where, and what scripts may rely on. */
export const output: Section = {
  title: 'OUTPUT',
  blocks: [
    'What was asked for goes to standard output, everything else to standard error. Colours are used on a terminal only. Text that an agent wrote is shown without control characters, and as one line.',
    'Commands with `--json` print one document: times in UTC, sizes in bytes, durations in seconds, `null` for what is not there. Its first key, `schema`, names it, such as `backupmon.status/1`; keys are only ever added. A JSON Schema of each comes with backupmon.',
    '`status --nagios` prints one line with performance data, and then a line for each problem, in 1023 bytes at most. What is pending counts as OK.',
  ],
};
