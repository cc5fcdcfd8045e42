/**
 * gzip (RFC 1952). zlib's own Gunzip would do, but for one thing: when something follows the end it cannot tell where the end was.
 * So header and trailer are read here, and zlib inflates what lies between. Behind many small members the rest is left to Gunzip,
 * which walks over thousands of tiny ones (bgzip's, or a hostile file's) in the time that each would take with a stream of its own.
 */
import { crc32, createGunzip, createInflateRaw } from 'node:zlib';
import { GzipHeader } from './gzip-header.ts';
import type { Outlet } from './outlet.ts';
import { corrupt, cut, trailing, trailingAfter } from './phrases.ts';
import { Pieces } from './pieces.ts';
import { chunkFor, ending, type Ending, type MachineEnd, type Stage, undecided } from './stage.ts';
import { Tail } from './tail.ts';
import { streamOptions, ZlibMachine } from './zlib-machine.ts';

const NOTHING = Buffer.alloc(0);
const MARK = Buffer.from([0x1f, 0x8b]);
/** CRC-32 and size of the content. */
const TRAILER_BYTES = 8;
/** Members of fewer compressed bytes are small; from this many of them on the rest is left to Gunzip. */
const SMALL_MEMBER = 256 * 1024;
const MANY_MEMBERS = 64;
/** Bytes that Gunzip is given at once: where it fails, what would come out of these is lost. */
const SLICE = 64 * 1024;
/** zlib's words when a member does not begin with the mark. */
const NO_MARK = 'incorrect header check';

type Phase = 'mark' | 'header' | 'body' | 'trailer' | 'many' | 'tail' | 'failed';

export class GzipStage implements Stage {
  readonly #outlet: Outlet;
  readonly #chunkSize: number;
  readonly #pieces = new Pieces();
  #phase: Phase = 'mark';
  /** Bytes used so far; where the member begins that is being looked at; how many small ones came before. */
  #at = 0;
  #member = 0;
  #small = 0;
  #header = new GzipHeader(MARK);
  #machine: ZlibMachine | null = null;
  /** Of what came out of the member. */
  #crc = 0;
  #size = 0;
  #tail = new Tail(0);
  #failure: MachineEnd = { kind: 'done' };

  constructor(outlet: Outlet, first: number) {
    this.#outlet = outlet;
    this.#chunkSize = chunkFor(first);
  }

  readonly take = async (bytes: Buffer): Promise<void> => {
    let rest = bytes;
    while (rest.length > 0 && this.#phase !== 'failed' && !this.#outlet.overflowed) {
      const used = await this.#step(rest);
      this.#at += used;
      rest = rest.subarray(used);
    }
  };

