/** Where things lie, with the folders of the examples. */
import type { Prose } from '../blocks.ts';

export const fileTexts: readonly (readonly [path: Prose, says: Prose])[] = [
  ['`/etc/backupmon/config.yaml`', 'The configuration; see backupmon-config(5).'],
  [
    '`/var/lib/backupmon/backupmon.db`',
    'The database: history and state. While it is open, files that end in `-wal` and `-shm` belong to it. Losing it costs the history, and no backup.',
  ],
  [
    '`/var/lib/backupmon/backupmon.db.lock`',
    'Held by the command that writes, and free as soon as that one ends, however it ends. It need not be removed.',
  ],
  [
    '`/var/lib/backupmon/backupmon.db.*.bak`',
    'What `backupmon init-db --reset` has moved aside, with the time in its name.',
  ],
  [
    '`/var/lib/backupmon/config-cache.json`',
    'The checked configuration, made by scans. It is believed only where nobody else could have written it, and may be deleted.',
  ],
  [
    '`/var/cache/backupmon/`',
    'Where the program is one single file: its SQLite addon, whose hash is checked each time before it is loaded. It may be deleted.',
  ],
  [
    '`/mnt/agent_deposits/`<agent>`/log/`',
    'Reports: files whose names end in `.json`. They may also lie in the folder of the agent itself. Judged ones are moved to `_archive` in it.',
  ],
  [
    '`/mnt/agent_deposits/`<agent>`/database/`',
    'Files that reports name. They are also found in `databases` and in the folder of the agent itself.',
  ],
  [
    '`/mnt/validated_backups/`<agent>`/`<database>`/`<time>`/`',
    'A version: the file that the agent sent, with mode 0440, and SHA256SUMS for sha256sum(1). The time is the end of the round in UTC, such as 20260620T183735Z.',
  ],
  [
    '`/mnt/validated_backups/`<agent>`/`<database>`/current`',
    'A link to the newest version. On a file system without links there is none.',
  ],
  ['`/mnt/validated_backups/.held/`', 'Held copies, by the same paths as versions.'],
  [
    '`/mnt/validated_backups/.incoming/`',
    'What is not finished. The next scan removes what a killed one left there.',
  ],
  [
    '`/mnt/validated_backups/.backupmon`',
    'The mark of the tree. Where it is gone a scan refuses: an unmounted disk is no empty tree.',
  ],
];
