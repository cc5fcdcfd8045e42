/** The one way of the bytes of an RDB file: through the checksum, and into the hashes without what changes by itself. */
import type { ContentHash } from '../content-hash.ts';
import { Crc64 } from './crc64.ts';
import { HEAD_BYTES } from './format.ts';
import { parseHead, type AuxiliaryField, type RdbHead } from './redis-head.ts';

export const CHECKSUM_BYTES = 8;
/** The end mark and the checksum. */
export const TAIL_BYTES = 1 + CHECKSUM_BYTES;
/** Earlier versions end with the end mark. */
export const FIRST_WITH_CHECKSUM = 5;

/**
 * What two files of unchanged data differ in, beside the checksum (tried with redis-server 7.0): time and memory at the moment of saving,
 * and, in what a replica or `redis-cli --rdb` was sent, how far replication had come.
 */
const volatile: ReadonlySet<string> = new Set([
  'ctime',
  'used-mem',
  'repl-stream-db',
  'repl-id',
  'repl-offset',
]);

/** Feeds bytes to the hash, dropping those of volatile fields. */
class Sieve {
  readonly #hash: ContentHash;
  #drops: readonly AuxiliaryField[] = [];
  #position = 0;

  constructor(hash: ContentHash) {
    this.#hash = hash;
  }

  drop(fields: readonly AuxiliaryField[]): void {
    this.#drops = fields.filter(({ name }) => volatile.has(name));
  }

  feed(bytes: Buffer): void {
    let at = 0;
    while (at < bytes.length) {
      const [next] = this.#drops;
      const from = next === undefined ? Infinity : next.start - this.#position;
      const inside = from <= 0;
      const until = next === undefined || !inside ? from : next.end - this.#position;
      const piece = bytes.subarray(at, Math.min(bytes.length, at + until));
      if (inside) this.#hash.drop(piece);
      else this.#hash.keep(piece);
      at += piece.length;
      this.#position += piece.length;
      if (next !== undefined && this.#position >= next.end) this.#drops = this.#drops.slice(1);
    }
  }
}

/** Takes the bytes of a file; holds the last nine back, which are the end mark and the checksum. */
export class RdbWalk {
  readonly #hash: ContentHash;
  readonly #crc = new Crc64('jones');
  readonly #sieve: Sieve;
  /** First bytes, until there are HEAD_BYTES of them. */
  #first: Buffer = Buffer.alloc(0);
  #head: RdbHead | null = null;
  #tail: Buffer = Buffer.alloc(0);

  constructor(hash: ContentHash) {
    this.#hash = hash;
    this.#sieve = new Sieve(hash);
  }

  /** What the first bytes say, as far as they were seen. */
  get head(): RdbHead {
    return this.#head ?? parseHead(this.#first);
  }

  push(bytes: Buffer): void {
    if (this.#head !== null) {
      this.#pass(bytes);
      return;
    }
    this.#first = Buffer.concat([this.#first, bytes]);
    if (this.#first.length >= HEAD_BYTES) this.#begin();
  }

  #begin(): void {
    this.#head = parseHead(this.#first.subarray(0, HEAD_BYTES));
    this.#sieve.drop(this.#head.fields);
    this.#pass(this.#first);
    this.#first = Buffer.alloc(0);
  }

  #pass(bytes: Buffer): void {
    if (bytes.length < TAIL_BYTES) {
      const held = Buffer.concat([this.#tail, bytes]);
      const over = Math.max(0, held.length - TAIL_BYTES);
      this.#take(held.subarray(0, over));
      this.#tail = held.subarray(over);
      return;
    }
    this.#take(this.#tail);
    this.#take(bytes.subarray(0, bytes.length - TAIL_BYTES));
    this.#tail = Buffer.from(bytes.subarray(bytes.length - TAIL_BYTES));
  }

  #take(bytes: Buffer): void {
    this.#crc.update(bytes);
    this.#sieve.feed(bytes);
  }

  /** The last nine bytes (fewer only where the file is shorter), and the CRC-64 of all but the last eight. */
  end(): { readonly tail: Buffer; readonly checksum: bigint } {
    if (this.#head === null) this.#begin();
    const tail = this.#tail;
    const before = Math.max(0, tail.length - CHECKSUM_BYTES);
    this.#take(tail.subarray(0, before));
    const checked = this.head.version >= FIRST_WITH_CHECKSUM;
    if (checked) this.#hash.drop(tail.subarray(before));
    else this.#hash.keep(tail.subarray(before));
    return { tail, checksum: this.#crc.value };
  }
}
