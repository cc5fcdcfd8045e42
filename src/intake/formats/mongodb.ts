/**
 * Archives of `mongodump --archive`. Proved whole where every collection that the prelude announces reached its end, with the CRC-64 of its
 * documents. The prelude itself (names, options, indexes) has no checksum.
 */
import type { Hash } from 'node:crypto';
import { newSha256 } from '../../files/sha256.ts';
import { contentKinds, type ContentFault } from '../../core/content.ts';
import { forPeople } from '../../core/text.ts';
import type { Finding, Format } from './format.ts';
import { topFields } from './mongodb-bson.ts';
import { Namespaces } from './mongodb-namespaces.ts';
import { ArchiveWalk, MAGIC } from './mongodb-walk.ts';

class Archive {
  readonly #namespaces = new Namespaces();
  readonly #walk: ArchiveWalk;
  #description: string = contentKinds.mongodb_archive;
  /** SHA-256 of the prelude's header. */
  #prelude = '';
  /** Of the document of the prelude that is under way. */
  #describing: Hash | null = null;
  #fault: ContentFault | null = null;

  constructor() {
    this.#walk = new ArchiveWalk({
      header: (document, at) => {
        if (!this.#walk.inPrelude) return this.#namespaces.beginBlock(document, at);
        this.#begin(document);
        return null;
      },
      body: (bytes, at) => {
        if (!this.#walk.inPrelude) return this.#namespaces.add(bytes, at);
        this.#describing ??= newSha256();
        this.#describing.update(bytes);
        return null;
      },
      described: (beginning, at) => {
        const sha256 = this.#describing?.digest('hex') ?? '';
        this.#describing = null;
        return this.#namespaces.announce(beginning, sha256, at);
      },
    });
  }

  #begin(document: Buffer): void {
    this.#prelude = newSha256().update(document).digest('hex');
    const version = topFields(document).get('server_version');
    if (typeof version !== 'string' || version === '') return;
    this.#description = `MongoDB ${forPeople(version, 30)} archive`;
  }

  push(bytes: Buffer): void {
    if (this.#fault !== null) return;
    const fault = this.#walk.push(bytes);
    if (fault !== null) this.#fault = this.#trailing() ?? fault;
  }

  /** What cannot be read after everything that was announced is no part of the archive. */
  #trailing(): ContentFault | null {
    const { betweenBlocks, lastBlockEnd } = this.#walk;
    if (!betweenBlocks || this.#namespaces.unfinished !== null) return null;
    return {
      reason: 'trailing_bytes',
      message: `bytes follow the end of the archive, from byte ${lastBlockEnd}`,
    };
  }

  #cut(): ContentFault | null {
    const { inPrelude, lastBlockEnd, position } = this.#walk;
    const { present, unfinished } = this.#namespaces;
    const cut = (message: string): ContentFault => ({ reason: 'dump_cut', message });
    if (inPrelude) return cut(`it is cut at byte ${position}, within its prelude`);
    if (lastBlockEnd < position) {
      const within = present === null ? '' : `, within collection ${present}`;
      return this.#trailing() ?? cut(`it is cut at byte ${position}${within}`);
    }
    if (unfinished === null) return null;
    return cut(`it ends at byte ${position}, before the end of collection ${unfinished}`);
  }

  /** What can be told at any time. */
  get seen(): Pick<Finding, 'kind' | 'description' | 'measures'> {
    const { announced } = this.#namespaces;
    return {
      kind: 'mongodb_archive',
      description: this.#description,
      measures: { tables: announced },
    };
  }

  end(): Finding {
    const fault = this.#fault ?? this.#cut();
    const { crowded } = this.#namespaces;
    const shortfall =
      fault === null && crowded ? 'it has more collections than are kept account of here' : null;
    const whole = fault === null && !crowded;
    const finding = { ...this.seen, whole, shortfall, fault };
    if (!whole) return finding;
    return { ...finding, fingerprint: this.#namespaces.fingerprint(this.#prelude) };
  }
}

export const mongodbArchive: Format = {
  recognises: (head) => head.subarray(0, MAGIC.length).equals(MAGIC),
  check: ({ hash }) => {
    const archive = new Archive();
    return {
      push: (bytes) => {
        hash.keep(bytes);
        archive.push(bytes);
      },
      end: () => archive.end(),
      abandon: () => archive.seen,
    };
  },
};
