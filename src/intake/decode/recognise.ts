/** Which compression a content has by its first bytes, and which one its name claims. */
import type { Compression } from '../../core/content.ts';
import { lz4Magic, zstdMagic, isSkippable } from './magic.ts';

/**
 * What a name ends in, what must then be inside, and what takes its place when that is undone (`dump.tgz` holds `dump.tar`).
 * Of several that fit the longest counts.
 */
const suffixes: readonly (readonly [suffix: string, compression: Compression, rest: string])[] = [
  ['.gz', 'gzip', ''],
  ['.gzip', 'gzip', ''],
  ['.tgz', 'gzip', '.tar'],
  ['.taz', 'gzip', '.tar'],
  ['.zst', 'zstd', ''],
  ['.zstd', 'zstd', ''],
  ['.tzst', 'zstd', '.tar'],
  ['.xz', 'xz', ''],
  ['.txz', 'xz', '.tar'],
  ['.bz2', 'bzip2', ''],
  ['.bz', 'bzip2', ''],
  ['.tbz2', 'bzip2', '.tar'],
  ['.tbz', 'bzip2', '.tar'],
  ['.tb2', 'bzip2', '.tar'],
  ['.lz4', 'lz4', ''],
  ['.tlz4', 'lz4', '.tar'],
  ['.br', 'brotli', ''],
];

function rowOf(name: string): (typeof suffixes)[number] | undefined {
  const lower = name.toLowerCase();
  // A name that is nothing but a suffix has none: what is left of it must be a name.
  return suffixes.find(([suffix]) => lower.endsWith(suffix) && lower.length > suffix.length);
}

/** The suffix of compression that `name` ends in, as it is written there; empty where there is none. */
export function suffixOf(name: string): string {
  const row = rowOf(name);
  return row === undefined ? '' : name.slice(-row[0].length);
}

/** The name that the content has when its compression is undone: `a.sql.gz` → `a.sql`, `a.tgz` → `a.tar`, `a.sql` as it is. */
export function withoutSuffix(name: string): string {
  const row = rowOf(name);
  return row === undefined ? name : `${name.slice(0, -row[0].length)}${row[2]}`;
}

/** What the name says must be inside; null where it says nothing. */
export function claimedCompression(name: string): Compression | null {
  return rowOf(name)?.[1] ?? null;
}

/** RFC 1952 section 2.3.1, with the only method there is. */
const gzipMagic = Buffer.from([0x1f, 0x8b, 0x08]);
/** The .xz file format 1.1.0, section 2.1.1.1. */
const xzMagic = Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]);

const begins = (head: Buffer, magic: Buffer): boolean =>
  head.subarray(0, magic.length).equals(magic);

/**
 * Zstandard and LZ4 share their skippable frames (RFC 8878 section 3.1.2; LZ4 frame format, "Skippable Frames"): what follows
 * them decides, or, where that lies beyond `head`, the name.
 */
function framed(head: Buffer, name: string): Compression | null {
  let at = 0;
  let skipped = false;
  while (at + 4 <= head.length) {
    const magic = head.readUInt32LE(at);
    if (magic === zstdMagic) return 'zstd';
    if (magic === lz4Magic.frame || magic === lz4Magic.legacy) return 'lz4';
    if (!isSkippable(magic)) return null;
    skipped = true;
    if (at + 8 > head.length) break;
    at += 8 + head.readUInt32LE(at + 4);
  }
  if (!skipped) return null;
  return claimedCompression(name) === 'lz4' ? 'lz4' : 'zstd';
}

/** `head` are the first bytes of a content, `name` its file name. Brotli has no mark: there the name has to be believed. */
export function compressionOf(head: Buffer, name: string): Compression | null {
  if (begins(head, gzipMagic)) return 'gzip';
  if (begins(head, xzMagic)) return 'xz';
  if (/^BZh[1-9]/.test(head.toString('latin1', 0, 4))) return 'bzip2';
  return framed(head, name) ?? (claimedCompression(name) === 'brotli' ? 'brotli' : null);
}
