/** Puts loader.c into an executable, see there. The layout of ELF files is that of the System V ABI, elf(5). */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const libraries = ['libatomic.so.1', 'libgcc_s.so.1', 'libstdc++.so.6'];

const PT = { load: 1, dynamic: 2, interpreter: 3 } as const;
const READ_EXECUTE = 5;
const PAGE = 4096;
const HEADER_BYTES = 56;
/** The struct config of loader.c: entry, slot, a program header, and three libraries of 32 + 8 + 8 bytes. */
const CONFIG = {
  entry: 0,
  slot: 8,
  interpreter: 16,
  libraries: 72,
  library: 48,
  name: 32,
} as const;
/** A tag and a value. */
const DYNAMIC_BYTES = 16;

interface Segment {
  readonly type: number;
  /** Of the program header in the file. */
  readonly at: number;
  readonly offset: number;
  readonly address: number;
  readonly bytes: number;
}

const roundedUp = (value: number): number => Math.ceil(value / PAGE) * PAGE;
const word = (file: Buffer, at: number): number => Number(file.readBigUInt64LE(at));
const setWord = (file: Buffer, at: number, value: number): number =>
  file.writeBigUInt64LE(BigInt(value), at);

function segmentsOf(file: Buffer): Segment[] {
  const start = word(file, 0x20);
  return Array.from({ length: file.readUInt16LE(0x38) }, (_, index) => {
    const at = start + index * HEADER_BYTES;
    return {
      type: file.readUInt32LE(at),
      at,
      offset: word(file, at + 8),
      address: word(file, at + 16),
      bytes: word(file, at + 40),
    };
  });
}

const EXECUTABLE = 2;

/** What loader.c relies on: absolute addresses, and nothing that the kernel would have to clear, which old ones do for the last segment only. */
function checkForm(file: Buffer): void {
  if (file.readUInt16LE(0x10) !== EXECUTABLE)
    throw new Error('the executable is not of type ET_EXEC');
  for (const { type, at } of segmentsOf(file))
    if (type === PT.load && word(file, at + 32) !== word(file, at + 40))
      throw new Error('a segment of the executable is larger in memory than in the file');
}

function only(segments: readonly Segment[], type: number): Segment {
  const [found, ...more] = segments.filter((segment) => segment.type === type);
  if (found === undefined || more.length > 0)
    throw new Error(`the executable has not one program header of type ${type}`);
  return found;
}

/** The loader needs one free entry for each library, and one that ends the list. */
function checkSpare(file: Buffer, original: Buffer): void {
  const { offset, bytes } = only(segmentsOf(original), PT.dynamic);
  const used = only(segmentsOf(file), PT.dynamic);
  let last = 0;
  while (word(file, used.offset + last) !== 0) last += DYNAMIC_BYTES;
  const spare = (bytes - last) / DYNAMIC_BYTES;
  const isEmpty = file
    .subarray(used.offset + last, used.offset + bytes)
    .every((byte) => byte === 0);
  if (used.offset !== offset || spare <= libraries.length || !isEmpty)
    throw new Error(`the dynamic section has ${spare} free entries at its end`);
}

/** No libc, no calls of one, no addresses that would have to be set, and nothing but code. */
const FLAGS =
  '-c -Os -Wall -Wextra -Werror -ffreestanding -fno-builtin -fno-stack-protector -fPIE -fcf-protection=none ' +
  '-fno-tree-loop-distribute-patterns -fno-asynchronous-unwind-tables -mno-sse';

/** Machine code that runs at any address, and what it hands on. */
function compiled(folder: string): Buffer {
  const here = import.meta.dirname;
  const made = (name: string): string => path.join(folder, name);
  execFileSync('cc', [...FLAGS.split(' '), '-o', made('loader.o'), path.join(here, 'loader.c')]);
  const script = path.join(here, 'loader.ld');
  execFileSync('ld', [
    '--no-warn-rwx-segments',
    '-T',
    script,
    '-o',
    made('loader.elf'),
    made('loader.o'),
  ]);
  execFileSync('objcopy', ['-O', 'binary', '-j', '.all', made('loader.elf'), made('loader.bin')]);
  return readFileSync(made('loader.bin'));
}

function entryOf(folder: string): number {
  return word(readFileSync(path.join(folder, 'loader.elf')), 0x18);
}

/** Those that the compiler of this machine links with. */
function carried(): { readonly name: string; readonly content: Buffer }[] {
  return libraries.map((name) => {
    const file = execFileSync('cc', [`-print-file-name=${name}`], { encoding: 'utf8' }).trim();
    return { name, content: readFileSync(file) };
  });
}

/**
 * @param target the executable, which is changed
 * @param original the same before it was given its assets
 * @param folder for what is made on the way
 * @throws Error when the executable is of another form than Node's is today
 */
export function installLoader(target: string, original: string, folder: string): void {
  const file = readFileSync(target);
  checkForm(file);
  checkSpare(file, readFileSync(original));
  const code = compiled(folder);
  const parts = [code];
  let length = roundedUp(code.length);
  parts.push(Buffer.alloc(length - code.length));
  const segments = segmentsOf(file);
  const interpreter = only(segments, PT.interpreter);
  setWord(code, CONFIG.entry, word(file, 0x18));
  setWord(code, CONFIG.slot, segments.indexOf(interpreter));
  file.copy(code, CONFIG.interpreter, interpreter.at, interpreter.at + HEADER_BYTES);
  for (const [index, { name, content }] of carried().entries()) {
    const at = CONFIG.libraries + index * CONFIG.library;
    code.write(name, at, 'latin1');
    setWord(code, at + CONFIG.name, length);
    setWord(code, at + CONFIG.name + 8, content.length);
    parts.push(content, Buffer.alloc(roundedUp(content.length) - content.length));
    length += roundedUp(content.length);
  }
  // Kernels before 5.18 take the address of the program headers from the first segment that is loaded: that will be this one.
  const first = segments.find(({ type }) => type === PT.load);
  if (first === undefined) throw new Error('the executable loads nothing');
  const offset = roundedUp(file.length);
  const address = offset + first.address - first.offset;
  for (const { type, address: start, bytes } of segments)
    if (type === PT.load && start < address + length && address < start + bytes)
      throw new Error('there is no room for the loader in front of other segments');
  file.writeUInt32LE(PT.load, interpreter.at);
  file.writeUInt32LE(READ_EXECUTE, interpreter.at + 4);
  for (const at of [16, 24]) setWord(file, interpreter.at + at, address);
  setWord(file, interpreter.at + 8, offset);
  for (const at of [32, 40]) setWord(file, interpreter.at + at, length);
  setWord(file, interpreter.at + 48, PAGE);
  setWord(file, 0x18, address + entryOf(folder));
  writeFileSync(target, Buffer.concat([file, Buffer.alloc(offset - file.length), ...parts]), {
    mode: 0o755,
  });
}
