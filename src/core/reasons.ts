/** Every machine word that can follow a status, and what it says. The README lists them, docs/states.md and the manual explain them. */
import type { ContentReason } from './content.ts';
import type { RefusalReason } from './report.ts';

/** What is recorded of backupmon itself, and of what administrators asked for. */
export type NoticeReason = 'alarm_given_up' | 'scan_failed' | 'snoozed' | 'snooze_ended';

export type Reason =
  | 'verified'
  | 'promoted_by_hand'
  | 'version_adopted'
  | 'same_file'
  | 'same_fingerprint'
  | 'same_content'
  | 'too_small'
  | 'too_large'
  | 'raw_too_small'
  | 'raw_too_large'
  | 'too_few_tables'
  | 'too_many_tables'
  | 'kind_changed'
  | 'backup_failed'
  | 'compress_failed'
  | 'transfer_failed'
  | 'report_incomplete'
  | 'not_verifiable'
  | 'file_absent'
  | 'unsafe_file'
  | 'size_differs'
  | 'hash_differs'
  | 'changed_while_read'
  | ContentReason
  | 'no_report'
  | 'no_reports'
  | 'not_judged'
  | 'version_lost'
  | 'not_scanned_yet'
  | 'not_judged_yet'
  | 'before_watch'
  | 'superseded'
  | 'replayed'
  | NoticeReason
  | RefusalReason;

/** "Unchanged", and not on the agent's word alone: the newest version holds it, and the deposit may go. */
export const sameByMeasure: ReadonlySet<Reason> = new Set(['same_file', 'same_fingerprint']);

/** In the order in which the README lists them; what each says. */
export const reasons: Readonly<Record<Reason, string>> = {
  verified: 'all that was asked for was checked, and the message says what that was',
  promoted_by_hand: 'an administrator vouches for it: `backupmon promote`',
  version_adopted: 'a version that the database did not know; its SHA256SUMS verifies',
  same_file: 'the file equals the newest version',
  same_fingerprint:
    'another file, but its content is the same, apart from what changes by itself (times, tokens)',
  same_content:
    'another file that was not looked into, but the uncompressed hash that both rounds report is the same',
  too_small: 'smaller than the job’s history allows',
  too_large: 'larger than the job’s history allows; of a report: over 8 MiB, and refused unread',
  raw_too_small: 'less uncompressed content than the job’s history allows',
  raw_too_large: 'more uncompressed content than the job’s history allows',
  too_few_tables: 'fewer tables than the job’s history allows',
  too_many_tables: 'more tables than the job’s history allows',
  kind_changed: 'another kind of content than the newest version has',
  backup_failed: 'the agent reports that its dump failed',
  compress_failed: 'the agent reports that compressing failed',
  transfer_failed: 'the agent reports that the transfer failed',
  report_incomplete: 'a stage is missing, or its status is none',
  not_verifiable: 'no usable file name, SHA-256 or size in the report',
  file_absent: 'a transfer is reported, and the file is not there',
  unsafe_file:
    'a link, hard link, FIFO, device or folder where a file should be; also of a report or a folder',
  size_differs: 'another size than reported',
  hash_differs: 'another SHA-256 than reported',
  changed_while_read: 'it changed under our hands, and not for the last time',
  empty: 'nothing: a file of 0 bytes, or one that holds a dump of 0 bytes',
  stream_cut: 'the compressed stream ends before its end',
  stream_corrupt: 'the compressed stream cannot be decoded',
  trailing_bytes: 'something else follows the end of the stream or of the archive',
  expands_too_far:
    'much more comes out of it, or of what is packed in it, than a dump of that size can hold',
  raw_size_differs: 'another uncompressed size than reported',
  raw_hash_differs: 'another SHA-256 of the uncompressed content than reported',
  dump_cut: 'the end of the dump is missing, or a part of it',
  dump_corrupt: 'the dump is damaged inside',
  dump_failed: 'the dump says by itself that it failed',
  foreign_text: 'messages of a tool stand in the dump: restoring it would stop there',
  not_a_dump: 'an error message, a web page or some other file where a dump should be',
  wrong_kind: 'not what the name of the file says',
  no_report: 'no report covers the cycle at its deadline',
  no_reports: 'many cycles at once, with their count',
  not_judged:
    'a report may be there; our own trouble, or too much from its agent, kept it from being judged',
  version_lost: 'a recorded version is gone from the tree',
  not_scanned_yet: 'no scan has seen the job',
  not_judged_yet: 'a scan has seen the job, and no backup of it',
  before_watch: 'a report that lay there before the watch began, and not the newest',
  superseded: 'its file has been replaced since, by that of a newer report',
  replayed: 'older than the last report judged; it changes nothing',
  unreadable: 'a report that is no JSON, or not in UTF-8',
  cut_short: 'a report that ends too early, and does not grow any more',
  bad_shape: 'a report without the parts that a report has',
  no_agent_id: 'a report that does not say whose it is',
  no_time: 'a report without any end time',
  bad_time: 'a report whose end time cannot be read',
  too_many_databases: 'a report with more than 10,000 databases',
  too_many_files: 'a folder with more than 100,000 names: what lies beyond is not looked at',
  forged: 'a report in another agent’s name',
  clock_skew: 'a report from the future',
  alarm_given_up: 'a message could not be delivered for `give_up_after`',
  scan_failed: 'a scan could not be done at all, for a reason of our own',
  snoozed: 'no alarms for a while: `backupmon snooze`',
  snooze_ended: 'alarms are sent again: `backupmon snooze --off`',
};
