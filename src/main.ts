/** The only file with an effect of its own: the program, a worker thread of it, or the process that checks a database. */
import { isMainThread, workerData } from 'node:worker_threads';
import { processIo } from './cli/io.ts';
import { run } from './cli/run.ts';
import { thisProgram } from './program.ts';
import { INTAKE_ROLE, SQLITE_ROLE } from './intake/role.ts';

if (!isMainThread) {
  // Loaded by threads only: hashing costs a sixth of a bare start.
  if (workerData === INTAKE_ROLE)
    void import('./intake/worker.ts').then(({ serveIntake }) => serveIntake());
} else if (process.argv[2] === SQLITE_ROLE) {
  void import('./intake/formats/sqlite-process.ts').then(({ checkSqlite }) => checkSqlite());
} else {
  void (async () => {
    process.exitCode = await run(process.argv.slice(2), processIo(thisProgram()));
  })();
}
