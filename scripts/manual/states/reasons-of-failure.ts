import type { ReasonText } from './text.ts';

const here = 'Mend that on the agent and run its backup again.';

export const ofFailed = {
  backup_failed: {
    means: 'The words in the message are those of the agent, most of the time of its dump tool.',
    todo: `Look for a password, a permission, a lock or a full disk there. ${here}`,
  },
  compress_failed: {
    means: 'Most of the time the disk of the agent is full.',
    todo: here,
  },
  transfer_failed: {
    means:
      'The agent could not send the file, or could not see that it had arrived: the network, its key, or room and permission on this server.',
    todo: 'Check the disk of the deposits and the folder of the agent here, then run the transfer again.',
  },
  report_incomplete: {
    means: 'BACKUP or TRANSFER is missing, or a status is neither true nor false.',
    todo: 'Mend what writes the report: the message names the stage.',
  },
} as const satisfies Readonly<Record<string, ReasonText>>;

export const ofTransfer = {
  not_verifiable: {
    means:
      'The name of the file is missing, hidden, or leads elsewhere, or there is no readable SHA-256 of the file as it was sent.',
    todo: 'Mend what writes the report: the message says what is wrong with it. Here a new report is needed; a new file does not help.',
  },
  file_absent: {
    means: 'It was looked for in `database`, `databases` and the folder of the agent itself.',
    todo: 'Compare the name in the message with what lies there, and send it. Send the file first and the report last.',
  },
  unsafe_file: {
    means:
      'Also a large file that is almost nothing but holes. It is not read: a link could lead to a file of somebody else.',
    todo: 'Find out who made it. Put a regular file of its own in its place, with one link.',
  },
  size_differs: {
    means:
      'It was not read. The transfer was cut, or the file of another round has come under the same name.',
    todo: 'Send it again. Where the next round overwrites it before it is judged, scan more often, or use names that never repeat.',
  },
  hash_differs: {
    means:
      'It has the right size, or none was reported, and other bytes: damaged on the way or on a disk, or written anew without a new report.',
    todo: 'Send it again with `rsync --checksum`. If it comes back, look for damage on the disks and in the memory of both machines.',
  },
  changed_while_read: {
    means: 'What was read proves nothing.',
    todo: 'Wait for the next scan, which judges it as it is then. If it comes back, the agent writes into the file in place: send it without `rsync --inplace`.',
  },
} as const satisfies Readonly<Record<string, ReasonText>>;
