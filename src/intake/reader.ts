/** Reads files on the main thread, or on several threads when enough is waiting to pay for starting them. */
import type { Worker } from 'node:worker_threads';
import { flushBeside, flushHere, type Flush } from '../files/durable.ts';
import { INTAKE_ROLE } from './role.ts';
import { readFile, type Progress, type ReadResult, type ReadTask } from './read.ts';

export interface Reader {
  /** How many files it reads at once. */
  readonly threads: number;
  /** How many may be asked for at once; 1 where system calls are to repeat in order. */
  readonly atOnce: number;
  /** How its pass flushes what it writes. */
  readonly flush: Flush;
  readonly read: (task: ReadTask) => Promise<ReadResult>;
  /** Stops the threads; nothing may be under way. */
  readonly close: () => Promise<void>;
}

export type FromWorker =
  | { readonly kind: 'progress'; readonly bytes: number }
  /** `bytes` were read since the last progress. */
  | { readonly kind: 'result'; readonly result: ReadResult; readonly bytes: number };

const nothing = (): void => undefined;

/** Everything on this thread, in the order of the calls: system calls that repeat. */
export const orderedReader = (progress: Progress): Reader => ({
  threads: 1,
  atOnce: 1,
  flush: flushHere,
  read: (task) => readFile(task, { progress, flush: flushHere, onRead: nothing }),
  close: async () => undefined,
});

/** Files of little weight: while some wait for the disk, this thread reads others. */
const AT_ONCE_HERE = 4;

/** Reads on this thread only, and flushes beside it. */
export const singleReader = (progress: Progress): Reader => ({
  ...orderedReader(progress),
  atOnce: AT_ONCE_HERE,
  flush: flushBeside,
  read: (task) => readFile(task, { progress, flush: flushBeside, onRead: nothing }),
});

/** Files that are open at once where several threads read. */
const AT_ONCE_BESIDE = 32;

interface Job {
  readonly task: ReadTask;
  readonly resolve: (result: ReadResult | Promise<ReadResult>) => void;
}

/**
 * A thread is given more small files than the one it reads, up to this many bytes: this thread may be busy flushing versions to the disk
 * when it is done with one.
 */
const AHEAD_BYTES = 8 * 1024 * 1024;

interface Seat {
  readonly worker: Worker;
  /** In the order in which they were given to it, which is that of its answers. */
  readonly jobs: Job[];
  /** Of these jobs. */
  bytes: number;
}

/** Half of what V8 would take for short-lived objects is never needed: a twentieth of a scan's memory. */
const threadOptions = {
  argv: [INTAKE_ROLE],
  resourceLimits: { maxYoungGenerationSizeMb: 2 },
};

/** What a thread runs: a file, or with `eval` a text. */
export interface Thread {
  readonly source: string | URL;
  readonly eval: boolean;
}

/** As many threads as can be started, up to `count`: none where the system refuses them. */
function startThreads(count: number, { source, eval: isText }: Thread): Worker[] {
  const workers: Worker[] = [];
  const threads = process.getBuiltinModule('node:worker_threads');
  try {
    while (workers.length < count)
      workers.push(new threads.Worker(source, { ...threadOptions, eval: isText }));
  } catch (error) {
    // A limit of processes (ulimit, TasksMax): fewer threads are no trouble.
    if (!(error instanceof Error) || !('code' in error)) throw error;
  }
  return workers;
}

/**
 * `threads` workers that run the same read. `thread` is what serves them, see intake/worker.ts. What a thread that dies leaves
 * behind is read on this one: no read is ever lost, and none waits for ever.
 */
export function threadedReader(threads: number, thread: Thread, progress: Progress): Reader {
  const waiting: Job[] = [];
  const single = singleReader(progress);
  const here = ({ task, resolve }: Job): void => resolve(single.read(task));
  const seats: Seat[] = startThreads(threads, thread).map((worker) => ({
    worker,
    jobs: [],
    bytes: 0,
  }));
  if (seats.length === 0) return single;

  const give = (): void => {
    for (;;) {
      const seat = seats.reduce((least, one) => (one.bytes < least.bytes ? one : least));
      const full = seat.jobs.length > 0 && seat.bytes >= AHEAD_BYTES;
      const job = full ? undefined : waiting.shift();
      if (job === undefined) return;
      seat.jobs.push(job);
      seat.bytes += job.task.size;
      seat.worker.postMessage(job.task);
    }
  };
  const leave = (seat: Seat): void => {
    const index = seats.indexOf(seat);
    if (index === -1) return;
    seats.splice(index, 1);
    for (const job of seat.jobs) here(job);
    if (seats.length === 0) for (const job of waiting.splice(0)) here(job);
    else give();
  };
  for (const seat of seats.slice()) {
    seat.worker.on('message', (message: FromWorker) => {
      progress(message.bytes);
      if (message.kind === 'progress') return;
      const job = seat.jobs.shift();
      seat.bytes -= job?.task.size ?? 0;
      job?.resolve(message.result);
      give();
    });
    seat.worker.on('error', () => leave(seat));
    seat.worker.on('exit', () => leave(seat));
  }

  return {
    threads: seats.length,
    atOnce: AT_ONCE_BESIDE,
    flush: flushBeside,
    read: (task) =>
      new Promise((resolve) => {
        const job: Job = { task, resolve };
        if (seats.length === 0) {
          here(job);
          return;
        }
        waiting.push(job);
        give();
      }),
    close: async () => {
      await Promise.all(seats.splice(0).map((seat) => seat.worker.terminate()));
    },
  };
}
