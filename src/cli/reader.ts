/** Chooses how files are read: several threads where enough is waiting to pay for starting them. */
import { availableParallelism } from 'node:os';
import type { Config } from '../core/job.ts';
import { orderedReader, singleReader, threadedReader, type Reader } from '../intake/reader.ts';
import type { Progress } from '../intake/read.ts';
import type { Io } from './io.ts';

/** A worker costs 25 to 50 ms to start; this much is hashed in that time. */
const WORTH_THREADS_BYTES = 64 * 1024 * 1024;

/** `parallel: 1` is the switch for one thread and system calls that repeat. One file is read by one thread, which may be this one. */
export function readerFor(
  config: Config,
  waiting: { readonly bytes: number; readonly files: number },
  io: Pick<Io, 'program' | 'useThreads'>,
  progress: Progress,
): Reader {
  if (config.parallel === 1) return orderedReader(progress);
  if (waiting.bytes < WORTH_THREADS_BYTES) return singleReader(progress);
  const most = config.parallel === 'auto' ? availableParallelism() : config.parallel;
  const threads = Math.min(most, waiting.files);
  if (threads < 2) return singleReader(progress);
  io.useThreads(threads);
  return threadedReader(threads, io.program.thread, progress);
}
