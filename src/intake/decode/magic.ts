/** Numbers that frames begin with, read as little-endian 32-bit numbers. */

/** RFC 8878 section 3.1.1. */
export const zstdMagic = 0xfd2fb528;

/** LZ4 frame format 1.6.3: "General Structure of LZ4 Frame format" and "Legacy frame". */
export const lz4Magic = { frame: 0x184d2204, legacy: 0x184c2102 } as const;

/** A frame of the user's own data, 0x184d2a50 to 0x184d2a5f, which both skip: the number is followed by its size in 4 bytes. */
export const isSkippable = (magic: number): boolean => magic >>> 4 === 0x184d2a5;

/** Whether a few bytes are the beginning of one of these numbers, or of that of a skippable frame. */
export function beginsMagic(bytes: Buffer, magics: readonly number[]): boolean {
  const skippable = Array.from({ length: 16 }, (_, index) => 0x184d2a50 + index);
  return [...magics, ...skippable].some((magic) => {
    const whole = Buffer.alloc(4);
    whole.writeUInt32LE(magic);
    return whole.subarray(0, bytes.length).equals(bytes);
  });
}
