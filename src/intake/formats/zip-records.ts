/** The records that a zip file is made of (PKWARE's APPNOTE.TXT 6.3, sections 4.3 and 4.5). All numbers have their least significant byte first. */

export const signatures = {
  local: 0x04034b50,
  descriptor: 0x08074b50,
  central: 0x02014b50,
  extraData: 0x08064b50,
  digital: 0x05054b50,
  end64: 0x06064b50,
  locator64: 0x07064b50,
  end: 0x06054b50,
} as const;

export const SIGNATURE_BYTES = 4;

/** What a file in several parts begins with (APPNOTE 8.5.3, 8.5.4), also where one part was enough. */
const partMarks: ReadonlySet<number> = new Set([signatures.descriptor, 0x30304b50]);

/** Whether `head` begins with such a mark and an entry after it. */
export const beginsAsPart = (head: Buffer): boolean =>
  head.length >= 2 * SIGNATURE_BYTES &&
  partMarks.has(head.readUInt32LE(0)) &&
  head.readUInt32LE(SIGNATURE_BYTES) === signatures.local;
/** After the signature, and before what has a length of its own. */
export const LOCAL_BYTES = 26;
export const CENTRAL_BYTES = 42;
export const END_BYTES = 18;
export const LOCATOR64_BYTES = 16;

export const methods = { stored: 0, deflated: 8 } as const;

/** The standard knows no higher numbers: 99 is encryption with AES, 6.3 its own version. */
export const HIGHEST_METHOD = 99;
export const HIGHEST_VERSION = 63;

/** Written instead of a number that does not fit into four bytes, or two. */
const beyond32 = 0xffff_ffff;
const beyond16 = 0xffff;

/** Field of the extra data that holds such numbers, in eight bytes each. */
const zip64Field = 1;

export interface Sizes {
  readonly crc: number;
  /** In the archive, and uncompressed, in bytes. */
  readonly stored: number;
  readonly size: number;
}

/** How the data was changed. */
export interface Coding {
  readonly isEncrypted: boolean;
  readonly method: number;
}

export interface LocalHeader extends Sizes, Coding {
  /** Checksum and sizes follow the data: what stands here is zero, or the same. */
  readonly hasDescriptor: boolean;
  readonly isUtf8: boolean;
  readonly nameLength: number;
  readonly extraLength: number;
}

export function readLocal(bytes: Buffer): LocalHeader {
  const flags = bytes.readUInt16LE(2);
  return {
    isEncrypted: (flags & 1) !== 0,
    hasDescriptor: (flags & 8) !== 0,
    isUtf8: (flags & 0x800) !== 0,
    method: bytes.readUInt16LE(4),
    crc: bytes.readUInt32LE(10),
    stored: bytes.readUInt32LE(14),
    size: bytes.readUInt32LE(18),
    nameLength: bytes.readUInt16LE(22),
    extraLength: bytes.readUInt16LE(24),
  };
}

export interface CentralHeader extends Sizes, Coding {
  /** Version of the standard that it takes, times 10. */
  readonly version: number;
  /** Where its local header begins. */
  readonly offset: number;
  readonly nameLength: number;
  readonly extraLength: number;
  readonly commentLength: number;
}

export function readCentral(bytes: Buffer): CentralHeader {
  return {
    // The byte above it is for a system of files.
    version: bytes[2] ?? 0,
    isEncrypted: ((bytes[4] ?? 0) & 1) !== 0,
    method: bytes.readUInt16LE(6),
    crc: bytes.readUInt32LE(12),
    stored: bytes.readUInt32LE(16),
    size: bytes.readUInt32LE(20),
    nameLength: bytes.readUInt16LE(24),
    extraLength: bytes.readUInt16LE(26),
    commentLength: bytes.readUInt16LE(28),
    offset: bytes.readUInt32LE(38),
  };
}

/** Number of eight bytes; null above 2^53, which no file reaches. */
export function readLong(bytes: Buffer, at: number): number | null {
  const value = bytes.readUInt32LE(at + 4) * 2 ** 32 + bytes.readUInt32LE(at);
  return Number.isSafeInteger(value) ? value : null;
}

/**
 * Replaces those of `values` that did not fit by what the extra data says, in the order of the standard: size, stored size, offset.
 * Null where it does not say it.
 */
export function widened(extra: Buffer, values: readonly number[]): readonly number[] | null {
  if (!values.includes(beyond32)) return values;
  const field = extraField(extra, zip64Field);
  if (field === null) return null;
  let at = 0;
  const result: number[] = [];
  for (const value of values) {
    if (value !== beyond32) {
      result.push(value);
      continue;
    }
    const long = at + 8 <= field.length ? readLong(field, at) : null;
    if (long === null) return null;
    result.push(long);
    at += 8;
  }
  return result;
}

/** The field of that number; null where there is none, also in extra data that is not made of fields. */
function extraField(extra: Buffer, wanted: number): Buffer | null {
  for (let at = 0; at + 4 <= extra.length;) {
    const from = at + 4;
    const to = from + extra.readUInt16LE(at + 2);
    if (extra.readUInt16LE(at) === wanted)
      return to <= extra.length ? extra.subarray(from, to) : null;
    at = to;
  }
  return null;
}

/** How many entries there are, and where their list lies; null where the record for larger numbers says it. */
export interface EndRecord {
  readonly disk: number;
  readonly entries: number | null;
  readonly size: number | null;
  readonly offset: number | null;
  readonly commentLength: number;
}

export function readEnd(bytes: Buffer): EndRecord {
  const unless = (value: number, beyond: number): number | null =>
    value === beyond ? null : value;
  return {
    disk: bytes.readUInt16LE(0),
    entries: unless(bytes.readUInt16LE(6), beyond16),
    size: unless(bytes.readUInt32LE(8), beyond32),
    offset: unless(bytes.readUInt32LE(12), beyond32),
    commentLength: bytes.readUInt16LE(16),
  };
}
