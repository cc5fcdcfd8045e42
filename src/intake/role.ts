/** What a worker thread is told at its start, so that it serves reads instead of running a command. */
export const INTAKE_ROLE = 'backupmon-intake';
