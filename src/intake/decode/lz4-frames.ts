/** The frames of an LZ4 content (LZ4 frame format 1.6.3), and of the legacy format of `lz4 -l` and the Linux kernel. */
import { FrameWalker } from './frames.ts';
import { beginsMagic, isSkippable, lz4Magic } from './magic.ts';

/** FLG byte, "Frame Descriptor". */
const flag = { dictionary: 1, contentChecksum: 4, contentSize: 8, blockChecksum: 16 } as const;
const VERSION = 1;
/** Magic number, FLG and BD; and the checksum of the header at its end. */
const FLAGS_END = 6;
const CHECKSUM_BYTES = 4;
/** A legacy block holds 8 MiB: this is the most that they can be compressed to (LZ4_compressBound). */
const LEGACY_BLOCK_MAX = 8 * 1024 * 1024 + Math.floor((8 * 1024 * 1024) / 255) + 16;

export class Lz4Frames extends FrameWalker {
  #next: 'frame' | 'header' | 'skippable' | 'block' | 'legacy_block' = 'frame';
  #flags = 0;

  protected override between(): boolean {
    // A legacy frame has no end of its own: it ends where a block would begin.
    return this.#next === 'frame' || this.#next === 'legacy_block';
  }

  override mayGoOn(undecided: Buffer): boolean {
    // Anything may be the size of a legacy block.
    return (
      this.#next === 'legacy_block' || beginsMagic(undecided, [lz4Magic.frame, lz4Magic.legacy])
    );
  }

  protected override look(source: Buffer, at: number, position: number): boolean {
    if (this.#next === 'block') return this.#block(source.readUInt32LE(at));
    if (this.#next === 'legacy_block') return this.#legacyBlock(source.readUInt32LE(at), position);
    if (this.#next === 'frame') return this.#frame(source.readUInt32LE(at), position);
    if (this.#next === 'header') return this.#header(source.readUInt8(at + 4), position);
    this.skip = source.readUInt32LE(at + 4);
    this.#expect('frame');
    return true;
  }

  #expect(next: 'frame' | 'legacy_block' | 'block'): void {
    this.#next = next;
    this.need = 4;
    this.held = next !== 'block';
  }

  #frame(magic: number, position: number): boolean {
    if (magic === lz4Magic.legacy) {
      this.#expect('legacy_block');
      return true;
    }
    if (magic === lz4Magic.frame) {
      this.#next = 'header';
      this.need = FLAGS_END;
    } else if (isSkippable(magic)) {
      this.#next = 'skippable';
      this.need = 8;
    } else this.endAt(position);
    return false;
  }

  #header(flags: number, position: number): boolean {
    if (flags >>> 6 !== VERSION) {
      this.fail({ kind: 'corrupt', near: position, words: 'a frame of an unknown version' });
      return false;
    }
    if ((flags & flag.dictionary) !== 0) {
      this.fail({ kind: 'unavailable', why: 'it needs a dictionary, which is not in it' });
      return false;
    }
    this.#flags = flags;
    this.unchecked ||= (flags & (flag.contentChecksum | flag.blockChecksum)) === 0;
    this.skip = ((flags & flag.contentSize) === 0 ? 0 : 8) + 1;
    this.#expect('block');
    return true;
  }

  #block(size: number): boolean {
    const checksum = (bit: number): number => ((this.#flags & bit) === 0 ? 0 : CHECKSUM_BYTES);
    if (size === 0) {
      this.skip = checksum(flag.contentChecksum);
      this.#expect('frame');
    } else {
      // The highest bit says that the block is not compressed.
      this.skip = (size & 0x7fff_ffff) + checksum(flag.blockChecksum);
    }
    return true;
  }

  #legacyBlock(size: number, position: number): boolean {
    if (size > 0 && size <= LEGACY_BLOCK_MAX) {
      this.unchecked = true;
      this.skip = size;
      return true;
    }
    return this.#frame(size, position);
  }
}
