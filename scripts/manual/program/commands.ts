/** What the manual says of each command beyond its help. */
import type { CommandName } from '../../../src/cli/descriptions/description.ts';
import { list, type Block } from '../blocks.ts';

export const commandTexts: Readonly<Record<CommandName, readonly Block[]>> = {
  'init-db': [
    'Makes the database and the folder that it lies in, or migrates a database of an older version, and places the file `.backupmon` in the validated tree, by which scans tell it from an empty folder where a disk should be mounted. It is to be run once after installing and after each upgrade; run again it changes nothing.',
    'With `--reset` the old file is renamed to end in the time and `.bak`. The next scan adopts every version whose SHA256SUMS verifies, so that no backup is lost; the history is.',
    'With `--migrate-only` an older database is migrated and nothing else is done: no folder is made, and none is marked. It is for scripts that upgrade, as those of the package, with nobody there to see that the disk of the validated tree is not mounted.',
  ],
  scan: [
    'Reads the reports that have come, checks each new file, decides what each backup is worth, brings healthy ones into the validated tree, prunes old versions, records everything, and sends the alarms that follow from it. Without <job> it is a scan of all jobs; only that one counts for `scan_max_age`, begins the watch of new jobs, sends the digest and the heartbeat.',
    'It says what is new. Without a terminal it prints a line for each new problem and each recovery, and nothing else, so that cron(8) mails news only. `-v` prints every conclusion. On a terminal it shows how far it has come.',
    'Only one scan runs at a time. Another one says so with `-v` and exits with 0; if the first has been running for longer than `scan_timeout`, it exits with 3. A scan that is killed loses nothing: the next one goes on where it was.',
  ],
  status: [
    'Reads the database and the clock, never the backups, and so needs no more than permission to read the folder of the database. A job is `MISSING` at its deadline, whether a scan has run since or not.',
    'With one AGENT/DATABASE it shows the evidence: each check with what was expected and found, the versions and why each is kept, the last conclusions, and what to do. A job that is disabled or was removed is shown when it is named.',
    'It is critical when the last scan of all jobs began longer ago than `scan_max_age`.',
  ],
  history: [
    'Of each job the newest 10,000 conclusions are kept. Times are spans back from now, dates, or dates with a time such as 2026-06-20T18:00, in the time zone of the configuration.',
  ],
  promote: [
    'Makes a version of a backup that was not promoted by itself. Without <file> it is the held copy of the job, whose bytes are read once more. With <file> it is the deposit of that name: a recorded report of the job has to name it, and it has to have the size and SHA-256 given there. That it is promoted, by whom and why is recorded.',
    'With `--force` a size anomaly and faults of the content are overridden, never size and SHA-256. Promoting begins a new baseline of sizes. Where a newer backup was judged already, the status of the job stays as it is.',
    'It waits up to 30 seconds for a scan that is running.',
  ],
  snooze: [
    'Silences alarms, not statuses: `status`, `history` and exit codes stay as they are, unless `--exclude-snoozed` is given to `scan` and `status`. When the time is over, the next scan tells what is different from what people know. It ends by itself. Planned times stand in the configuration, as `maintenance`.',
  ],
  notify: [
    'Alarms are sent by `scan`. This command sends a test by every way out that the configuration names, or by the one that is named, and says of each recipient what became of it. It waits up to 12 seconds for each.',
  ],
  'check-config': [
    'Tells, for each fault, file, line and column, what was expected, and what was probably meant. Where the database can be read, it also tells whether paths of jobs meet with versions of others. It changes nothing.',
  ],
  doctor: [
    'Looks at the machine as an experienced administrator would: configuration, user, folders and their permissions, file systems, database, clock, programs, the folders of agents, what runs scans and when they ran, mail server, and jobs and reports that do not match. Each finding says how bad it is, what happens otherwise, and the command that mends it. A configuration with a fault is a finding, and the rest is looked at as far as it can be.',
    'Run as root it sees most: what only root may read is read first, then it becomes the user that scans, whose permissions count. What the file system of the validated tree can do is tried there in `.incoming`, while no scan runs, and nothing stays. Nothing is sent: the mail server is greeted, logged in to, and left, within 10 seconds.',
    'With `--suggest-jobs` it prints lines for the configuration instead, as YAML: a job for each database that agents report and no job expects. Its schedule is guessed from at least three rounds.',
  ],
  files: [
    'Prints what comes with the program, by the whole name or its last part: pages of the manual, completion for shells, units for systemd, JSON Schemas, an example of a configuration. A program that is one single file carries all of it inside.',
  ],
};

/** What happens between a backup on an agent and a version here. */
export const wayOfAScan: readonly Block[] = [
  'Remote agents dump databases, compress the dumps, send them to this server by rsync(1), and leave a report of what they did. `backupmon` runs on this server from cron(8) or a systemd timer. The configuration, see backupmon-config(5), says which backups should exist; a database of an agent is a job, called AGENT/DATABASE.',
  'One scan does this:',
  list(
    'It reads the reports below `log` in the folder of each agent. A report that cannot be accepted is refused and told.',
    'It finds the file that each report names, and reads it once: it is copied into the validated tree, out of sight, and meanwhile hashed, decompressed and looked into. What is still being written is left for the next scan.',
    'It concludes a status for each backup that should exist, from what the report claims and what was found. A backup whose deadline has passed without a report is `MISSING`.',
    'Healthy backups become versions, complete or not at all, and `current` points to the newest one. A backup that is whole but unlike the others is held, until somebody has looked at it.',
    'It records what it concluded, removes the versions that `keep` does not ask for, and moves judged reports to `log/_archive`.',
    'It sends the alarms that follow, tells the heartbeat how it ended, and writes the metrics.',
  ),
  'Each agent is judged on its own; trouble with one never stops the others. The newest healthy version of a job is never removed before a newer one is durable, and nothing is pruned unless the newest cycle of the job is healthy. What each status means, what is safe and what to do is told in backupmon-states(7).',
  'Commands that write are for the owner of the database file. Run as root they become that user first, so that nothing in the tree belongs to root; run by anybody else they exit with 3 and name the owner. `status`, `history` and `check-config` need permission to read only.',
];
