/** SQL text in UTF-16, as PowerShell's `>` writes what a dump tool prints: neither mysql nor psql nor sqlite3 reads it. */
import type { ContentKind } from '../../../core/content.ts';
import type { Checker, Format } from '../format.ts';

type Order = 'little' | 'big';

const orderOf = (head: Buffer): Order | null => {
  const [first = -1, second = -1] = head;
  if (first === 0xff && second === 0xfe) return 'little';
  if (first === 0xfe && second === 0xff) return 'big';
  if (head.length < 4) return null;
  // Without a mark: every other byte of its first characters is zero.
  const zeros = [0, 1, 2, 3].filter((at) => head[at] === 0).join();
  if (zeros === '1,3') return 'little';
  return zeros === '0,2' ? 'big' : null;
};

/** The head as if it were in UTF-8; null where it is not in UTF-16. */
export function decoded(head: Buffer): Buffer | null {
  const order = orderOf(head);
  if (order === null) return null;
  const even = Buffer.from(head.subarray(0, head.length - (head.length % 2)));
  const little = order === 'little' ? even : even.swap16();
  return Buffer.from(little.toString('utf16le').replace(/^\ufeff/u, ''), 'utf8');
}

/** The format that a text of `format` has once it went through PowerShell. */
export const inUtf16 = (format: Format, kind: ContentKind): Format => ({
  recognises: (head, all) => {
    const text = decoded(head);
    return text !== null && format.recognises(text, all);
  },
  check: (context): Checker => {
    const description = 'SQL text in UTF-16';
    return {
      push: (bytes) => context.hash.keep(bytes),
      end: () => ({
        kind,
        description,
        whole: false,
        shortfall: null,
        fault: {
          reason: 'dump_corrupt',
          message:
            'the dump is in UTF-16, as PowerShell\'s ">" writes it, and cannot be restored as it is: ' +
            'let the tool write its file itself (--result-file, --file)',
        },
      }),
      abandon: () => ({ kind, description }),
    };
  },
});
