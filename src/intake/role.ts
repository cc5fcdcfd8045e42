/** What a worker thread is told at its start, so that it serves reads instead of running a command. */
export const INTAKE_ROLE = 'backupmon-intake';
/** The first argument of a process that only checks a SQLite database, see formats/sqlite-process.ts. */
export const SQLITE_ROLE = '--check-sqlite';
