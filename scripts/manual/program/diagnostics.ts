/**
 * Why a command could not do its work, by the machine word that `--json` gives as `code`. The message itself says what is wrong and where;
 * this says what it means for backups, and what to do.
 */
import type { DatabaseFault } from '../../../src/db/problem.ts';
import type { Prose } from '../blocks.ts';

const ofDatabase: Readonly<Record<DatabaseFault, Prose>> = {
  absent: 'It was never made, or `database` names another file. `backupmon init-db` makes it.',
  not_initialised: 'The file is empty. `backupmon init-db` makes the database in it.',
  older: 'After an upgrade: `backupmon init-db` migrates it.',
  newer:
    'A newer backupmon has migrated it. Install that one; there is no way back but a copy of the file.',
  foreign:
    'It is damaged, or belongs to some other program. Restore it, or begin anew with `backupmon init-db --reset`: the next scan adopts all versions.',
  locked: 'Another program has been writing for 30 seconds. `fuser` names it.',
  full: 'Its disk is full. Make room; the next scan does what this one could not.',
  network: 'SQLite needs a local disk. Deposits and validated tree may stay on the network.',
  unreadable:
    'Permission, a read-only disk, an error of the disk, or something else than a file lies there. Readers belong into the group of its folder.',
};

const ofCommands: Readonly<Record<string, Prose>> = {
  usage: 'An argument or option is wrong. The second line says what was probably meant.',
  unknown_job:
    'No job or agent has that name. Jobs are named AGENT/DATABASE, as in the configuration.',
  config_invalid: '`backupmon check-config` shows every fault. Nothing was done.',
  validated_unusable:
    'The validated tree is not there, or has no mark: most of the time its disk is not mounted. Mount it. Only where the folder is a new one run `backupmon init-db`.',
  clock_wrong:
    'The clock of this server is behind what earlier scans have recorded. Nothing was judged, because that would set aside what is true. Set it right, for example by `timedatectl`.',
  not_the_owner: 'Run it as the user that is named, or as root.',
  folder_absent:
    'More than one level of a path is missing: it is misspelt, or a disk is not mounted.',
  not_confirmed: '`--reset` was not answered with yes. Without a terminal it needs `--yes`.',
  busy: 'A scan is running, and was waited for in vain. Try again when it has finished.',
  locked:
    'Somebody holds the lock, and it is no scan that has recorded itself: most of the time `backupmon init-db`.',
  scan_stuck:
    'The scan that runs has been at it for longer than `scan_timeout`. Look at that process; the lock is free as soon as it ends.',
  secret_empty: 'The file of a password or key is empty.',
  nothing_held: 'Nothing is held for that job. Name a deposit.',
  held_copy_lost:
    'The held copy is gone from the tree. Promote the deposit, if that is still there.',
  held_copy_damaged:
    'The held copy is not what was held. Do not use it; promote the deposit, if that is still there.',
  not_reported:
    'No recorded report of that job names that file, or no scan has seen the job. Only what was reported can be promoted.',
  output_failed:
    'What was printed did not arrive, as on a full disk. What the command did is done.',
  database_unusable: 'SQLite says what is wrong, in its own words.',
  addon_unusable:
    'The program that is one single file found no folder that this user alone can write and from which programs may run, or not enough room there. See ENVIRONMENT.',
  bug: 'Nobody has foreseen this. Report it with all that was printed.',
};

export const diagnostics: Readonly<Record<string, Prose>> = {
  ...ofCommands,
  ...Object.fromEntries(
    Object.entries(ofDatabase).map(([fault, says]) => [`database_${fault}`, says]),
  ),
};
