/**
 * Finds where bzip2 streams end. `bzip2` ignores whatever follows the last one, and says so without saying whether it was zero
 * padding; so the end is looked for here: 48 bits (the digits of the square root of pi) and 32 of a checksum, at any bit.
 */
import { Tail } from './tail.ts';

const END_MARK = 0x177245385090n;
const MARK_BITS = 48;
const END_BITS = MARK_BITS + 32;
/** A mark that does not begin at a byte lies in this many. */
const SPAN = 7;
const ANOTHER = /^BZh[1-9]/;

interface Pattern {
  /** Bits before the mark in its first byte. */
  readonly shift: number;
  /** The bytes that are the mark's alone, from the second byte of the span on (of all, for shift 0). */
  readonly inner: Buffer;
  readonly innerAt: number;
  readonly all: bigint;
  readonly mask: bigint;
}

const patterns: readonly Pattern[] = Array.from({ length: 8 }, (_, shift) => {
  const left = BigInt(SPAN * 8 - MARK_BITS - shift);
  const all = END_MARK << left;
  const mask = ((1n << BigInt(MARK_BITS)) - 1n) << left;
  const span = Buffer.from(all.toString(16).padStart(SPAN * 2, '0'), 'hex');
  const innerAt = shift === 0 ? 0 : 1;
  return { shift, inner: span.subarray(innerAt, 6), innerAt, all, mask };
});

function matches(bytes: Buffer, at: number, { all, mask }: Pattern): boolean {
  if (at < 0 || at + SPAN > bytes.length) return false;
  const span = BigInt(bytes.readUIntBE(at, 6)) * 256n + BigInt(bytes.readUInt8(at + 6));
  return (span & mask) === all;
}

/** Where the marks begin, as bits. The last bytes may have to be searched again with what follows. */
function marksIn(bytes: Buffer): number[] {
  const found: number[] = [];
  for (const pattern of patterns) {
    let at = bytes.indexOf(pattern.inner);
    while (at !== -1) {
      const start = at - pattern.innerAt;
      if (matches(bytes, start, pattern)) found.push(start * 8 + pattern.shift);
      at = bytes.indexOf(pattern.inner, at + 1);
    }
  }
  return found.toSorted((one, other) => one - other);
}

export class Bzip2Ends {
  #taken = 0;
  #carry: Buffer = Buffer.alloc(0);
  #tail: Tail | null = null;

  /** What follows the first end that no other stream follows at once; null where there was no end. */
  get tail(): Tail | null {
    return this.#tail;
  }

  take(bytes: Buffer): void {
    if (this.#isFinal()) {
      this.#follow(bytes, 0, bytes.length);
      this.#taken += bytes.length;
      return;
    }
    const carried = this.#carry.length;
    const seam = Buffer.concat([this.#carry, bytes.subarray(0, SPAN - 1)]);
    const before = this.#taken - carried;
    const inSeam = marksIn(seam).map((bit) => before * 8 + bit);
    const inBytes = marksIn(bytes).map((bit) => this.#taken * 8 + bit);
    let at = 0;
    for (const bit of [...inSeam, ...inBytes]) {
      const end = Math.ceil((bit + END_BITS) / 8);
      if (this.#tail !== null && end < this.#tail.end + END_BITS / 8) continue;
      // The end may lie beyond these bytes.
      const upTo = Math.min(end - this.#taken, bytes.length);
      this.#follow(bytes, at, upTo);
      at = Math.max(at, upTo);
      if (this.#tail === null || this.#isFollowed(this.#tail)) this.#tail = new Tail(end);
    }
    this.#follow(bytes, at, bytes.length);
    this.#carry = Buffer.from(
      bytes.length >= SPAN - 1 ? bytes.subarray(1 - SPAN) : seam.subarray(1 - SPAN),
    );
    this.#taken += bytes.length;
  }

  /** Shows the tail what of these bytes lies behind its end. */
  #follow(bytes: Buffer, at: number, upTo: number): void {
    if (this.#tail === null) return;
    const start = Math.max(at, this.#tail.end - this.#taken);
    if (start < upTo) this.#tail.take(bytes.subarray(start, upTo));
  }

  /** Something else follows: no further end would matter. */
  #isFinal(): boolean {
    const tail = this.#tail;
    if (tail === null) return false;
    const { from, end, first } = tail;
    if (from === null) return false;
    return from > end || (first.length >= 4 && !this.#isFollowed(tail));
  }

  #isFollowed(tail: Tail): boolean {
    return tail.from === tail.end && ANOTHER.test(tail.first.toString('latin1'));
  }
}
