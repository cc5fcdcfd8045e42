import type { Status } from '../../../src/core/statuses.ts';
import type { StatusText } from './text.ts';

const untouched =
  'The newest healthy version stays `current`; nothing was copied, replaced or pruned. Versions are pruned again once a healthy backup has come.';

/** Every status: what it means, what is safe, what to do. */
export const statusTexts: Readonly<Record<Status, StatusText>> = {
  SUCCESS: {
    means:
      'The agent reports success, the bytes are those that it sent, and what `verify` asks for was checked. The backup is a version of its own in the validated tree, unless `keep` would have removed it at once.',
    safe: 'This backup. `backupmon status JOB` tells where it lies, and the link `current` in the folder of the job points to the newest version. Older ones stay for as long as `keep` says.',
    todo: 'Nothing. Where `status` says that less was proved than `verify` asks for, `backupmon status JOB` tells why.',
  },
  HASH_MISMATCH: {
    means:
      'People see "unchanged"; the old name is kept for scripts. A healthy backup has come, and the newest version holds the same content already and is in its place. Nothing is copied. It counts as a success: the last good backup is this one, a hold ends, and old versions are pruned as `keep` says.',
    safe: 'The newest version, which holds this very content and was confirmed by it.',
    todo: 'A live database that never changes is rare: a test system, a standby that has stopped, or the same old file sent again look exactly like this.',
  },
  SIZE_ANOMALY: {
    means:
      'The backup is whole by all that was checked, but not like the others of this job: its size, the size of its content, the number of its tables or the kind of its content is outside of what the history of the job allows. It is held: a copy of our own lies under `.held` in the validated tree, and is no version. Of each job the newest held backup is kept.',
    rule: 'Measures are compared once there are 7 healthy backups: with the median of the last 40, plus and minus 5 times their median deviation, `size_change` of the median, or 64 KiB (3 tables), whichever is more; and what is below a tenth of the median is always held.',
    safe: 'The newest healthy version stays `current`; nothing was replaced, and nothing is pruned while the newest backup is held. The held copy is safe too, until it is promoted, a newer backup is held, or a normal one ends the hold and the copy is removed.',
    todo: '`backupmon status JOB` tells where the copy lies and what is unusual. Restore it into an empty database and compare. If it is wrong, leave it: mend what made it, run the backup again, and the next normal one ends the hold. Promoting it begins a new baseline: measures are not compared until there are 7 healthy backups again.',
  },
  FAILED: {
    means:
      'The agent itself reports that its dump, its compression or its transfer failed, or it says too little to claim success. Its word is taken, and the file is not looked at.',
    safe: untouched,
    todo: 'The report of a backup that was run again is judged by the next scan. A new file without a new report changes nothing.',
  },
  TRANSFER_INTEGRITY_FAILED: {
    means:
      'The agent reports a transfer, but what lies here is not what it tells of: absent, of another size or SHA-256, or no regular file. While file or report changed less than `settle` ago, or a temporary file of rsync shows that the transfer goes on, they count as arriving, and this is not concluded.',
    safe: `${untouched} The damaged file stays where the agent left it.`,
    todo: 'rsync does not send what has the same size and time: `rsync --checksum` does. No new report is needed.',
  },
  CONTENT_INVALID: {
    means:
      'The bytes are those that the agent sent, and they are no usable dump: empty, cut, damaged, of another kind than the name says, or not what the agent had before it compressed it. So it went wrong before the agent made its checksum.',
    safe: `${untouched} The file stays where the agent left it.`,
    todo: 'Sending the same file again does not help. `backupmon status JOB` shows how far it could be read, and its last line. Where the check is wrong about a dump that you have restored and found good, `backupmon promote --force JOB FILE` makes it a version.',
  },
  MISSING: {
    means:
      'The deadline of the cycle, which is `grace` after it was due, has passed, and no report covers it. `status` says so from that moment on, whether a scan has run since or not.',
    safe: 'The versions in the tree: nothing is pruned while the newest cycle is missing. What has changed since the newest of them was made is in no backup here.',
    todo: 'Where all jobs of an agent are missing, look at its machine, its network and its key; where one is, at its dump. `backupmon history AGENT` tells when it was last heard of. A report that comes late is judged as usual and ends this.',
  },
  UNKNOWN: {
    means:
      'Nothing has been judged, and nothing is overdue: the job is new or enabled again, or its schedule or time zone has changed. It is pending, which never counts as good. In the history it is also what became of reports that were set aside without being judged; then it is of severity ok, and no status of the job.',
    safe: 'Versions that are in the tree already stay. Of a new job nothing is safe yet.',
    todo: 'The first scan of all jobs begins the watch; from then on a cycle without a report is `MISSING`.',
  },
  REPORT_REFUSED: {
    means:
      'A report that cannot be accepted. It is an event of the agent and never the status of a job: its jobs go on as if that report were not there, and are `MISSING` at their deadline. It stays where it is and is told once; one that is changed or replaced is read anew. Critical where it is `forged`, otherwise a warning. It counts in the exit code of the scan that refused it.',
    safe: 'All versions: a refused report changes nothing. What it tells of was not judged.',
    todo: '`backupmon history AGENT --status REPORT_REFUSED` tells when and why. Remove it when it is of no use any more.',
  },
  NOTICE: {
    means:
      'Something about backupmon itself, and never the status of a job: what an administrator asked for, an alarm that could not be delivered, a scan that could not be done. `backupmon history --status NOTICE` lists them.',
    safe: 'It says nothing about backups.',
    todo: 'What its reason says.',
  },
};
