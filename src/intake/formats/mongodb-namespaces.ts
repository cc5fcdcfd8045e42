/**
 * The collections of a mongodump archive: which the prelude announces, which were begun, and which reached their end with the checksum of
 * their documents. Documents of several collections may be interleaved, block by block.
 */
import { newSha256 } from '../../files/sha256.ts';
import type { ContentFault } from '../../core/content.ts';
import { forPeople } from '../../core/text.ts';
import { Crc64 } from './crc64.ts';
import { topFields } from './mongodb-bson.ts';

/** More than any server holds; each costs some hundred bytes of memory here. */
const MOST_NAMESPACES = 100_000;
/** The server allows 255 bytes. */
const LONGEST_NAME = 512;
/** Where the documents of a time series lie, up to MongoDB 8.2: the prelude announces it without this. */
const BUCKETS = 'system.buckets.';

const corrupt = (message: string): ContentFault => ({ reason: 'dump_corrupt', message });
const quoted = (name: string): string => `"${forPeople(name, 100)}"`;

interface Namespace {
  readonly name: string;
  /** Running checksum of its documents, and their bytes. */
  readonly crc: Crc64;
  bytes: number;
}

/** What the header of a block, or a description in the prelude, is about; null where it says no such thing. */
interface Named {
  readonly database: string;
  readonly collection: string;
  readonly ended: boolean;
  readonly crc: bigint;
}

function named(document: Buffer): Named | null {
  const fields = topFields(document);
  const database = fields.get('db');
  const collection = fields.get('collection');
  if (typeof database !== 'string' || typeof collection !== 'string') return null;
  if (collection === '' || database.length + collection.length > LONGEST_NAME) return null;
  const crc = fields.get('CRC');
  return {
    database,
    collection,
    ended: fields.get('EOF') === true,
    crc: typeof crc === 'bigint' ? crc : 0n,
  };
}

export class Namespaces {
  /** Announced by the prelude, and not ended yet. */
  readonly #awaited = new Set<string>();
  readonly #open = new Map<string, Namespace>();
  /** By name: size and checksum of its documents. */
  readonly #ended = new Map<string, string>();
  /** SHA-256 of what the prelude says of each. */
  readonly #descriptions: string[] = [];
  #announced = 0;
  #crowded = false;
  #present: Namespace | null = null;

  /** Collections that the prelude announces; the oplog belongs to no database and is none. */
  get announced(): number {
    return this.#announced;
  }

  /** There were too many to keep account of. */
  get crowded(): boolean {
    return this.#crowded;
  }

  /** The name of one that was begun or announced and has not ended, as `"name"`; null when all have. */
  get unfinished(): string | null {
    const name = this.#open.keys().next().value ?? this.#awaited.values().next().value;
    return name === undefined ? null : quoted(name);
  }

  /** The one whose block is under way, as `"name"`. */
  get present(): string | null {
    return this.#present === null ? null : quoted(this.#present.name);
  }

  announce(beginning: Buffer, sha256: string, at: number): ContentFault | null {
    const found = named(beginning);
    if (found === null) return corrupt(`the document at byte ${at} does not describe a collection`);
    const { database, collection } = found;
    this.#makeRoom();
    if (database !== '') this.#announced += 1;
    if (this.#crowded) return null;
    this.#descriptions.push(sha256);
    this.#awaited.add(`${database}.${collection}`);
    return null;
  }

  beginBlock(header: Buffer, at: number): ContentFault | null {
    const found = named(header);
    if (found === null)
      return corrupt(`the document at byte ${at} is not the header of a collection`);
    if (this.#crowded) return null;
    const name = `${found.database}.${found.collection}`;
    if (this.#ended.has(name))
      return corrupt(`collection ${quoted(name)} goes on at byte ${at}, after its end`);
    const namespace = this.#open.get(name) ?? { name, crc: new Crc64('ecma'), bytes: 0 };
    if (found.ended) return this.#finish(namespace, found);
    this.#makeRoom();
    this.#open.set(name, namespace);
    this.#present = namespace;
    return null;
  }

  /** Bytes of documents of the present block. */
  add(bytes: Buffer, at: number): ContentFault | null {
    if (this.#crowded) return null;
    if (this.#present === null) return corrupt(`documents of no collection at byte ${at}`);
    this.#present.crc.update(bytes);
    this.#present.bytes += bytes.length;
    return null;
  }

  #finish(namespace: Namespace, { database, collection, crc }: Named): ContentFault | null {
    const { name } = namespace;
    const computed = namespace.crc.value;
    this.#present = null;
    this.#open.delete(name);
    this.#awaited.delete(name);
    if (collection.startsWith(BUCKETS))
      this.#awaited.delete(`${database}.${collection.slice(BUCKETS.length)}`);
    this.#ended.set(name, `${namespace.bytes} ${computed}`);
    if (computed === crc) return null;
    const hex = (value: bigint): string => value.toString(16).padStart(16, '0');
    return corrupt(
      `the checksum of collection ${quoted(name)} does not agree: ${hex(crc)} is written, ${hex(computed)} was computed`,
    );
  }

  #makeRoom(): void {
    const kept = this.#awaited.size + this.#open.size + this.#ended.size;
    if (kept < MOST_NAMESPACES) return;
    this.#crowded = true;
    this.#awaited.clear();
    this.#open.clear();
    this.#ended.clear();
  }

  /**
   * Of all collections, whatever order they were dumped in: mongodump reads several at once, so that two archives of unchanged data differ
   * in the order of their blocks.
   */
  fingerprint(prelude: string): string {
    const ended = [...this.#ended].map(([name, content]) => `${name}\n${content}`);
    const lines = [prelude, ...this.#descriptions.toSorted(), ...ended.toSorted()];
    return newSha256().update(lines.join('\n')).digest('hex');
  }
}
