/** A worker thread's side of intake/reader.ts. */
import { parentPort } from 'node:worker_threads';
import { flushBeside } from '../files/durable.ts';
import { readFile, type ReadTask } from './read.ts';
import type { FromWorker } from './reader.ts';

/** Bytes between two reports of progress: a message costs more than a chunk. */
const REPORT_EVERY = 16 * 1024 * 1024;

/** Files whose copies are being flushed while the next one is read. */
const FLUSHED_BESIDE = 4;

/** Serves reads until the thread is stopped. */
export function serveIntake(): void {
  const port = parentPort;
  if (port === null) throw new Error('the intake worker has no parent');
  const send = (message: FromWorker): void => port.postMessage(message);
  const serve = async (task: ReadTask, onRead: () => void): Promise<FromWorker> => {
    let unreported = 0;
    const progress = (bytes: number): void => {
      unreported += bytes;
      if (unreported < REPORT_EVERY) return;
      send({ kind: 'progress', bytes: unreported });
      unreported = 0;
    };
    const result = await readFile(task, { progress, flush: flushBeside, onRead });
    return { kind: 'result', result, bytes: unreported };
  };
  // Read one after the other, and answered in the same order. A bug ends the thread: reader.ts reads the file again, and whoever
  // asked for it meets the bug there.
  let read: Promise<unknown> = Promise.resolve();
  let answered: readonly Promise<void>[] = [];
  const turn = async (before: Promise<unknown>, task: ReadTask, onRead: () => void) => {
    await before;
    return serve(task, onRead);
  };
  const answer = async (before: Promise<void> | undefined, result: Promise<FromWorker>) => {
    const [message] = await Promise.all([result, before]);
    send(message);
  };
  port.on('message', (task: ReadTask) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const result = turn(Promise.all([read, answered.at(-FLUSHED_BESIDE)]), task, resolve);
    read = Promise.race([promise, result]);
    answered = [...answered, answer(answered.at(-1), result)].slice(-FLUSHED_BESIDE);
  });
}
