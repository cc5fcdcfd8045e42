/** As much of BSON (https://bsonspec.org/spec.html) as the headers of an archive need: the fields at the top of one small document. */

export type BsonValue = string | boolean | bigint | number | null;

/** Sizes of values by their types, where the type alone says it. */
const fixed: Readonly<Record<number, number>> = {
  0x01: 8,
  0x06: 0,
  0x07: 12,
  0x08: 1,
  0x09: 8,
  0x0a: 0,
  0x10: 4,
  0x11: 8,
  0x12: 8,
  0x13: 16,
};
const TYPE_STRING = 0x02;
/** Documents and arrays begin with their length, which counts itself. */
const TYPE_DOCUMENT = 0x03;
const TYPE_ARRAY = 0x04;
const TYPE_BOOLEAN = 0x08;
const TYPE_INT32 = 0x10;
const TYPE_INT64 = 0x12;

interface Read {
  readonly value: BsonValue;
  readonly end: number;
}

function readText(document: Buffer, at: number): Read | null {
  if (at + 4 > document.length) return null;
  // Counts the terminating zero.
  const length = document.readUInt32LE(at);
  const end = at + 4 + length;
  if (length < 1 || end > document.length || document[end - 1] !== 0) return null;
  return { value: document.toString('utf8', at + 4, end - 1), end };
}

function readValue(document: Buffer, type: number, at: number): Read | null {
  if (type === TYPE_STRING) return readText(document, at);
  const nested = (type === TYPE_DOCUMENT || type === TYPE_ARRAY) && at + 4 <= document.length;
  const size = nested ? document.readUInt32LE(at) : fixed[type];
  if (size === undefined || at + size > document.length) return null;
  const end = at + size;
  if (type === TYPE_BOOLEAN) return { value: document[at] === 1, end };
  if (type === TYPE_INT32) return { value: document.readInt32LE(at), end };
  if (type === TYPE_INT64) return { value: document.readBigUInt64LE(at), end };
  return { value: null, end };
}

/**
 * The fields up to the first that is not understood or does not fit; 64-bit numbers are unsigned.
 *
 * @param document one document, or its first bytes
 */
export function topFields(document: Buffer): ReadonlyMap<string, BsonValue> {
  const fields = new Map<string, BsonValue>();
  for (let at = 4; at < document.length;) {
    const type = document[at] ?? 0;
    const nameEnd = document.indexOf(0, at + 1);
    if (type === 0 || nameEnd === -1) break;
    const read = readValue(document, type, nameEnd + 1);
    if (read === null) break;
    fields.set(document.toString('utf8', at + 1, nameEnd), read.value);
    at = read.end;
  }
  return fields;
}
