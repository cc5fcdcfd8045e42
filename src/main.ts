/** The only file with an effect of its own: the program, a worker thread of it, or the process that checks a database. */
import { processIo } from './cli/io.ts';
import { run } from './cli/run.ts';
import { thisProgram } from './program.ts';
import { INTAKE_ROLE, SQLITE_ROLE } from './intake/role.ts';

const [, , first] = process.argv;
// Asked only then: loading what tells it costs a tenth of a bare start.
const isThread = (): boolean => !process.getBuiltinModule('node:worker_threads').isMainThread;
if (first === INTAKE_ROLE && isThread()) {
  // Loaded by threads only: hashing costs a sixth of a bare start.
  void import('./intake/worker.ts').then(({ serveIntake }) => serveIntake());
} else if (first === SQLITE_ROLE) {
  void import('./intake/formats/sqlite-process.ts').then(({ checkSqlite }) => checkSqlite());
} else {
  void (async () => {
    process.exitCode = await run(process.argv.slice(2), processIo(thisProgram()));
  })();
}
