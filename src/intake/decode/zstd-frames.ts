/** The frames of a Zstandard content (RFC 8878 section 3.1). */
import { bytes } from '../../core/bytes.ts';
import { FrameWalker } from './frames.ts';
import { beginsMagic, isSkippable, zstdMagic } from './magic.ts';

/**
 * The largest window that is decoded, as a power of two: 128 MiB, the largest that every decoder is asked to support by the
 * `zstd` tool, which itself needs `--long=31` or `--memory` to read more. A window is memory, and its size is the sender's choice.
 */
export const WINDOW_LOG_MAX = 27;

/** Block_Type, section 3.1.1.2.2. */
const RLE_BLOCK = 1;
const RESERVED_BLOCK = 3;
const BLOCK_HEADER = 3;
const CHECKSUM_BYTES = 4;
/** Magic number and descriptor. */
const DESCRIPTOR_END = 5;

/** Bytes of Dictionary_ID and Frame_Content_Size by their flags; a single segment always has a size (section 3.1.1.1). */
const dictionaryBytes = [0, 1, 2, 4] as const;
const sizeBytes = [0, 2, 4, 8] as const;

function littleEndian(source: Buffer, at: number, count: number): number {
  let value = 0;
  for (let index = count - 1; index >= 0; index -= 1) {
    value = value * 256 + source.readUInt8(at + index);
  }
  return value;
}

interface Header {
  /** Bytes, with the magic number. */
  readonly length: number;
  readonly single: boolean;
  readonly checksum: boolean;
  readonly reserved: boolean;
  readonly dictionary: number;
  readonly size: number;
}

/** What the descriptor says; the numbers are how many bytes their fields have. */
function describe(descriptor: number): Header {
  const single = (descriptor & 0x20) !== 0;
  const dictionary = dictionaryBytes[descriptor & 3] ?? 0;
  const size = sizeBytes[descriptor >>> 6] ?? 0;
  const sizeField = single && size === 0 ? 1 : size;
  return {
    length: DESCRIPTOR_END + (single ? 0 : 1) + dictionary + sizeField,
    single,
    checksum: (descriptor & 4) !== 0,
    reserved: (descriptor & 8) !== 0,
    dictionary,
    size: sizeField,
  };
}

/** Section 3.1.1.1.2; that of a single segment is its content. */
function windowOf(header: Header, source: Buffer, at: number): number {
  if (header.single) {
    const size = littleEndian(source, at + header.length - header.size, header.size);
    return header.size === 2 ? size + 256 : size;
  }
  const descriptor = source.readUInt8(at + DESCRIPTOR_END);
  const base = 2 ** (10 + (descriptor >>> 3));
  return base + (base / 8) * (descriptor & 7);
}

export class ZstdFrames extends FrameWalker {
  #next: 'frame' | 'header' | 'skippable' | 'block' = 'frame';
  #checksum = false;

  protected override between(): boolean {
    return this.#next === 'frame';
  }

  override mayGoOn(undecided: Buffer): boolean {
    return beginsMagic(undecided, [zstdMagic]);
  }

  protected override look(source: Buffer, at: number, position: number): boolean {
    if (this.#next === 'block') return this.#block(source, at, position);
    if (this.#next === 'frame') return this.#frame(source, at, position);
    if (this.#next === 'header') return this.#header(source, at, position);
    this.skip = source.readUInt32LE(at + 4);
    this.#expectFrame();
    return true;
  }

  #expectFrame(): void {
    this.#next = 'frame';
    this.need = 4;
    this.held = true;
  }

  #frame(source: Buffer, at: number, position: number): boolean {
    const magic = source.readUInt32LE(at);
    if (magic === zstdMagic) {
      this.#next = 'header';
      this.need = DESCRIPTOR_END;
    } else if (isSkippable(magic)) {
      this.#next = 'skippable';
      this.need = 8;
    } else this.endAt(position);
    return false;
  }

  #header(source: Buffer, at: number, position: number): boolean {
    const header = describe(source.readUInt8(at + DESCRIPTOR_END - 1));
    if (header.reserved) {
      this.fail({ kind: 'corrupt', near: position, words: 'a reserved bit of a frame is set' });
      return false;
    }
    if (this.need < header.length) {
      this.need = header.length;
      return false;
    }
    const why = this.#obstacle(header, source, at);
    if (why !== null) {
      this.fail({ kind: 'unavailable', why });
      return false;
    }
    this.#checksum = header.checksum;
    this.unchecked ||= !header.checksum;
    this.#next = 'block';
    this.need = BLOCK_HEADER;
    this.held = false;
    return true;
  }

  /** Why a frame cannot be decoded here, undamaged as it may be. */
  #obstacle(header: Header, source: Buffer, at: number): string | null {
    const window = windowOf(header, source, at);
    const most = 2 ** WINDOW_LOG_MAX;
    if (window > most) {
      return `it needs a window of ${bytes(window)}, more than the ${bytes(most)} that are allowed`;
    }
    const idAt = at + DESCRIPTOR_END + (header.single ? 0 : 1);
    const id = littleEndian(source, idAt, header.dictionary);
    return id === 0 ? null : `it needs the dictionary ${id}, which is not in it`;
  }

  #block(source: Buffer, at: number, position: number): boolean {
    const header = (source[at] ?? 0) | ((source[at + 1] ?? 0) << 8) | ((source[at + 2] ?? 0) << 16);
    const type = (header >>> 1) & 3;
    if (type === RESERVED_BLOCK) {
      this.fail({ kind: 'corrupt', near: position, words: 'a block of a reserved type' });
      return false;
    }
    this.skip = type === RLE_BLOCK ? 1 : header >>> 3;
    if ((header & 1) === 0) return true;
    if (this.#checksum) this.skip += CHECKSUM_BYTES;
    this.#expectFrame();
    return true;
  }
}
