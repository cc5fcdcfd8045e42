/** The configuration file to text, with the reasons why it cannot be read. */
import { isUtf8 } from 'node:buffer';
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';

/** 10,000 jobs need less than 1 MiB. */
const mostBytes = 16 * 1024 * 1024;

export type ReadText =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'unreadable'; readonly message: string; readonly expected: string | null };

const noFile = { message: 'this is no regular file', expected: 'a file' };

const reasons: Readonly<Partial<Record<string, Omit<ReadText & { kind: 'unreadable' }, 'kind'>>>> =
  {
    ENOENT: {
      message: 'there is no such file',
      expected: 'a configuration: see config.example.yaml, or name another with --config',
    },
    ENOTDIR: { message: 'a folder of this path is a file', expected: null },
    EISDIR: { message: 'this is a folder', expected: 'a file' },
    EACCES: { message: 'no permission to read it', expected: null },
    EPERM: { message: 'no permission to read it', expected: null },
    // A socket.
    ENXIO: noFile,
  };

const unwritten = {
  message: 'this is a pipe, and nobody has written a configuration into it in time',
  expected: 'a file, or a pipe with a writer that closes it at its end',
};

/** What a shell hands over: also a terminal, into which the configuration is typed. */
const isHandedOver = (file: string): boolean =>
  /^\/(?:dev\/stdin|(?:dev|proc\/self)\/fd\/\d+)$/u.test(file);

type Content = Buffer | { readonly message: string; readonly expected: string } | null;

/** null: too many bytes. A pipe is read as long as somebody writes it, and a device only where it was handed over. */
async function contentOf(file: string, handle: FileHandle): Promise<Content> {
  const stats = await handle.stat();
  if (stats.isFIFO()) {
    const { handedOver, readPipe } = await import('./pipe.ts');
    const patience = isHandedOver(file) ? handedOver : undefined;
    const bytes = await readPipe(handle, mostBytes, patience);
    return bytes === 'late' ? unwritten : bytes;
  }
  if (stats.isFile() || stats.isDirectory()) return bytesOf(handle);
  if (!isHandedOver(file)) return noFile;
  // Waits for who is typing.
  const patient = await open(file);
  try {
    return await bytesOf(patient);
  } finally {
    await patient.close();
  }
}

/**
 * Reads a regular file as UTF-8 without its byte order mark; or a pipe (`--config <(…)`, `sops exec-file`), if somebody writes into it in
 * time.
 */
export async function readText(file: string): Promise<ReadText> {
  let bytes: Content;
  try {
    // Does not wait for the other end of a pipe, which may never come.
    const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      bytes = await contentOf(file, handle);
    } finally {
      await handle.close();
    }
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === undefined) throw error;
    return {
      kind: 'unreadable',
      ...(reasons[code] ?? { message: `it cannot be read: ${code}`, expected: null }),
    };
  }
  if (bytes !== null && !Buffer.isBuffer(bytes)) return { kind: 'unreadable', ...bytes };
  if (bytes === null) {
    return {
      kind: 'unreadable',
      message: 'the file is too large',
      expected: `at most ${mostBytes / 1024 / 1024} MiB`,
    };
  }
  if (!isUtf8(bytes))
    return { kind: 'unreadable', message: invalidPlace(bytes), expected: 'text in UTF-8' };
  return { kind: 'text', text: new TextDecoder().decode(bytes) };
}

async function bytesOf(handle: FileHandle): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for (;;) {
    const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(256 * 1024));
    if (bytesRead === 0) return Buffer.concat(chunks, size);
    chunks.push(buffer.subarray(0, bytesRead));
    size += bytesRead;
    if (size > mostBytes) return null;
  }
}

/** UTF-8 never needs a byte of another line: the first line that is wrong by itself is the one. */
function invalidPlace(bytes: Buffer): string {
  let line = 1;
  let start = 0;
  for (
    let end = bytes.indexOf(10);
    end !== -1 && isUtf8(bytes.subarray(start, end));
    end = bytes.indexOf(10, start)
  ) {
    start = end + 1;
    line += 1;
  }
  return `line ${line} is not valid UTF-8`;
}
