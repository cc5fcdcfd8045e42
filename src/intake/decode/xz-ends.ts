/**
 * Finds where xz streams end, by their footers: `xz` itself says "corrupt" or "unexpected end" of bytes that follow, and not where. Nor
 * does it say that a stream has no checksum, which its footer tells.
 */
import { crc32 } from 'node:zlib';
import { Tail } from './tail.ts';

/** The .xz file format 1.1.0, section 2.1.2: CRC-32, size of the index, flags, and this. */
const FOOTER_MARK = Buffer.from('YZ');
const FOOTER_BYTES = 12;
/** What must arrive with the last byte of a footer, or before. */
const SEAM = FOOTER_BYTES - 1;

function isFooter(bytes: Buffer, end: number): boolean {
  const start = end - FOOTER_BYTES;
  if (start < 0) return false;
  return crc32(bytes.subarray(start + 4, start + 10)) === bytes.readUInt32LE(start);
}

/** Where the last footer in the bytes ends; -1 where there is none. */
function lastFooterEnd(bytes: Buffer): number {
  let at = bytes.lastIndexOf(FOOTER_MARK);
  while (at !== -1) {
    const end = at + FOOTER_MARK.length;
    if (isFooter(bytes, end)) return end;
    at = at === 0 ? -1 : bytes.lastIndexOf(FOOTER_MARK, at - 1);
  }
  return -1;
}

/** Stream flags, section 2.1.1.2: the type of the check, 0 for none, is in the lower half of their second byte. */
const hasCheck = (bytes: Buffer, end: number): boolean =>
  (bytes.readUInt8(end - FOOTER_MARK.length - 1) & 0x0f) !== 0;

export class XzEnds {
  #taken = 0;
  #carry: Buffer = Buffer.alloc(0);
  #tail: Tail | null = null;
  #unchecked = false;

  /** The last stream has no checksum of its content. */
  get unchecked(): boolean {
    return this.#unchecked;
  }

  /** What follows the last footer; null where there was none. */
  get tail(): Tail | null {
    return this.#tail;
  }

  take(bytes: Buffer): void {
    const seam = Buffer.concat([this.#carry, bytes.subarray(0, SEAM)]);
    const [inBytes, inSeam] = [lastFooterEnd(bytes), lastFooterEnd(seam)];
    const end = inBytes === -1 ? inSeam - this.#carry.length : inBytes;
    // One that ended in the bytes before was found then.
    if (end > 0) {
      this.#tail = new Tail(this.#taken + end);
      this.#unchecked = inBytes === -1 ? !hasCheck(seam, inSeam) : !hasCheck(bytes, inBytes);
    }
    this.#tail?.take(bytes.subarray(Math.max(0, end)));
    this.#carry = bytes.length >= SEAM ? Buffer.from(bytes.subarray(-SEAM)) : seam.subarray(-SEAM);
    this.#taken += bytes.length;
  }
}
