/** The configuration file to text, with the reasons why it cannot be read. */
import { isUtf8 } from 'node:buffer';
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';

/** 10,000 jobs need less than 1 MiB. */
const mostBytes = 16 * 1024 * 1024;

export type ReadText =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'unreadable'; readonly message: string; readonly expected: string | null };

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
  };

/** What a shell makes of `--config <(…)`: somebody is at its other end. */
const isHandedOver = (file: string): boolean =>
  /^\/(?:dev\/stdin|(?:dev|proc\/self)\/fd\/\d+)$/u.test(file);

const noFile = { message: 'this is no regular file', expected: 'a file' };

/** null: no regular file. A named pipe is not waited for: its other end may never come. */
async function opened(file: string): Promise<FileHandle | null> {
  if (isHandedOver(file)) return open(file);
  const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
  const stats = await handle.stat();
  if (stats.isFile() || stats.isDirectory()) return handle;
  await handle.close();
  return null;
}

/** Reads a regular file, or the pipe of `--config <(…)`, as UTF-8 without its byte order mark. */
export async function readText(file: string): Promise<ReadText> {
  let bytes: Buffer | null;
  try {
    const handle = await opened(file);
    if (handle === null) return { kind: 'unreadable', ...noFile };
    try {
      bytes = await contentOf(handle);
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

async function contentOf(handle: FileHandle): Promise<Buffer | null> {
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
