/** The data of an entry of a zip file: where it ends, what comes out of it, and whether that has the checksum that it should have. */
import { crc32, createInflateRaw } from 'node:zlib';
import type { Budget } from '../budget.ts';
import { streamOptions, ZlibMachine } from '../decode/zlib-machine.ts';
import { awaited, Broken, SPAN, type Pull, type Walk } from './members-pull.ts';
import { methods, signatures, type LocalHeader, type Sizes } from './zip-records.ts';

/** What comes out comes in pieces of at most this size; a small entry needs no more than its own. */
const OUTPUT_BYTES = 512 * 1024;
const LEAST_OUTPUT = 16 * 1024;

const descriptorMark = Buffer.from('PK\x07\x08', 'latin1');
/** Mark, checksum, and two sizes of four bytes. */
const DESCRIPTOR_BYTES = 16;

export type Take = (bytes: Buffer) => void | Promise<void>;

/** What the data of one entry turned out to be. */
export interface Passed extends Sizes {
  /** Whether `crc` and `size` are those of the data itself; else they are not known, since it could not be undone. */
  readonly isUndone: boolean;
  /** Beginning of the descriptor, where the end of the data was found by it. */
  readonly descriptor: Buffer | null;
}

export class ZipData {
  readonly #name: string;
  readonly #take: Take;
  readonly #budget: Budget;
  #crc = 0;
  #size = 0;

  /** @param name for messages @param take is given what comes out @param budget how much that may be */
  constructor(name: string, take: Take, budget: Budget) {
    this.#name = name;
    this.#take = take;
    this.#budget = budget;
  }

  /** Passes the data of the entry, whose name and sizes were widened already. */
  *pass(source: Pull, header: LocalHeader): Walk<Passed> {
    // Info-ZIP leaves out the header of the encryption from the size of what it writes to a pipe.
    const isUnknown = header.hasDescriptor && (header.stored === 0 || header.isEncrypted);
    if (!isUnknown && header.stored === 0) return this.#passed(0, true, null);
    if (!header.isEncrypted && header.method === methods.deflated)
      return yield* this.#inflated(source, header, isUnknown);
    const isUndone = !header.isEncrypted && header.method === methods.stored;
    if (isUnknown) return yield* this.#upToDescriptor(source, isUndone);
    yield* this.#exactly(source, header.stored);
    return this.#passed(header.stored, isUndone, null);
  }

  #passed(stored: number, isUndone: boolean, descriptor: Buffer | null): Passed {
    return { stored, crc: this.#crc, size: this.#size, isUndone, descriptor };
  }

  /** Counts, and hands over. */
  #give(bytes: Buffer): void | Promise<void> {
    this.#crc = crc32(bytes, this.#crc);
    this.#size += bytes.length;
    return this.#take(bytes);
  }

  *#exactly(source: Pull, count: number): Walk {
    for (let left = count; left > 0;) {
      const span = yield Math.max(SPAN, -left);
      if (span.length === 0) throw this.#cut(source);
      left -= span.length;
      const wait = this.#give(span);
      if (wait) yield wait;
    }
  }

  *#inflated(source: Pull, header: LocalHeader, isUnknown: boolean): Walk<Passed> {
    const most = isUnknown ? Number.POSITIVE_INFINITY : header.size;
    const chunk = Math.min(OUTPUT_BYTES, Math.max(LEAST_OUTPUT, most));
    // Which of the two comes first depends on their sizes only, not on the pieces that come out.
    const isClaimFirst = most <= this.#budget.left;
    let isLarger = false;
    let isTooMuch = false;
    const machine = new ZlibMachine(
      createInflateRaw(streamOptions(chunk)),
      chunk,
      async (bytes) => {
        isLarger = isClaimFirst && this.#size + bytes.length > most;
        isTooMuch = !isLarger && !this.#budget.take(bytes.length);
        if (isLarger || isTooMuch) return false;
        await this.#give(bytes);
        return true;
      },
      0,
    );
    try {
      yield* this.#feed(source, machine, isUnknown ? Number.POSITIVE_INFINITY : header.stored);
      const { kind } = yield* awaited(machine.finish());
      if (isTooMuch)
        throw new Broken('expands_too_far', `more comes out of ${this.#name} than may`);
      if (isLarger) throw this.#corrupt(`is larger than the ${most} bytes that it says`);
      if (kind !== 'done') throw this.#corrupt('is damaged: it does not decompress');
    } finally {
      yield machine.stop();
    }
    if (!isUnknown && machine.position !== header.stored)
      throw this.#corrupt(`goes on after its compressed end at ${machine.position} bytes`);
    return this.#passed(machine.position, true, null);
  }

  /** Feeds at most `count` bytes, up to the end of the compressed data; what follows it is given back. */
  *#feed(source: Pull, machine: ZlibMachine, count: number): Walk {
    for (let left = count; left > 0 && !machine.ended && !machine.closed;) {
      const span = yield Math.max(SPAN, -left);
      if (span.length === 0) throw this.#cut(source);
      const used = yield* awaited(machine.feed(span));
      left -= used;
      if (machine.ended) source.advance(used - span.length);
    }
  }

  /** Data of unknown length, which is not undone or needs no undoing: it ends where a descriptor says that it does. */
  *#upToDescriptor(source: Pull, isUndone: boolean): Walk<Passed> {
    let held: Buffer = Buffer.alloc(0);
    for (;;) {
      if (held.length === 0) {
        const span = yield SPAN;
        if (span.length === 0) throw this.#cut(source);
        const at = markIn(span, 0);
        source.advance(at - span.length);
        const wait = this.#give(span.subarray(0, at));
        if (wait) yield wait;
        if (at < span.length) held = Buffer.from(yield DESCRIPTOR_BYTES);
        continue;
      }
      if (held.length < DESCRIPTOR_BYTES) throw this.#cut(source);
      const fits =
        held.readUInt32LE(0) === signatures.descriptor &&
        (!isUndone || held.readUInt32LE(4) === this.#crc) &&
        held.readUInt32LE(8) === this.#size % 2 ** 32;
      if (fits) return this.#passed(this.#size, isUndone, held);
      const next = markIn(held, 1);
      const wait = this.#give(held.subarray(0, next));
      if (wait) yield wait;
      held =
        next < held.length ? Buffer.concat([held.subarray(next), yield next]) : Buffer.alloc(0);
    }
  }

  #cut(source: Pull): Broken {
    return new Broken(
      'dump_cut',
      `ends at byte ${source.position}, in the middle of ${this.#name}`,
    );
  }

  #corrupt(message: string): Broken {
    return new Broken('dump_corrupt', `${this.#name} ${message}`);
  }
}

/** Where the mark of a descriptor begins, also one that may go on after the end of `bytes`; their length where there is none. */
function markIn(bytes: Buffer, from: number): number {
  const whole = bytes.indexOf(descriptorMark, from);
  if (whole !== -1) return whole;
  for (let length = descriptorMark.length - 1; length > 0; length -= 1) {
    const at = bytes.length - length;
    if (at >= from && bytes.subarray(at).equals(descriptorMark.subarray(0, length))) return at;
  }
  return bytes.length;
}
