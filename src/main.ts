/** The only file with an effect of its own: the program, or a worker thread of it. The one place that sets the exit code. */
import { isMainThread, workerData } from 'node:worker_threads';
import { processIo } from './cli/io.ts';
import { run } from './cli/run.ts';
import { INTAKE_ROLE } from './intake/role.ts';

if (isMainThread) {
  void (async () => {
    process.exitCode = await run(process.argv.slice(2), processIo(new URL(import.meta.url)));
  })();
} else if (workerData === INTAKE_ROLE) {
  // Loaded by threads only: hashing costs a sixth of a bare start.
  void import('./intake/worker.ts').then(({ serveIntake }) => serveIntake());
}
