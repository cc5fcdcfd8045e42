/** The first argument of a worker thread, which serves reads instead of running a command. */
export const INTAKE_ROLE = '--serve-intake';
/** The first argument of a process that only checks a SQLite database, see formats/sqlite-process.ts. */
export const SQLITE_ROLE = '--check-sqlite';
