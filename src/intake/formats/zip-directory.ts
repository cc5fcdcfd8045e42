/** The list at the end of a zip file, and whether it is of the entries that are there. */
import { forPeople } from '../../core/text.ts';
import { firstNonZero } from '../decode/zeros.ts';
import { Broken, SPAN, type Pull, type Walk } from './members-pull.ts';
import {
  CENTRAL_BYTES,
  END_BYTES,
  HIGHEST_VERSION,
  LOCATOR64_BYTES,
  readCentral,
  readEnd,
  readLong,
  SIGNATURE_BYTES,
  signatures,
  widened,
  type Coding,
  type Sizes,
} from './zip-records.ts';

/** Entries that are compared one by one, and characters of their names; more are only counted. */
const MAX_COMPARED = 100_000;
const MAX_TEXT = 16_000_000;

/** An entry as it was found. */
export interface Entry extends Sizes, Coding {
  /** Byte for byte, as Latin-1. */
  readonly rawName: string;
  /** Whether `crc` and `size` were seen; else they are what its header says. */
  readonly isUndone: boolean;
}

/** What the record for larger numbers says. */
interface Wide {
  readonly entries: number | null;
  readonly size: number | null;
  readonly offset: number | null;
}

const corrupt = (message: string): Broken => new Broken('dump_corrupt', message);

export class ZipDirectory {
  readonly #entries = new Map<number, Entry>();
  #found = 0;
  #text = 0;
  #listed = 0;
  #wide: Wide | null = null;

  /** Whether every entry was, or can be, compared with the list. */
  get comparesAll(): boolean {
    return this.#found <= MAX_COMPARED && this.#text <= MAX_TEXT;
  }

  /** An entry whose header begins at `offset`. */
  add(offset: number, entry: Entry): void {
    this.#found += 1;
    this.#text += entry.rawName.length;
    if (this.comparesAll) this.#entries.set(offset, entry);
    else this.#entries.clear();
  }

  /** Reads the list, of which the first signature was read, and what follows it to the end of the file. */
  *read(source: Pull, first: number): Walk {
    const start = source.position - SIGNATURE_BYTES;
    let end = start;
    for (let signature = first; signature !== signatures.end;) {
      if (signature === signatures.central) {
        yield* this.#listedEntry(source);
        end = source.position;
      } else if (signature === signatures.digital) {
        const length = (yield* this.#exactly(source, 2)).readUInt16LE(0);
        yield* this.#exactly(source, length);
        end = source.position;
      } else if (signature === signatures.end64) yield* this.#wideEnd(source);
      else if (signature === signatures.locator64) yield* this.#exactly(source, LOCATOR64_BYTES);
      else throw corrupt(`no part of the list at byte ${source.position - SIGNATURE_BYTES}`);
      signature = (yield* this.#exactly(source, SIGNATURE_BYTES)).readUInt32LE(0);
    }
    yield* this.#end(source, start, end);
    yield* this.#behind(source);
  }

  /** Only zeros follow: bsdtar fills up what it writes to a pipe. */
  *#behind(source: Pull): Walk {
    const end = source.position;
    for (;;) {
      const span = yield SPAN;
      if (span.length === 0) return;
      if (firstNonZero(span) !== -1)
        throw new Broken('trailing_bytes', `there are bytes after its end at byte ${end}`);
    }
  }

  *#listedEntry(source: Pull): Walk {
    const at = source.position - SIGNATURE_BYTES;
    const header = readCentral(yield* this.#exactly(source, CENTRAL_BYTES));
    const rawName = (yield* this.#exactly(source, header.nameLength)).toString('latin1');
    const extra = yield* this.#exactly(source, header.extraLength);
    const wide = widened(extra, [header.size, header.stored, header.offset]);
    yield* this.#exactly(source, header.commentLength);
    const [size = 0, stored = 0, offset = 0] = wide ?? [];
    if (wide === null) throw corrupt(`sizes are missing in the list, at byte ${at}`);
    if (header.version > HIGHEST_VERSION)
      throw corrupt(`version ${header.version} in the list, at byte ${at}`);
    this.#listed += 1;
    if (!this.comparesAll) return;
    const entry = this.#entries.get(offset);
    const name = forPeople(rawName, 80);
    if (entry?.rawName !== rawName)
      throw corrupt(`the list names ${name} at byte ${offset}, where it is not`);
    const fits =
      entry.stored === stored &&
      entry.method === header.method &&
      entry.isEncrypted === header.isEncrypted &&
      (!entry.isUndone || (entry.size === size && entry.crc === header.crc));
    if (!fits)
      throw corrupt(`${name} is not what the list says: checksum, sizes or compression differ`);
    // Listed once.
    this.#entries.delete(offset);
  }

  *#wideEnd(source: Pull): Walk {
    const length = readLong(yield* this.#exactly(source, 8), 0) ?? 0;
    // Of a known size, but for an area that programs may use as they like.
    if (length < 44 || length > 65_536) throw corrupt(`an end record of ${length} bytes`);
    const bytes = yield* this.#exactly(source, length);
    this.#wide = {
      entries: readLong(bytes, 20),
      size: readLong(bytes, 28),
      offset: readLong(bytes, 36),
    };
  }

  *#end(source: Pull, start: number, end: number): Walk {
    const record = readEnd(yield* this.#exactly(source, END_BYTES));
    yield* this.#exactly(source, record.commentLength);
    // Where there is a record for larger numbers, this one may leave it to that.
    if (record.disk !== 0 && !(record.disk === 0xffff && this.#wide !== null))
      throw new Broken('dump_cut', `is part ${record.disk + 1} of an archive in several files`);
    const entries = record.entries ?? this.#wide?.entries ?? 0xffff;
    if (this.#listed !== this.#found)
      throw corrupt(`${this.#found} entries are there, but ${this.#listed} in the list`);
    // Some programs count on from zero after 65535.
    if (entries !== this.#found && entries !== this.#found % 65_536)
      throw corrupt(`${this.#found} entries are there; expected ${entries}`);
    const size = record.size ?? this.#wide?.size ?? end - start;
    const offset = record.offset ?? this.#wide?.offset ?? start;
    if (size !== end - start || offset !== start)
      throw corrupt(`the list is at byte ${start} (${end - start}); expected ${offset} (${size})`);
  }

  *#exactly(source: Pull, count: number): Walk<Buffer> {
    const bytes = yield count;
    if (bytes.length < count)
      throw new Broken('dump_cut', `ends at byte ${source.position}, in its list of entries`);
    return bytes;
  }
}
