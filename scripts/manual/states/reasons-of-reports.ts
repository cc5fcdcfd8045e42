import type { NoticeReason } from '../../../src/core/reasons.ts';
import type { RefusalReason } from '../../../src/core/report.ts';
import type { ReasonText } from './text.ts';

const writer = 'Mend the program on the agent that writes it.';

/** Every reason why a report is refused. */
export const ofReports: Readonly<Record<RefusalReason, ReasonText>> = {
  unreadable: {
    means: 'Also one with the same key twice, or with more than 64 levels.',
    todo: `The message names line and column; \`jq . FILE\` says the same. ${writer}`,
  },
  cut_short: {
    means: 'While it is younger than `settle` it counts as arriving, and is read again.',
    todo: 'Let the agent write it under another name and rename it, and send it without `rsync --inplace`.',
  },
  bad_shape: { means: 'The message names the part.', todo: writer },
  no_agent_id: { todo: `Its \`agent_id\` has to be the name of the folder. ${writer}` },
  no_time: {
    todo: `\`operation_end_time\`, or the end time of a stage, is needed to know its cycle. ${writer}`,
  },
  bad_time: {
    means: 'Also an impossible date, and one before 1970.',
    todo: `Times are written as 2026-06-20T18:37:35Z. ${writer}`,
  },
  too_many_databases: { todo: writer },
  too_many_files: {
    means:
      'The message names the folder. What lies beyond is not judged, so that one agent cannot stop the scan.',
    todo: 'Find out what fills it, and remove what is of no use. `deposit: remove` keeps the folder of files small, and archiving that of reports.',
  },
  forged: {
    means: 'It is never moved. This is critical.',
    todo: 'Find out who wrote it: the key of this agent may be in other hands, or two machines share a folder or a copied `agent_id`.',
  },
  clock_skew: {
    means:
      'Its end time is more than 5 minutes ahead of this server. It is read again when that time has come.',
    todo: 'Set the clock of the agent right, or that of this server. A time without an offset is read in the time zone that the configuration gives the agent.',
  },
  too_large: { means: 'Or it holds more than 500,000 values.', todo: writer },
  unsafe_file: {
    means:
      'Of a folder: it is not entered, and what lies behind it is not seen. Links are never followed in a deposit.',
    todo: 'Find out who made it, and put a regular file or folder in its place.',
  },
};

/** Everything that is recorded of backupmon itself. */
export const ofNotices: Readonly<Record<NoticeReason, ReasonText>> = {
  alarm_given_up: {
    means:
      'The message names the way, the recipient and the last error. It is a warning, and `status` tells of it for 7 days.',
    todo: '`backupmon notify --test` tells whether the way works now. What it was to tell for the first time is told anew where it still goes on.',
  },
  scan_failed: {
    means:
      'It is critical. The message ends with the machine word; see the diagnostics in backupmon(1).',
    safe: 'All versions. Nothing was judged by that scan; reports and files stay where they are.',
    todo: 'Mend what the message names. The next scan does what this one could not.',
  },
  snoozed: {
    means: 'The message says until when, and why; the event says who asked for it.',
    todo: 'Nothing. `backupmon snooze` lists what is silent now.',
  },
  snooze_ended: { means: 'One that ends by its time is not recorded.', todo: 'Nothing.' },
};
