/**
 * The head of a Redis RDB file: nine bytes of name and version, then auxiliary fields (from version 7 on), each an opcode and two strings.
 * After the description of the format at https://rdb.fnordig.de/file_format.html, and what redis-server 7.0 writes.
 */

export interface RdbHead {
  readonly version: number;
  readonly server: 'Redis' | 'Valkey';
  readonly fields: readonly AuxiliaryField[];
}

export interface AuxiliaryField {
  readonly name: string;
  readonly value: string;
  /** Where the opcode stands, and where the value ends. */
  readonly start: number;
  readonly end: number;
}

/** Redis, and Valkey before 9: four digits; Valkey from 9 on, whose versions start at 80: three. */
const magic = /^(?:REDIS(?<redis>\d{4})|VALKEY(?<valkey>\d{3}))/u;
export const MAGIC_BYTES = 9;

const OPCODE_AUXILIARY = 0xfa;

interface Read {
  readonly text: string;
  readonly end: number;
}

/** Length prefixes by their upper two bits: six bits, fourteen bits; a longer one than that is none of the fields we want. */
function readPlain(head: Buffer, at: number): Read | null {
  const first = head[at] ?? 0;
  const long = first >= 0x40;
  const start = long ? at + 2 : at + 1;
  const length = long ? ((first & 0x3f) << 8) | (head[at + 1] ?? 0) : first;
  if (start + length > head.length) return null;
  return { text: head.toString('latin1', start, start + length), end: start + length };
}

/** A string, or a number in one, two or four bytes; null where it is neither, or reaches beyond the head. */
function readString(head: Buffer, at: number): Read | null {
  const first = head[at];
  if (first === undefined) return null;
  if (first < 0x80) return readPlain(head, at);
  const width = [1, 2, 4][first - 0xc0];
  if (width === undefined || at + 1 + width > head.length) return null;
  return { text: String(head.readIntLE(at + 1, width)), end: at + 1 + width };
}

/** @param head the first bytes of the file, no more than a few thousand */
export function parseHead(head: Buffer): RdbHead {
  const found = magic.exec(head.toString('latin1', 0, MAGIC_BYTES))?.groups;
  const fields: AuxiliaryField[] = [];
  for (let at = MAGIC_BYTES; head[at] === OPCODE_AUXILIARY;) {
    const name = readString(head, at + 1);
    const value = name === null ? null : readString(head, name.end);
    if (name === null || value === null) break;
    fields.push({ name: name.text, value: value.text, start: at, end: value.end });
    at = value.end;
  }
  return {
    version: Number(found?.['redis'] ?? found?.['valkey'] ?? 0),
    server: found?.['valkey'] === undefined ? 'Redis' : 'Valkey',
    fields,
  };
}

export const isRdb = (head: Buffer): boolean => magic.test(head.toString('latin1', 0, MAGIC_BYTES));
