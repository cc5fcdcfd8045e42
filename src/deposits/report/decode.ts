/** Bytes to text: UTF-8 and nothing else, told apart from UTF-8 whose last character is still on its way. */

export type Decoded =
  /** Without the byte order mark. `cut`: the bytes end inside a character, which `text` lacks. */
  | { readonly kind: 'text'; readonly text: string; readonly cut: boolean }
  /** `problem` is a phrase for people. */
  | { readonly kind: 'not_utf8'; readonly problem: string };

/** Decodes strictly; one byte order mark at the beginning is dropped. Never throws. */
export function decodeUtf8(bytes: Uint8Array): Decoded {
  if (looksLikeUtf16(bytes)) return { kind: 'not_utf8', problem: 'UTF-16, not UTF-8' };
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    // As a stream, the decoder keeps an unfinished last character to itself instead of calling it wrong.
    const text = decoder.decode(bytes, { stream: true });
    return { kind: 'text', text, cut: endsInsideCharacter(decoder) };
  } catch {
    return { kind: 'not_utf8', problem: invalidByte(bytes) };
  }
}

function endsInsideCharacter(decoder: TextDecoder): boolean {
  try {
    decoder.decode();
    return false;
  } catch {
    return true;
  }
}

/** As PowerShell's `>` and some Windows editors write it: with a byte order mark, or beginning with a 16-bit `{`. */
function looksLikeUtf16(bytes: Uint8Array): boolean {
  const start = ((bytes[0] ?? 0) << 8) | (bytes[1] ?? 0xff);
  return start === 0xfffe || start === 0xfeff || start === 0x7b00 || start === 0x007b;
}

/** Where the bytes and a lenient round trip differ first, there is the fault, or at most two bytes before. */
function invalidByte(bytes: Uint8Array): string {
  const lenient = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  const repaired = new TextEncoder().encode(lenient);
  let line = 1;
  let at = 0;
  while (at < bytes.length && bytes[at] === repaired[at]) {
    if (bytes[at] === 0x0a) line += 1;
    at += 1;
  }
  const byte = (bytes[at] ?? 0).toString(16).toUpperCase().padStart(2, '0');
  return `not UTF-8: byte 0x${byte} on line ${line} is part of no character`;
}
