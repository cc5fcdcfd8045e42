/**
 * The one read of one file: bytes flow from the open descriptor through the private copy, SHA-256 and the inspection of the content,
 * in constant memory. File system calls are synchronous on purpose: this runs in worker threads, or on the main thread where a
 * repeatable order of system calls is wanted. Decompressing overlaps with them on threads that make no such calls.
 */
import { newSha256 } from '../files/sha256.ts';
import {
  chmodSync,
  constants,
  copyFileSync,
  fstatSync,
  mkdirSync,
  openSync,
  readSync,
  writeSync,
} from 'node:fs';
import type { ContentFact } from '../core/content.ts';
import { SUMS, sumsLine } from '../core/sums.ts';
import { close } from '../files/close.ts';
import { flushFolder, removeTree, writeNewFile, type Flush } from '../files/durable.ts';
import { attemptBeside, errorCode, Trouble } from '../files/trouble.ts';

/** Best of the sizes tried, 64 KiB to 4 MiB, within the noise. */
const CHUNK_BYTES = 1024 * 1024;

const COPY_MODE = 0o440;

export interface ReadTask {
  /** Open for reading, checked by its owner, who also closes it. */
  readonly descriptor: number;
  /** For messages. */
  readonly path: string;
  /** What fstat said when it was opened; more is not read. */
  readonly size: number;
  readonly changed: bigint;
  /** New folder and file name for the private copy, which gets its SHA256SUMS and is flushed; null to hash only. */
  readonly copy: { readonly folder: string; readonly name: string } | null;
  /** Whether to try a reflink first. */
  readonly reflink: boolean;
  /** What to look for in the content; null looks at bytes only. */
  readonly content: ContentTask | null;
}

export interface ContentTask {
  /** The file's name, whose claims are compared. */
  readonly name: string;
  /** Bytes that may come out of the file at most, where it is compressed. */
  readonly limit: number;
  /** And out of all compressed streams within it, together. */
  readonly limitWithin: number;
  /** Path that a scratch file may be made at, as often as it is unlinked; null where none may be made. */
  readonly scratch: string | null;
  /** Starts the program, to check a database in a process of its own. */
  readonly program: readonly string[] | null;
}

export type ReadResult =
  | {
      readonly kind: 'read';
      readonly size: number;
      readonly sha256: string;
      readonly reflinked: boolean | null;
      readonly content: ContentFact | null;
      /** Bytes that came out of compressed streams. */
      readonly unpacked: number;
    }
  /** It grew, shrank or was touched while it was read. */
  | { readonly kind: 'changing'; readonly unpacked: number }
  | {
      readonly kind: 'trouble';
      readonly code: string;
      readonly action: string;
      readonly path: string;
    };

/** Called with the number of bytes just read. */
export type Progress = (bytes: number) => void;

/** How a read is carried out. */
export interface ReadManner {
  readonly progress: Progress;
  readonly flush: Flush;
  /** Called when the last byte was looked into: what follows mostly waits for the disk. */
  readonly onRead: () => void;
}

interface Stop {
  action: string;
  path: string;
}

/** Where the bytes go: to be hashed, or to be looked into as well. */
interface Sink {
  readonly push: (bytes: Buffer) => void | Promise<void>;
  readonly end: () => Promise<{
    readonly sha256: string;
    readonly fact: ContentFact | null;
    readonly unpacked: number;
  }>;
  readonly abandon: () => Promise<unknown>;
}

/** Only the hash: nothing of the inspection is loaded. */
function hashSink(): Sink {
  const hash = newSha256();
  return {
    push: (bytes) => {
      hash.update(bytes);
    },
    end: async () => ({ sha256: hash.digest('hex'), fact: null, unpacked: 0 }),
    abandon: async () => undefined,
  };
}

async function sinkFor(task: ContentTask | null, descriptor: number): Promise<Sink> {
  if (task === null) return hashSink();
  const { inspector } = await import('./inspect.ts');
  const { name, limit, limitWithin, scratch, program } = task;
  let made = 0;
  return inspector({
    name,
    limit,
    limitWithin,
    place: {
      descriptor,
      program,
      scratch: scratch === null ? null : () => `${scratch}.${(made += 1)}`,
    },
  });
}

/** Makes the copy a clone that shares its blocks, where the file system can (btrfs, xfs, bcachefs); false where it cannot. */
function cloned(task: ReadTask, target: string): boolean {
  if (!task.reflink) return false;
  try {
    copyFileSync(
      `/proc/self/fd/${task.descriptor}`,
      target,
      constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE_FORCE,
    );
    // A clone comes with the mode of the deposit, which is the agent's to choose: setuid, or open to everybody.
    chmodSync(target, COPY_MODE);
    return true;
  } catch (error) {
    if (errorCode(error) === null) throw error;
    return false;
  }
}

interface Flow {
  readonly source: { readonly descriptor: number; readonly path: string };
  readonly target: { readonly descriptor: number; readonly path: string } | null;
  /** At most one byte more than this is read. */
  readonly limit: number;
  readonly sink: Sink;
  readonly at: Stop;
  readonly progress: Progress;
}