  /** How many of the bytes were used; none where only the phase changes. */
  #step(bytes: Buffer): number | Promise<number> {
    if (this.#phase === 'mark') return this.#readMark(bytes);
    if (this.#phase === 'header') return this.#readHeader(bytes);
    if (this.#phase === 'trailer') return this.#readTrailer(bytes);
    if (this.#phase !== 'tail') return this.#inflate(bytes);
    this.#tail.take(bytes);
    return bytes.length;
  }

  async #readMark(bytes: Buffer): Promise<number> {
    const used = this.#pieces.take(bytes, 0, MARK.length);
    const found = this.#pieces.first(this.#pieces.length);
    if (!found.equals(MARK.subarray(0, found.length))) {
      if (this.#member === 0) this.#fail(0, NO_MARK);
      else this.#endAt(this.#member, found);
    } else if (found.length === MARK.length) {
      this.#pieces.clear();
      if (this.#small === MANY_MEMBERS) await this.#leaveToGunzip();
      else {
        this.#header = new GzipHeader(MARK);
        this.#phase = 'header';
      }
    }
    return used;
  }

  async #leaveToGunzip(): Promise<void> {
    const give = (bytes: Buffer): Promise<boolean> => this.#outlet.give(bytes);
    const stream = createGunzip(streamOptions(this.#chunkSize));
    this.#machine = new ZlibMachine(stream, this.#chunkSize, give, this.#member);
    this.#phase = 'many';
    await this.#machine.feed(MARK);
  }

  #readHeader(bytes: Buffer): number {
    const used = this.#header.take(bytes);
    if (this.#header.fault !== null) this.#fail(this.#member, this.#header.fault);
    else if (this.#header.done) this.#beginBody(this.#at + used);
    return used;
  }

  #beginBody(at: number): void {
    this.#crc = 0;
    this.#size = 0;
    const give = (bytes: Buffer): Promise<boolean> => {
      this.#crc = crc32(bytes, this.#crc);
      this.#size += bytes.length;
      return this.#outlet.give(bytes);
    };
    const stream = createInflateRaw(streamOptions(this.#chunkSize));
    this.#machine = new ZlibMachine(stream, this.#chunkSize, give, at);
    this.#phase = 'body';
  }

  async #inflate(bytes: Buffer): Promise<number> {
    const machine = this.#machine;
    if (machine === null) return bytes.length;
    const used = await machine.feed(this.#phase === 'body' ? bytes : bytes.subarray(0, SLICE));
    if (!machine.ended && !machine.closed) return used;
    const end = await machine.finish();
    if (end.kind !== 'done') {
      this.#phase = 'failed';
      this.#failure = end;
    } else if (this.#phase === 'body') this.#phase = 'trailer';
    // Gunzip ends by itself before a zero only.
    else this.#endAt(machine.position, NOTHING);
    return used;
  }

  #readTrailer(bytes: Buffer): number {
    const used = this.#pieces.take(bytes, 0, TRAILER_BYTES);
    if (this.#pieces.length < TRAILER_BYTES) return used;
    const trailer = this.#pieces.bytes;
    this.#pieces.clear();
    const end = this.#at + used;
    if (end - this.#member < SMALL_MEMBER) this.#small += 1;
    this.#member = end;
    this.#phase = 'mark';
    if (trailer.readUInt32LE(0) !== this.#crc) this.#fail(end, 'incorrect data check');
    else if (trailer.readUInt32LE(4) !== this.#size % 2 ** 32) {
      this.#fail(end, 'incorrect length check');
    }
    return used;
  }

  /** `held` are bytes behind the end that were looked at already. */
  #endAt(position: number, held: Buffer): void {
    this.#phase = 'tail';
    this.#tail = new Tail(position);
    this.#tail.take(held);
  }

  #fail(near: number, words: string): void {
    this.#phase = 'failed';
    this.#failure = { kind: 'corrupt', near, words };
  }

  readonly finish = async (): Promise<Ending> => {
    if (this.#phase === 'body' || this.#phase === 'many') {
      const end = (await this.#machine?.finish()) ?? this.#failure;
      const whole = this.#phase === 'many' && end.kind === 'done';
      if (!whole) return this.#failed(end.kind === 'done' ? { kind: 'cut' } : end);
    } else if (this.#phase === 'failed') return this.#failed(this.#failure);
    else if (this.#phase === 'tail') {
      const { end, from, count } = this.#tail;
      return ending(end, from === null ? null : trailing('gzip', count, from));
    } else if (this.#phase !== 'mark' || this.#pieces.length > 0) {
      return this.#failed({ kind: 'cut' });
    }
    return ending(this.#at, null);
  };

  #failed(end: MachineEnd): Ending {
    if (end.kind === 'unavailable') return undecided(end.why);
    if (end.kind !== 'corrupt') return ending(this.#at, cut('gzip', this.#at));
    const near = end.near ?? this.#at;
    const follows = end.words === NO_MARK && this.#member > 0;
    return ending(near, follows ? trailingAfter('gzip', near) : corrupt('gzip', near, end.words));
  }

  readonly stop = async (): Promise<void> => {
    await this.#machine?.stop();
  };
}
