/** Every machine word that can follow a status, and what it says. The README's table is held to this one by a test. */
import type { RefusalReason } from './report.ts';

export type Reason =
  | 'verified'
  | 'promoted_by_hand'
  | 'version_adopted'
  | 'same_file'
  | 'same_content'
  | 'too_small'
  | 'too_large'
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
  | 'empty'
  | 'no_report'
  | 'no_reports'
  | 'not_judged'
  | 'version_lost'
  | 'not_scanned_yet'
  | 'not_judged_yet'
  | 'before_watch'
  | 'superseded'
  | 'replayed'
  | RefusalReason;

/** In the order in which the README lists them. */
export const reasons: Readonly<Record<Reason, string>> = {
  verified: 'size and SHA-256 are as reported',
  promoted_by_hand: 'an administrator vouches for it: `backupmon promote`',
  version_adopted: 'a version that the database did not know; its SHA256SUMS verifies',
  same_file: 'the file equals the newest version',
  same_content: 'another file, but the uncompressed hash that both rounds report is the same',
  too_small: 'smaller than the job’s history allows',
  too_large: 'larger than the job’s history allows; of a report: over 8 MiB, and refused unread',
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
  empty: 'a file of 0 bytes, or a dump of 0 bytes by the agent’s own report',
  no_report: 'no report covers the cycle at its deadline',
  no_reports: 'many cycles at once, with their count',
  not_judged: 'a report may be there, but trouble on our own side kept it from being judged',
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
  forged: 'a report in another agent’s name',
  clock_skew: 'a report from the future',
};
