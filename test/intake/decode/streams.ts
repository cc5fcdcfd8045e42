/** Real compressed streams, made by the tools that make them in the field, and what the decoder says of them. */
import { spawnSync } from 'node:child_process';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import type { Compression } from '../../../src/core/content.ts';
import type { Decoded } from '../../../src/intake/decode/decoder.ts';
import { makeDecoder } from '../../../src/intake/decode/index.ts';

/** Numbers in [0, 1) that are the same each time. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Text like that of a dump, of about so many bytes. */
export function dumpText(size: number, seed = 1): Buffer {
  const random = seeded(seed);
  const lines: string[] = ['-- PostgreSQL database dump\n'];
  for (let length = 0, row = 0; length < size; row += 1) {
    const line = `${row}\tcustomer ${random().toString(36)}\t2026-01-${1 + (row % 28)}\t${Math.floor(random() * 1e15)}\n`;
    lines.push(line);
    length += line.length;
  }
  return Buffer.from(lines.join(''));
}

export function piped(command: string, args: readonly string[], input: Buffer): Buffer {
  const { status, stdout, stderr } = spawnSync(command, args, { input, maxBuffer: 2 ** 30 });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr.toString()}`);
  return stdout;
}

const halves = (raw: Buffer): [Buffer, Buffer] => {
  const half = Math.floor(raw.length / 3);
  return [raw.subarray(0, half), raw.subarray(half)];
};

/** Two streams, one after the other. */
const twice = (command: string, args: readonly string[]) => (raw: Buffer) =>
  Buffer.concat(halves(raw).map((half) => piped(command, args, half)));

const by = (command: string, args: readonly string[]) => (raw: Buffer) => piped(command, args, raw);

export interface Variant {
  readonly name: string;
  readonly compression: Compression;
  /** The first of its compression: what all of them have in common is tried most often with this one. */
  readonly plain: boolean;
  /** What makes it, and what takes it apart where that is not node. */
  readonly tools: readonly string[];
  /** Its stream has a checksum of the content: no flipped bit goes unseen. */
  readonly checked: boolean;
  readonly make: (raw: Buffer) => Buffer;
}

const skippable = (size: number): Buffer => {
  const frame = Buffer.alloc(8 + size, 'x');
  frame.writeUInt32LE(0x184d2a53, 0);
  frame.writeUInt32LE(size, 4);
  return frame;
};

function parts(raw: Buffer, count: number): Buffer[] {
  if (raw.length === 0) return [raw];
  const step = Math.ceil(raw.length / count);
  return Array.from({ length: count }, (_, index) =>
    raw.subarray(index * step, (index + 1) * step),
  );
}

type Row = readonly [
  name: string,
  compression: Compression,
  tool: string,
  checked: boolean,
  make: (raw: Buffer) => Buffer,
];

const rows: readonly Row[] = [
  ['gzip', 'gzip', 'gzip', true, by('gzip', ['-c'])],
  ['gzip -9 with a name', 'gzip', 'gzip', true, named],
  ['gzip of two members', 'gzip', 'gzip', true, twice('gzip', ['-1'])],
  [
    'gzip of 20 members',
    'gzip',
    'gzip',
    true,
    (raw) => Buffer.concat(parts(raw, 20).map((part) => piped('gzip', ['-c'], part))),
  ],
  // As many as bgzip makes, by node to spare the processes.
  [
    'gzip of 200 members',
    'gzip',
    '',
    true,
    (raw) => Buffer.concat(parts(raw, 200).map((part) => gzipSync(part))),
  ],
  ['pigz', 'gzip', 'pigz', true, by('pigz', ['-p', '2', '-b', '128'])],
  ['pigz -i', 'gzip', 'pigz', true, by('pigz', ['-i', '-b', '128'])],
  ['zstd', 'zstd', 'zstd', true, by('zstd', ['-q'])],
  ['zstd -19 -T2', 'zstd', 'zstd', true, by('zstd', ['-q', '-19', '-T2'])],
  ['zstd --no-check', 'zstd', 'zstd', false, by('zstd', ['-q', '--no-check'])],
  ['zstd of two frames', 'zstd', 'zstd', true, twice('zstd', ['-q'])],
  [
    'zstd of 20 frames with skippable ones between',
    'zstd',
    'zstd',
    true,
    (raw) =>
      Buffer.concat(parts(raw, 20).flatMap((part) => [skippable(5), piped('zstd', ['-q'], part)])),
  ],
  ['xz', 'xz', 'xz', true, by('xz', ['-1'])],
  ['xz -T2', 'xz', 'xz', true, by('xz', ['-1', '-T2', '--block-size=64KiB'])],
  ['xz --check=none', 'xz', 'xz', false, by('xz', ['-1', '--check=none'])],
  ['xz of two streams', 'xz', 'xz', true, twice('xz', ['-0'])],
  ['bzip2', 'bzip2', 'bzip2', true, by('bzip2', ['-c'])],
  ['bzip2 -1', 'bzip2', 'bzip2', true, by('bzip2', ['-1'])],
  ['bzip2 of two streams', 'bzip2', 'bzip2', true, twice('bzip2', ['-c'])],
  ['lz4', 'lz4', 'lz4', true, by('lz4', ['-c'])],
  ['lz4 -B4 -BD -BX --content-size', 'lz4', 'lz4', true, lz4WithSize],
  ['lz4 --no-frame-crc', 'lz4', 'lz4', false, by('lz4', ['-c', '--no-frame-crc'])],
  [
    'lz4 --no-frame-crc -BX',
    'lz4',
    'lz4',
    true,
    (raw) => piped('lz4', ['-c', '--no-frame-crc', '-BX'], raw),
  ],
  [
    'lz4 of two frames, the second without a checksum',
    'lz4',
    'lz4',
    false,
    (raw) => {
      const [one, two] = halves(raw);
      return Buffer.concat([
        piped('lz4', ['-c'], one),
        piped('lz4', ['-c', '--no-frame-crc'], two),
      ]);
    },
  ],
  ['lz4 of two frames', 'lz4', 'lz4', true, twice('lz4', ['-c'])],
  [
    'lz4 with a skippable frame',
    'lz4',
    'lz4',
    true,
    (raw) => Buffer.concat([piped('lz4', ['-c'], raw), skippable(300)]),
  ],
  ['lz4 -l', 'lz4', 'lz4', false, by('lz4', ['-l', '-c'])],
  ['brotli', 'brotli', '', false, (raw) => brotliCompressSync(raw, { params: { 1: 4 } })],
];

function named(raw: Buffer): Buffer {
  const made = piped('gzip', ['-9', '-c'], raw);
  const header = Buffer.from(made.subarray(0, 10));
  // FTEXT, FEXTRA of 5 bytes, FNAME, FCOMMENT.
  header[3] = 1 | 4 | 8 | 16;
  const fields = [
    header,
    Buffer.from([5, 0, 1, 2, 3, 4, 5]),
    Buffer.from('a name\0a comment\0', 'latin1'),
  ];
  return Buffer.concat([...fields, made.subarray(10)]);
}

/** --content-size needs to know the size beforehand: a file. */
function lz4WithSize(raw: Buffer): Buffer {
  const { stdout } = spawnSync(
    'sh',
    [
      '-c',
      'f=$(mktemp) && cat >"$f" && lz4 -q -B4 -BD -BX --content-size -c "$f"; s=$?; rm -f "$f"; exit $s',
    ],
    { input: raw, maxBuffer: 2 ** 30 },
  );
  return stdout;
}

/** The same content is asked for by many tests; each gets a copy of its own. */
function once(make: (raw: Buffer) => Buffer): (raw: Buffer) => Buffer {
  const made = new WeakMap<Buffer, Buffer>();
  return (raw) => {
    const stream = made.get(raw) ?? make(raw);
    made.set(raw, stream);
    return Buffer.from(stream);
  };
}

export const variants: readonly Variant[] = rows.map(
  ([name, compression, tool, checked, make], index) => ({
    name,
    compression,
    plain: rows.findIndex((row) => row[1] === compression) === index,
    tools: tool === '' ? [] : [tool],
    checked,
    make: once(make),
  }),
);

/** A process for each stream takes its time. */
export const byProcess = ({ compression }: Variant): boolean =>
  ['xz', 'bzip2', 'lz4'].includes(compression);

/** Those of which the decoder makes something else: where a process does it, all that were made in one go are the same to us. */
export const distinct: readonly Variant[] = variants.filter(
  (variant) =>
    !byProcess(variant) ||
    variant.plain ||
    / of two (?:streams|frames)$|skippable|-l$/u.test(variant.name),
);

const isAbsent = new Map<string, boolean>();

/** For node:test's `skip`. */
export function lacking(tools: readonly string[]): string | false {
  const absent = tools.find((tool) => {
    if (!isAbsent.has(tool)) isAbsent.set(tool, spawnSync(tool, ['--version']).error !== undefined);
    return isAbsent.get(tool) === true;
  });
  return absent === undefined ? false : `skipped, because ${absent} is not installed`;
}

export interface Seen extends Decoded {
  readonly output: Buffer;
}

export interface How {
  /** Bytes that are pushed at once. */
  readonly chunk?: number;
  readonly limit?: number;
  readonly output?: (bytes: Buffer) => void | Promise<void>;
}

/** Decodes it from one buffer that is overwritten after each push, as the reader of a file does. */
export async function decode(
  compression: Compression,
  stream: Buffer,
  { chunk = 1024 * 1024, limit = Infinity, output }: How = {},
): Promise<Seen> {
  const pieces: Buffer[] = [];
  const decoder = makeDecoder(compression, {
    limit,
    output: (bytes) => {
      pieces.push(Buffer.from(bytes));
      return output?.(bytes);
    },
  });
  const buffer = Buffer.allocUnsafe(Math.min(chunk, stream.length));
  for (let at = 0; at < stream.length; at += chunk) {
    const count = stream.copy(buffer, 0, at, at + chunk);
    await decoder.push(buffer.subarray(0, count));
    buffer.fill(0xee);
  }
  const decoded = await decoder.end();
  return { ...decoded, output: Buffer.concat(pieces) };
}
