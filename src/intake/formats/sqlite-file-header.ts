/** The first 100 bytes of a SQLite database (https://www.sqlite.org/fileformat2.html#the_database_header). */
import type { ContentFault } from '../../core/content.ts';

export const MAGIC = Buffer.from('SQLite format 3\0', 'latin1');
export const HEADER_BYTES = 100;

const SMALLEST_PAGE = 512;
const LARGEST_PAGE = 65536;
/** What must be left of a page after the bytes that are reserved for extensions. */
const LEAST_USABLE = 480;
/** Payload fractions; they cannot be any other. */
const FRACTIONS = Buffer.from([64, 32, 32]);

export interface SqliteHeader {
  /** Bytes. */
  readonly pageSize: number;
  /** Pages; null where it was written by a SQLite before 3.7, which does not keep it. */
  readonly pages: number | null;
  /** Of the SQLite that wrote to it last, as 3040001 for 3.40.1; 0 where it is not told. */
  readonly writer: number;
  /** 1: rollback journal, 2: write-ahead log, more: later than any SQLite we know. */
  readonly readVersion: number;
}

/** @param head at least HEADER_BYTES */
export function parseHeader(head: Buffer): SqliteHeader {
  const size = head.readUInt16BE(16);
  const pages = head.readUInt32BE(28);
  // The count is valid only if it was written together with the last change: "version-valid-for" equals the change counter.
  const counted = pages > 0 && head.readUInt32BE(24) === head.readUInt32BE(92);
  return {
    pageSize: size === 1 ? LARGEST_PAGE : size,
    pages: counted ? pages : null,
    writer: head.readUInt32BE(96),
    readVersion: head.readUInt8(19),
  };
}

/** What no SQLite can have written; null where nothing is. */
export function headerFault(head: Buffer): ContentFault | null {
  const { pageSize } = parseHeader(head);
  const corrupt = (message: string): ContentFault => ({ reason: 'dump_corrupt', message });
  if (pageSize < SMALLEST_PAGE || (pageSize & (pageSize - 1)) !== 0)
    return corrupt(`its header says pages of ${pageSize} bytes; expected a power of two from 512`);
  const reserved = head.readUInt8(20);
  if (pageSize - reserved < LEAST_USABLE)
    return corrupt(`its header reserves ${reserved} of ${pageSize} bytes of each page`);
  const fractions = head.subarray(21, 24);
  if (!fractions.equals(FRACTIONS)) {
    const found = fractions.toString('hex');
    return corrupt(`bytes 21 to 23 are ${found}; expected ${FRACTIONS.toString('hex')}`);
  }
  return null;
}

/** @param number as 3040001 @returns as `3.40.1`; null where it is no version of SQLite 3 */
export function versionText(number: number): string | null {
  const major = Math.floor(number / 1_000_000);
  if (major !== 3) return null;
  return `3.${Math.floor(number / 1000) % 1000}.${number % 1000}`;
}

/** @param text as `3.40.1` @returns as 3040001 */
export function versionNumber(text: string): number {
  const [major = 0, minor = 0, patch = 0] = text.split('.').map(Number);
  return major * 1_000_000 + minor * 1000 + patch;
}
