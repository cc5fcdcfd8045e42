/** Text of no known format: CSV, JSON, a log. Nothing proves it whole, and nothing refuses it. */
import { HEAD_BYTES, type Checker, type Format, type FormatContext } from './format.ts';
import { beginningOf } from './sql/beginning.ts';
import { Search } from './sql/search.ts';
import { ContentHead } from './text-head.ts';
import { TextTail } from './text-tail.ts';

/** So many zero bytes in a row are a part that was lost, in whatever text. */
const LOST_ZEROS = 64;

/** Control characters that text may hold: backspace, tab, line feed, vertical tab, form feed, return, escape. */
const inText = new Set([8, 9, 10, 11, 12, 13, 26, 27]);

/** At most this share of other control characters, where some sneaked in. */
const CONTROL_SHARE = 0.02;

/** Whether hardly any control characters are among the bytes; zeros are not counted, which may be a part that was lost. */
export function hasFewControls(bytes: Buffer): boolean {
  let controls = 0;
  for (const byte of bytes) if (byte > 0 && byte < 32 && !inText.has(byte)) controls++;
  return controls <= bytes.length * CONTROL_SHARE;
}

/** Whether bytes are text in UTF-8, Latin-1 or the like. */
export const isText = (head: Buffer): boolean => !head.includes(0) && hasFewControls(head);

function describe(head: Buffer): string {
  const first = beginningOf(head).statement?.trimStart()[0];
  if (first === '{' || first === '[') return 'JSON text';
  return first === '<' ? 'XML text' : 'text of no known format';
}

function check(context: FormatContext): Checker {
  const head = new ContentHead(HEAD_BYTES);
  const tail = new TextTail();
  const zeros = new Search(Buffer.alloc(LOST_ZEROS));
  return {
    push: (bytes) => {
      head.push(bytes);
      tail.push(bytes);
      zeros.push(bytes);
      context.hash.keep(bytes);
    },
    end: () => ({
      kind: 'text',
      description: describe(head.bytes),
      whole: false,
      shortfall: 'format not known',
      fault: null,
      remarks: zeros.first === null ? [] : [`zero bytes from byte ${zeros.first} on`],
      lastLine: tail.lastLine(),
    }),
    abandon: () => ({
      kind: 'text',
      description: describe(head.bytes),
      lastLine: tail.lastLine(),
    }),
  };
}

export const anyText: Format = { recognises: isText, check };
