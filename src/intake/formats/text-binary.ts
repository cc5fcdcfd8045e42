/** Bytes of no known format: the last resort, which takes everything. */
import type { Checker, Format, FormatContext } from './format.ts';
import { ContentHead } from './text-head.ts';

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
export function entropy(bytes: Buffer): number {
  const counts = new Uint32Array(256);
  for (const byte of bytes) counts[byte] = (counts[byte] ?? 0) + 1;
  let bits = 0;
  for (const count of counts)
    if (count > 0) bits -= (count / bytes.length) * Math.log2(count / bytes.length);
  return bits;
}

function check(context: FormatContext): Checker {
  const head = new ContentHead(SAMPLE_BYTES);
  const name = (): string | null =>
    known.find(([, magic]) => head.bytes.subarray(0, magic.length).equals(magic))?.[0] ?? null;
  const description = (): string => name() ?? 'data of no known format';
  return {
    push: (bytes) => {
      head.push(bytes);
      context.hash.keep(bytes);
    },
    end: () => {
      const looksRandom = name() === null && entropy(head.bytes) > RANDOM_ENTROPY;
      return {
        kind: 'binary',
        description: description(),
        whole: false,
        shortfall: 'format not known',
        fault: null,
        remarks: looksRandom ? ['the bytes look encrypted or random'] : [],
      };
    },
    abandon: () => ({ kind: 'binary', description: description() }),
  };
}

export const anyBinary: Format = { recognises: () => true, check };
