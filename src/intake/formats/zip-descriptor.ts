/** The record after the data of an entry whose sizes were not known when its header was written. */
import { Broken, type Pull, type Walk } from './members-pull.ts';
import type { Passed } from './zip-data.ts';
import { readLong, SIGNATURE_BYTES, signatures } from './zip-records.ts';

/** `PK`, with which every signature begins. */
const mark = 0x4b50;

/**
 * Reads checksum and sizes, which have four bytes or eight, after a signature or without one: nothing says which but that they have to be
 * what was found. Gives the signature that comes next, where it was read already.
 */
export function* readDescriptor(source: Pull, passed: Passed, name: string): Walk<Buffer | null> {
  const start = passed.descriptor ?? Buffer.from(yield SIGNATURE_BYTES);
  const isMarked = start.length >= 4 && start.readUInt32LE(0) === signatures.descriptor;
  const wanted = isMarked ? 16 : 12;
  const first = Buffer.concat([start, yield wanted - start.length]);
  if (first.length < wanted)
    throw new Broken('dump_cut', `ends at byte ${source.position}, after the data of ${name}`);
  const body = isMarked ? first.subarray(4) : first;
  const { crc, stored, size, isUndone } = passed;
  const holds = !isUndone || body.readUInt32LE(0) === crc;
  const isShort = body.readUInt32LE(4) === stored && (!isUndone || body.readUInt32LE(8) === size);
  const isLong = readLong(body, 4) === stored;
  if (!holds || (!isShort && !isLong))
    throw new Broken(
      'dump_corrupt',
      `${name} does not have the checksum and sizes written after it`,
    );
  if (!isLong) return null;
  // The short form of an empty entry looks the same; then a signature follows.
  const next = Buffer.from(yield SIGNATURE_BYTES);
  if (isShort && next.length === SIGNATURE_BYTES && next.readUInt16LE(0) === mark) return next;
  const long = Buffer.concat([next, yield SIGNATURE_BYTES]);
  if (long.length < 8)
    throw new Broken('dump_cut', `ends at byte ${source.position}, after the data of ${name}`);
  if (isUndone && readLong(long, 0) !== size)
    throw new Broken('dump_corrupt', `${name} does not have the size written after it`);
  return null;
}
