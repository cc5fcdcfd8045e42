/** The way through a tar archive: headers, what is added to them, contents, and the end. */
import { forPeople } from '../../core/text.ts';
import { Broken, SPAN, type Pull, type Walk } from './members-pull.ts';
import type { Members } from './members.ts';
import { firstNonZero } from '../decode/zeros.ts';
import {
  BLOCK_BYTES,
  checksumHolds,
  readTarHeader,
  tarText,
  type TarHeader,
} from './tar-header.ts';
import { passContent, passHoles } from './tar-content.ts';
import { readPaxRecords, type PaxRecords } from './tar-pax.ts';

/** The longest extended header, in bytes; a path has 4096. */
const MAX_EXTENDED = 1024 * 1024;

const isZero = (block: Buffer): boolean => firstNonZero(block) === -1;

/** How the fingerprint calls what is not a file. */
const asides: Readonly<Record<string, string>> = {
  '1': 'hard link',
  '2': 'link',
  '3': 'device',
  '4': 'device',
  '5': 'folder',
  '6': 'pipe',
};

/** GNU's additions that say nothing about what is in the archive: which names a folder had, how the volume is called. */
const additions: ReadonlySet<string> = new Set(['D', 'V']);

/** What the headers before the next member said about it. */
interface Extended extends PaxRecords {
  readonly link?: string;
}

export class TarWalk {
  readonly #members: Members;
  #global: PaxRecords = {};
  #next: Extended = {};
  /** The member before, for messages. */
  #last = '';
  /** A block that was looked at, and is still to be read. */
  #ahead: Buffer | null = null;

  constructor(members: Members) {
    this.#members = members;
  }

  *run(source: Pull): Walk {
    for (;;) {
      const at = source.position - (this.#ahead?.length ?? 0);
      const block: Buffer = this.#ahead ?? (yield BLOCK_BYTES);
      this.#ahead = null;
      if (block.length === 0) throw this.#cut(`at byte ${at}, without the mark of its end`);
      if (block.length < BLOCK_BYTES) throw this.#cut(`in the middle of the header at byte ${at}`);
      if (isZero(block)) break;
      yield* this.#member(source, at, block);
    }
    yield* this.#end(source);
  }

  *#member(source: Pull, at: number, block: Buffer): Walk {
    const header = readTarHeader(block);
    if (header === null)
      throw new Broken('dump_corrupt', `the header at byte ${at} is damaged${this.#whereabouts}`);
    const { type } = header;
    if (type === 'x' || type === 'g' || type === 'L' || type === 'K')
      yield* this.#extended(source, header);
    else yield* this.#entry(source, header, Buffer.from(block.subarray(386, 482)));
  }

  /** A header about the next member, or all that follow. */
  *#extended(source: Pull, { type, size }: TarHeader): Walk {
    const at = source.position;
    if (size > MAX_EXTENDED)
      throw new Broken('dump_corrupt', `an extended header of ${size} bytes at byte ${at}`);
    const bytes = Buffer.allocUnsafe(size);
    let filled = 0;
    yield* passContent(source, size, 'an extended header', (span) => {
      filled += span.copy(bytes, filled);
    });
    if (type === 'L') this.#next = { ...this.#next, path: tarText(bytes) };
    else if (type === 'K') this.#next = { ...this.#next, link: tarText(bytes) };
    else {
      const records = readPaxRecords(bytes);
      if (records === null)
        throw new Broken('dump_corrupt', `the extended header at byte ${at} is damaged`);
      if (type === 'g') this.#global = { ...this.#global, ...records };
      else this.#next = { ...this.#next, ...records };
    }
  }

  *#entry(source: Pull, header: TarHeader, holes: Buffer): Walk {
    const said = { ...this.#global, ...this.#next };
    this.#next = {};
    const name = said.path ?? header.name;
    const size = said.size ?? header.size;
    const link = said.link ?? said.linkpath ?? header.link;
    this.#last = name;
    const { type } = header;
    const aside = asides[type] ?? (size === 0 && name.endsWith('/') ? 'folder' : null);
    if (aside !== null) {
      this.#members.addAside({ name, type: aside, link: aside.endsWith('link') ? link : '' });
      // POSIX lets a hard link come with the content of its file; other programs write the size alone.
      if (type === '1' && size > 0) yield* this.#linkedContent(source, name, size);
      return;
    }
    if (type === 'M')
      throw new Broken(
        'dump_cut',
        `begins in the middle of ${forPeople(name, 80)}: one of several volumes`,
      );
    if (additions.has(type)) {
      yield* passContent(source, size, name, () => undefined);
      return;
    }
    yield* this.#file(source, header, name, size, type === 'S' || said.sparse === true, holes);
  }

  *#file(
    source: Pull,
    header: TarHeader,
    name: string,
    size: number,
    isSparse: boolean,
    holes: Buffer,
  ): Walk {
    const unread = isSparse ? 'it is stored with holes, which is not looked into' : null;
    const reader = this.#members.open(name, size, unread);
    try {
      if (header.type === 'S') {
        const wait = reader.push(holes);
        if (wait) yield wait;
        if (header.sparseGoesOn) yield* passHoles(name, reader.push);
      }
      yield* passContent(source, size, name, reader.push);
    } catch (error) {
      yield this.#members.release();
      throw error;
    }
    yield this.#members.close(name, size);
  }

  /** The content that a hard link comes with, unless another header follows at once. */
  *#linkedContent(source: Pull, name: string, size: number): Walk {
    const block = Buffer.from(yield BLOCK_BYTES);
    if (block.length < BLOCK_BYTES || isZero(block) || checksumHolds(block)) this.#ahead = block;
    else yield* passContent(source, Math.max(0, size - BLOCK_BYTES), name, () => undefined);
  }

  /** Only zeros follow, in whole blocks: whoever writes an archive ends it with two, or fills it up. */
  *#end(source: Pull): Walk {
    const end = source.position;
    for (;;) {
      const at = source.position;
      const span = yield SPAN;
      if (span.length === 0) break;
      const first = firstNonZero(span);
      if (first === -1) continue;
      if (this.#members.count === 0)
        throw new Broken('not_a_dump', `begins with ${at + first} zero bytes`);
      const more = `other bytes than zeros, the first at byte ${at + first}`;
      throw new Broken('trailing_bytes', `after its end at byte ${end} there are ${more}`);
    }
    if (source.position % BLOCK_BYTES !== 0 && this.#members.count > 0)
      throw this.#cut(
        `at byte ${source.position}, in the middle of a block of ${BLOCK_BYTES} bytes`,
      );
  }

  get #whereabouts(): string {
    return this.#last === '' ? '' : `, after ${forPeople(this.#last, 80)}`;
  }

  #cut(where: string): Broken {
    return new Broken('dump_cut', `ends ${where}${this.#whereabouts}`);
  }
}
