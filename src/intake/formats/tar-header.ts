/**
 * The header block of a member of a tar archive: POSIX.1 pax, "ustar Interchange Format" (also without its mark, as before 1988), and the
 * additions of GNU tar's manual, "Basic Tar Format".
 */

export const BLOCK_BYTES = 512;

export interface TarHeader {
  readonly name: string;
  /** One character; `0` where none is given. */
  readonly type: string;
  /** Bytes that follow the header, before they are filled up to whole blocks. */
  readonly size: number;
  /** Where a link points to. */
  readonly link: string;
  /** GNU: whether another block follows that says where the data of a file with holes belongs. */
  readonly sparseGoesOn: boolean;
}

const checksumField = { from: 148, to: 156 } as const;
const space = 0x20;

/** The number in `field`, as octal digits or (GNU) in base 256; null where it is neither, or none that counts bytes. */
export function tarNumber(field: Buffer): number | null {
  const [first = 0] = field;
  if (first === 0x80) {
    const value = field.subarray(1).reduce((sum, byte) => sum * 256 + byte, 0);
    return Number.isSafeInteger(value) ? value : null;
  }
  const digits = /^ *([0-7]*)[ \0]*$/.exec(field.toString('latin1'))?.[1];
  if (digits === undefined) return null;
  const value = Number.parseInt(digits === '' ? '0' : digits, 8);
  return Number.isSafeInteger(value) ? value : null;
}

/** Whether the sum of its bytes is as written in it; some programs add them up as signed. */
export function checksumHolds(block: Buffer): boolean {
  const written = block.subarray(checksumField.from, checksumField.to);
  const expected = /[0-7]/.test(written.toString('latin1')) ? tarNumber(written) : null;
  if (expected === null) return false;
  let unsigned = 0;
  let signed = 0;
  for (let at = 0; at < BLOCK_BYTES; at += 1) {
    const inField = at >= checksumField.from && at < checksumField.to;
    const byte = inField ? space : (block[at] ?? 0);
    unsigned += byte;
    signed += byte < 128 ? byte : byte - 256;
  }
  return expected === unsigned || expected === signed;
}

/** Text up to the first zero byte. */
export function tarText(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return (end === -1 ? bytes : bytes.subarray(0, end)).toString();
}

/** `ustar` with a zero byte (POSIX) or with spaces (GNU, which has no prefix there). */
export function hasMark(block: Buffer): boolean {
  return block.toString('latin1', 257, 262) === 'ustar';
}

/** What a block of BLOCK_BYTES says; null where it is damaged. */
export function readTarHeader(block: Buffer): TarHeader | null {
  if (!checksumHolds(block)) return null;
  const size = tarNumber(block.subarray(124, 136));
  if (size === null) return null;
  const isPosix = hasMark(block) && block[262] === 0;
  const prefix = isPosix ? tarText(block.subarray(345, 500)) : '';
  const base = tarText(block.subarray(0, 100));
  const code = block[156] ?? 0;
  return {
    name: prefix === '' ? base : `${prefix}/${base}`,
    type: code === 0 ? '0' : String.fromCharCode(code),
    size,
    link: tarText(block.subarray(157, 257)),
    sparseGoesOn: block[482] === 1,
  };
}
