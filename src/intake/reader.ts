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
  read: (task) => readFile(task, progress),
  close: async () => undefined,
});

interface Job {
  readonly task: ReadTask;
  readonly resolve: (result: ReadResult | Promise<ReadResult>) => void;
}

interface Seat {
  readonly worker: Worker;
  job: Job | null;
}

/** As many threads as can be started, up to `count`: none where the system refuses them. */
function startThreads(count: number, program: URL): Worker[] {
  const workers: Worker[] = [];
  try {
    while (workers.length < count) workers.push(new Worker(program, { workerData: INTAKE_ROLE }));
  } catch (error) {
    // A limit of processes (ulimit, TasksMax): fewer threads are no trouble.
    if (!(error instanceof Error) || !('code' in error)) throw error;
  }
  return workers;
}

/**
 * `threads` workers that run the same read. `program` is the file that serves them, see intake/worker.ts. What a thread that dies leaves
 * behind is read on this one: no read is ever lost, and none waits for ever.
 */
export function threadedReader(threads: number, program: URL, progress: Progress): Reader {
  const waiting: Job[] = [];
  const here = ({ task, resolve }: Job): void => resolve(readFile(task, progress));
  const seats: Seat[] = startThreads(threads, program).map((worker) => ({ worker, job: null }));
  if (seats.length === 0) return singleReader(progress);

  const next = (seat: Seat): void => {
    seat.job = waiting.shift() ?? null;
    if (seat.job !== null) seat.worker.postMessage(seat.job.task);
  };
  const leave = (seat: Seat): void => {
    const index = seats.indexOf(seat);
    if (index === -1) return;
    seats.splice(index, 1);
    if (seat.job !== null) here(seat.job);
    if (seats.length === 0) for (const job of waiting.splice(0)) here(job);
  };
  for (const seat of seats.slice()) {
    seat.worker.on('message', (message: FromWorker) => {
      if (message.kind === 'progress') {
        progress(message.bytes);
        return;
      }
      seat.job?.resolve(message.result);
      next(seat);
    });
    seat.worker.on('error', () => leave(seat));
    seat.worker.on('exit', () => leave(seat));
  }

  return {
    threads: seats.length,
    read: (task) =>
      new Promise((resolve) => {
        const job: Job = { task, resolve };
        if (seats.length === 0) {
          here(job);
          return;
        }
        waiting.push(job);
        const idle = seats.find((seat) => seat.job === null);
        if (idle !== undefined) next(idle);
      }),
    close: async () => {
      await Promise.all(seats.splice(0).map((seat) => seat.worker.terminate()));
    },
  };
}
