/** The checker of contents that can be named by their first bytes, and of which nothing can be proved. */
import type { ContentKind } from '../../core/content.ts';
import { HEAD_BYTES, type Checker, type FormatContext } from './format.ts';
import { ContentHead } from './text-head.ts';

export interface Unproved {
  readonly kind: ContentKind;
  /** What the first bytes say. */
  readonly describe: (head: Buffer) => string;
  /** Why nothing is proved, as a phrase. */
  readonly shortfall: string;
  readonly remarks?: (head: Buffer) => readonly string[];
  /** How many first bytes they are shown; HEAD_BYTES where it is not said. */
  readonly headBytes?: number;
}

export const unproved =
  ({ kind, describe, shortfall, remarks, headBytes = HEAD_BYTES }: Unproved) =>
  ({ hash }: FormatContext): Checker => {
    const head = new ContentHead(headBytes);
    return {
      push: (bytes) => {
        head.push(bytes);
        hash.keep(bytes);
      },
      end: () => ({
        kind,
        description: describe(head.bytes),
        whole: false,
        shortfall,
        fault: null,
        remarks: remarks?.(head.bytes) ?? [],
      }),
      abandon: () => ({ kind, description: describe(head.bytes) }),
    };
  };
