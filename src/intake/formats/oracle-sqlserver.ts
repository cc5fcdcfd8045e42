/** The checker of formats that can be named, and of which nothing can be proved. */
import { contentKinds, type ContentKind } from '../../core/content.ts';
import { HEAD_BYTES, type Checker, type FormatContext } from './format.ts';

/**
 * @param describe what the first HEAD_BYTES say
 * @param words the content in words, for the shortfall: `an Oracle dump`
 */
export function unproved(
  context: FormatContext,
  kind: ContentKind,
  describe: (head: Buffer) => string,
  words: string,
): Checker {
  let head: Buffer = Buffer.alloc(0);
  const description = (): string => (head.length === 0 ? contentKinds[kind] : describe(head));
  return {
    push: (bytes) => {
      context.hash.keep(bytes);
      const missing = HEAD_BYTES - head.length;
      if (missing > 0) head = Buffer.concat([head, bytes.subarray(0, missing)]);
    },
    end: () => ({
      kind,
      description: description(),
      whole: false,
      shortfall: `the end of ${words} cannot be checked here`,
      fault: null,
    }),
    abandon: () => ({ kind, description: description() }),
  };
}
