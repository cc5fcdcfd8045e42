/** Bytes of no known format: the last resort, which takes everything. */
import type { Format } from './format.ts';
import { unproved } from './unproved.ts';

/** How much of it the histogram sees. */
const SAMPLE_BYTES = 64 * 1024;
/** Bits per byte above which it looks encrypted; 64 KiB of random bytes have 7.997, compressed data of most kinds a little less. */
const RANDOM_ENTROPY = 7.9;

/** Formats that are known by name only, with the bytes they begin with. */
const known: readonly (readonly [name: string, magic: Buffer])[] = [
  ['7-Zip archive', Buffer.from('377abcaf271c', 'hex')],
  ['RAR archive', Buffer.from('Rar!\x1a\x07', 'latin1')],
  ['lzip stream', Buffer.from('LZIP', 'latin1')],
  ['lzop stream', Buffer.from('894c5a4f000d0a1a0a', 'hex')],
  ['compress (.Z) stream', Buffer.from('1f9d', 'hex')],
  ['cpio archive', Buffer.from('07070', 'latin1')],
  ['xbstream archive (mariadb-backup, xtrabackup)', Buffer.from('XBSTCK', 'latin1')],
  ['qpress archive', Buffer.from('qpress10', 'latin1')],
  ['Microsoft Access database', Buffer.from('\x00\x01\x00\x00Standard ', 'latin1')],
];

/** Shannon entropy in bits per byte. */
function entropy(bytes: Buffer): number {
  const counts = new Uint32Array(256);
  for (const byte of bytes) counts[byte] = (counts[byte] ?? 0) + 1;
  let bits = 0;
  for (const count of counts)
    if (count > 0) bits -= (count / bytes.length) * Math.log2(count / bytes.length);
  return bits;
}

const nameOf = (head: Buffer): string | null =>
  known.find(([, magic]) => head.subarray(0, magic.length).equals(magic))?.[0] ?? null;

export const anyBinary: Format = {
  recognises: () => true,
  check: unproved({
    kind: 'binary',
    describe: (head) => nameOf(head) ?? 'data of no known format',
    shortfall: 'format not known',
    remarks: (head) =>
      nameOf(head) === null && entropy(head) > RANDOM_ENTROPY
        ? ['the bytes look encrypted or random']
        : [],
    headBytes: SAMPLE_BYTES,
  }),
};