function write(target: Flow['target'], chunk: Buffer, at: Stop): void {
  if (target === null) return;
  at.action = 'write';
  at.path = target.path;
  for (let done = 0; done < chunk.length;) done += writeSync(target.descriptor, chunk, done);
}

type Buffers = readonly [Buffer, Buffer];
/** Of reads that are over. Left to the garbage collector, those of many small files would be hundreds of megabytes at a time. */
const spare: Buffers[] = [];

const takeBuffers = (): Buffers =>
  spare.pop() ?? [Buffer.allocUnsafeSlow(CHUNK_BYTES), Buffer.allocUnsafeSlow(CHUNK_BYTES)];

/** Reads the source from its start to its end. Two buffers: while one is being looked into, the other is filled and copied. */
async function pump({ source, target, limit, sink, at, progress }: Flow): Promise<number> {
  const buffers = takeBuffers();
  let pushed: void | Promise<void> = undefined;
  let position = 0;
  try {
    for (let turn = 0; position <= limit; turn = 1 - turn) {
      const buffer = turn === 0 ? buffers[0] : buffers[1];
      at.action = 'read';
      at.path = source.path;
      const most = Math.min(CHUNK_BYTES, limit + 1 - position);
      const count = readSync(source.descriptor, buffer, 0, most, position);
      if (count === 0) break;
      const chunk = buffer.subarray(0, count);
      write(target, chunk, at);
      await pushed;
      pushed = sink.push(chunk);
      position += count;
      progress(count);
    }
  } finally {
    await pushed;
    spare.push(buffers);
  }
  return position;
}

interface Pumped {
  readonly position: number;
  readonly ended: Awaited<ReturnType<Sink['end']>>;
}

/** Pumps everything into a sink, which is always ended, one way or the other. */
async function pumpInto(
  task: ReadTask,
  flow: Omit<Flow, 'sink' | 'limit'>,
  whole: number,
): Promise<Pumped> {
  const sink = await sinkFor(task.content, whole);
  let position: number;
  try {
    position = await pump({ ...flow, limit: task.size, sink });
  } catch (error) {
    await sink.abandon();
    throw error;
  }
  return { position, ended: await sink.end() };
}

/** Copies while it reads, or clones and reads the clone: what is published is what was hashed. */
async function copyAndRead(
  task: ReadTask & { readonly copy: NonNullable<ReadTask['copy']> },
  at: Stop,
  { progress, flush, onRead }: ReadManner,
): Promise<Pumped & { readonly reflinked: boolean }> {
  const { folder, name } = task.copy;
  const target = `${folder}/${name}`;
  at.action = 'make folder';
  at.path = folder;
  // A thread that died over it may have left its beginning.
  removeTree(folder);
  mkdirSync(folder, { mode: 0o750 });
  const reflinked = cloned(task, target);
  at.action = 'write';
  at.path = target;
  const flags = reflinked
    ? constants.O_RDONLY
    : constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL;
  const output = openSync(target, flags, COPY_MODE);
  try {
    const copy = { descriptor: output, path: target };
    const source = reflinked ? copy : task;
    const flow = { source, target: reflinked ? null : copy, at, progress };
    const pumped = await pumpInto(task, flow, output);
    onRead();
    const line = sumsLine({ sha256: pumped.ended.sha256, name });
    // All are settled before anything is closed, whatever became of one of them.
    const sealed = await Promise.allSettled([
      attemptBeside('flush', target, () => flush(output)),
      writeNewFile(`${folder}/${SUMS}`, line, COPY_MODE, flush),
      flushFolder(folder, flush),
    ]);
    const failed = sealed.find((one) => one.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    return { ...pumped, reflinked };
  } finally {
    close(output);
  }
}

async function readAll(task: ReadTask, at: Stop, manner: ReadManner): Promise<ReadResult> {
  const { copy, descriptor } = task;
  const { progress } = manner;
  const { position, ended, reflinked } =
    copy === null
      ? {
          ...(await pumpInto(task, { source: task, target: null, at, progress }, descriptor)),
          reflinked: null,
        }
      : await copyAndRead({ ...task, copy }, at, manner);
  at.action = 'look at';
  at.path = task.path;
  const after = fstatSync(descriptor, { bigint: true });
  const { sha256, fact: content, unpacked } = ended;
  if (position !== task.size || after.ctimeNs !== task.changed)
    return { kind: 'changing', unpacked };
  return { kind: 'read', size: position, sha256, reflinked, content, unpacked };
}

/** Never throws for the system's refusals: they come back as values, also from a worker. */
export async function readFile(task: ReadTask, manner: ReadManner): Promise<ReadResult> {
  const at: Stop = { action: 'read', path: task.path };
  try {
    return await readAll(task, at, manner);
  } catch (error) {
    const { action, path } = error instanceof Trouble ? error : at;
    const code = error instanceof Trouble ? error.code : errorCode(error);
    if (code === null) throw error;
    return { kind: 'trouble', code, action, path };
  }
}
