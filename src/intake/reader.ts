/** Reads files on the main thread, or on several threads when enough is waiting to pay for starting them. */
import { Worker } from 'node:worker_threads';
import { INTAKE_ROLE } from './role.ts';
import { readFile, type Progress, type ReadResult, type ReadTask } from './read.ts';

export interface Reader {
  /** How many files it reads at once. */
  readonly threads: number;
  readonly read: (task: ReadTask) => Promise<ReadResult>;
  /** Stops the threads; nothing may be under way. */
  readonly close: () => Promise<void>;
}

export type FromWorker =
  | { readonly kind: 'progress'; readonly bytes: number }
  | { readonly kind: 'result'; readonly result: ReadResult };

/** Everything on this thread, in the order of the calls: no workers, and system calls that repeat. */
export const singleReader = (progress: Progress): Reader => ({
  threads: 1,
  read: async (task) => readFile(task, progress),
  close: async () => undefined,
});

interface Seat {
  readonly worker: Worker;
  finish: { resolve: (result: ReadResult) => void; reject: (error: unknown) => void } | null;
}

/** `threads` workers that run the same read. `program` is the file that serves them, see intake/worker.ts. */
export function threadedReader(threads: number, program: URL, progress: Progress): Reader {
  const waiting: { task: ReadTask; finish: NonNullable<Seat['finish']> }[] = [];
  const seats: Seat[] = [];

  const next = (seat: Seat): void => {
    const item = waiting.shift();
    seat.finish = item?.finish ?? null;
    if (item !== undefined) seat.worker.postMessage(item.task);
  };
  const start = (): Seat => {
    const seat: Seat = { worker: new Worker(program, { workerData: INTAKE_ROLE }), finish: null };
    seat.worker.on('message', (message: FromWorker) => {
      if (message.kind === 'progress') {
        progress(message.bytes);
        return;
      }
      seat.finish?.resolve(message.result);
      next(seat);
    });
    seat.worker.on('error', (error) => seat.finish?.reject(error));
    return seat;
  };
  for (let index = 0; index < threads; index += 1) seats.push(start());

  return {
    threads,
    read: (task) =>
      new Promise((resolve, reject) => {
        waiting.push({ task, finish: { resolve, reject } });
        const idle = seats.find((seat) => seat.finish === null);
        if (idle !== undefined) next(idle);
      }),
    close: async () => {
      await Promise.all(seats.map((seat) => seat.worker.terminate()));
    },
  };
}
