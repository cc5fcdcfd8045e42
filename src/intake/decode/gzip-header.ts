/** The header of one gzip member (RFC 1952 section 2.3), which may arrive in pieces, of any length, and is not kept. */
import { crc32 } from 'node:zlib';
import { Pieces } from './pieces.ts';

/** Section 2.3.1: FHCRC, FEXTRA, FNAME, FCOMMENT; the upper three bits are reserved. */
const flag = { crc: 2, extra: 4, name: 8, comment: 16, reserved: 0xe0 } as const;
/** Method, flags, time, extra flags, system. */
const FIXED_BYTES = 8;
const DEFLATE = 8;

type Phase = 'fixed' | 'extra_length' | 'extra' | 'name' | 'comment' | 'crc' | 'done';

export class GzipHeader {
  readonly #pieces = new Pieces();
  #phase: Phase = 'fixed';
  #flags = 0;
  #extra = 0;
  #crc: number;
  #fault: string | null = null;

  /** @param mark the two bytes before, which were looked at already */
  constructor(mark: Buffer) {
    this.#crc = crc32(mark);
  }

  /** What is wrong with it, in the words of zlib. */
  get fault(): string | null {
    return this.#fault;
  }

  get done(): boolean {
    return this.#phase === 'done';
  }

  /** How many of the bytes belong to it. */
  take(bytes: Buffer): number {
    let at = 0;
    while (at < bytes.length && !this.done && this.#fault === null) {
      const phase = this.#phase;
      const used = this.#step(bytes.subarray(at));
      if (phase !== 'crc') this.#crc = crc32(bytes.subarray(at, at + used), this.#crc);
      if (phase !== 'crc' && this.#phase === 'crc' && (this.#flags & flag.crc) === 0) {
        this.#phase = 'done';
      }
      at += used;
    }
    return at;
  }

  #step(bytes: Buffer): number {
    if (this.#phase === 'extra') {
      const used = Math.min(this.#extra, bytes.length);
      this.#extra -= used;
      if (this.#extra === 0) this.#skipAbsent('name');
      return used;
    }
    if (this.#phase === 'name' || this.#phase === 'comment') {
      const end = bytes.indexOf(0);
      if (end === -1) return bytes.length;
      this.#skipAbsent(this.#phase === 'name' ? 'comment' : 'crc');
      return end + 1;
    }
    const need = this.#phase === 'fixed' ? FIXED_BYTES : 2;
    const used = this.#pieces.take(bytes, 0, need);
    if (this.#pieces.length === need) this.#field(this.#pieces.bytes);
    return used;
  }

  #field(field: Buffer): void {
    this.#pieces.clear();
    if (this.#phase === 'fixed') {
      this.#flags = field.readUInt8(1);
      if (field.readUInt8(0) !== DEFLATE) this.#fault = 'unknown compression method';
      else if ((this.#flags & flag.reserved) !== 0) this.#fault = 'unknown header flags set';
      this.#skipAbsent('extra_length');
    } else if (this.#phase === 'extra_length') {
      this.#extra = field.readUInt16LE(0);
      this.#phase = 'extra';
      if (this.#extra === 0) this.#skipAbsent('name');
    } else {
      if (field.readUInt16LE(0) !== (this.#crc & 0xffff)) this.#fault = 'header crc mismatch';
      this.#phase = 'done';
    }
  }

  /** To the first part from `phase` on that the flags announce. */
  #skipAbsent(phase: 'extra_length' | 'name' | 'comment' | 'crc'): void {
    const present = (bit: number): boolean => (this.#flags & bit) !== 0;
    this.#phase = 'crc';
    if (phase === 'extra_length' && present(flag.extra)) this.#phase = 'extra_length';
    else if (phase !== 'comment' && phase !== 'crc' && present(flag.name)) this.#phase = 'name';
    else if (phase !== 'crc' && present(flag.comment)) this.#phase = 'comment';
  }
}
