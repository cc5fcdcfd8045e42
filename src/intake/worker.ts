/** A worker thread's side of intake/reader.ts. */
import { parentPort } from 'node:worker_threads';
import { readFile, type ReadTask } from './read.ts';
import type { FromWorker } from './reader.ts';

/** Bytes between two reports of progress: a message costs more than a chunk. */
const REPORT_EVERY = 16 * 1024 * 1024;

/** Serves reads until the thread is stopped. */
export function serveIntake(): void {
  const port = parentPort;
  if (port === null) throw new Error('the intake worker has no parent');
  const serve = async (task: ReadTask): Promise<void> => {
    let unreported = 0;
    const send = (message: FromWorker): void => port.postMessage(message);
    const result = await readFile(task, (bytes) => {
      unreported += bytes;
      if (unreported < REPORT_EVERY) return;
      send({ kind: 'progress', bytes: unreported });
      unreported = 0;
    });
    send({ kind: 'progress', bytes: unreported });
    send({ kind: 'result', result });
  };
  // One after the other. A bug ends the thread: reader.ts reads the file again, and whoever asked for it meets the bug there.
  let last: Promise<void> = Promise.resolve();
  const serveNext = async (before: Promise<void>, task: ReadTask): Promise<void> => {
    await before;
    await serve(task);
  };
  port.on('message', (task: ReadTask) => {
    last = serveNext(last, task);
  });
}
