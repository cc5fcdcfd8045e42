/**
 * What programs say instead of a dump, or in the middle of one when their standard error was redirected into it.
 * The patterns were gathered from what the tools print; a line of SQL matches none of them.
 */

/** Programs that stand before the colon of a message: those that make dumps, and what they are run through. */
const programs = [
  'pg_\\w+',
  'psql',
  'vacuumdb',
  'mysql\\w*',
  'mariadb(?:-\\w+)?',
  'mydumper',
  'sqlite3?',
  'mongo\\w+',
  'redis-cli',
  'expdp?',
  '[Ss]qlcmd',
  'perl',
  'docker(?:-compose)?',
  'podman',
  'kubectl',
  'ssh',
  'scp',
  'rsync',
  'sudo',
  'su',
  'runuser',
  'env',
  'nice',
  'ionice',
  'nohup',
  'timeout',
  'gzip',
  'pigz',
  'zstd',
  'xz',
  'bzip2',
  'lz4',
  'gpg',
  'openssl',
  'age',
  'tar',
  'cat',
  'tee',
  'curl',
  'wget',
  'aws',
  'rclone',
  '-?(?:ba|da|z|k)?sh',
].join('|');

const fromProgram = new RegExp(`^(?:\\S*[\\\\/])?(?:${programs})(?:\\.exe|\\.bin)?: \\S`, 'u');

/** Levels before a colon, as the servers' and the shells' messages have them: `ERROR:  relation …`, `ERROR 1045 (28000): …`. */
const levelled =
  /^(?:error|fatal|panic|warning|notice|fatal error|php \w+(?: error)?|traceback \(most recent call last\)|exception)(?: \d+)?(?: \([^)]{1,20}\))?:(?:\s|$)/iu;

/** `script.sh: line 3: …`, `sh: 1: …`: the shells' own, in whatever language. */
const fromShell = /^\S{1,200}: (?:[^\s\d]{1,20} )?\d{1,7} ?: \S/u;

/** What the tools explain their use with, on standard output. */
const help: readonly RegExp[] = [
  /^usage: /iu,
  /^\S{1,40} dumps a database as a text file/u,
  /^\S{1,40} extracts a PostgreSQL database cluster/u,
  /^(?:pg_dump|pg_dumpall) \(PostgreSQL\)/u,
  /^\S*(?:mysqldump|mariadb-dump)(?:\.exe)? +(?:Ver|from) /u,
];

/** Whether a line is a message of a program about its own doing. Sure enough to judge by, wherever a statement could begin. */
export const isMessage = (line: string): boolean =>
  fromProgram.test(line) || levelled.test(line) || fromShell.test(line);

/** Beginnings and ends that say so only where they stand alone: at the beginning of a short text. */
const spoken: readonly RegExp[] = [
  /^error response from daemon/iu,
  /^OCI runtime \w+ failed/u,
  /^Defaulted container /u,
  /^(?:access|permission) denied/iu,
  /^(?:could not|couldn't|cannot|can't|unable to|failed to|got error)\b/iu,
  /^(?:connection (?:refused|timed out|reset|closed)|no such|unknown database|no space left)\b/iu,
  /^(?:host key verification failed|the input device is not a tty)/iu,
  /^(?:killed|terminated|aborted|segmentation fault|broken pipe|out of memory|command not found)\b/iu,
  /^(?:enter )?password(?: for (?:user )?\S+)?:/iu,
  /^\[sudo\] password/u,
  /^HTTP\/\d/u,
  /^an error occurred \(/iu,
  /^Parse error near line \d/u,
  /^(?:ORA|TNS|EXP|UDE|LRM)-\d{4,5}: /u,
  /^Msg \d{1,6}, Level \d/u,
  /^(?:NOAUTH|NOPERM|WRONGPASS) /u,
  /^\d{4}-\d\d-\d\dT\S+\s+Failed: /u,
  /: (?:command )?not found\s*$/u,
  /: (?:no such file or directory|permission denied|connection refused|no space left on device)\s*$/iu,
];

/** Whether a text that begins with this line is no content, whatever follows. */
export const isMessageOrHelp = (line: string): boolean =>
  isMessage(line) || help.some((pattern) => pattern.test(line));

/** Whether a text that begins with this line, and is a short one, is a message instead of content. */
export const isSpoken = (line: string): boolean =>
  isMessageOrHelp(line) || spoken.some((pattern) => pattern.test(line));
