/** What is kept of a table of contents: as much as tells whether all data is there, so that millions of entries cost no memory. */
import { forPeople } from '../../core/text.ts';

/** More entries that have data than these are counted, but not looked up one by one: some 60 bytes each. */
const MAX_TRACKED = 500_000;
/** Names are for messages only: kept while they are few. */
const MAX_NAMES = 10_000;
/** Files beside a `toc.dat`. */
const MAX_NEEDS = 100_000;
/** Entries of which it is known whether their number occurred before: one bit each. */
const MAX_NUMBERS = 2 ** 23;

/** Large objects, of which one entry has many; all other data is rows of one table. */
export const LARGE_OBJECTS = 'BLOBS';

export class TableOfContents {
  tables = 0;
  /** Entries that have data. */
  withData = 0;
  /** Names of the files that the data lies in, in a directory archive. */
  readonly needs: string[] = [];
  /** Positions by the number of the entry, for those whose data was not seen yet; NaN where the position is not known. */
  readonly #missing = new Map<number, number>();
  readonly #names = new Map<number, string>();
  readonly #largeObjects = new Set<number>();
  #numbers = new Uint8Array(1024);

  /** Whether every entry that has data is known by its number, or by the name of its file. */
  get tracksAll(): boolean {
    return this.withData <= MAX_TRACKED && this.needs.length < MAX_NEEDS;
  }

  /** An entry whose data is missing; null where none is. */
  get firstMissing(): number | null {
    const [first] = this.#missing.keys();
    return first ?? null;
  }

  /** Notes the number of an entry; false where it is not the first of that number, as far as that is known. */
  isNew(number: number): boolean {
    if (number >= MAX_NUMBERS) return true;
    const index = number >> 3;
    if (index >= this.#numbers.length) {
      const larger = new Uint8Array(Math.max(index + 1, 2 * this.#numbers.length));
      larger.set(this.#numbers);
      this.#numbers = larger;
    }
    const bit = 1 << (number & 7);
    const before = this.#numbers[index] ?? 0;
    this.#numbers[index] = before | bit;
    return (before & bit) === 0;
  }

  /** An entry whose data lies at `position` of the same file, NaN where that is not known. */
  addBlock(number: number, description: string, tag: string, position: number): void {
    this.withData += 1;
    if (!this.tracksAll) return;
    this.#missing.set(number, position);
    if (description === LARGE_OBJECTS) this.#largeObjects.add(number);
    if (this.#names.size < MAX_NAMES)
      this.#names.set(number, forPeople(`${description} ${tag}`, 100));
  }

  /** An entry whose data lies in a file of that name. */
  addFile(name: string): void {
    this.withData += 1;
    if (this.tracksAll) this.needs.push(name);
  }

  /** Where the data of the entry is expected; undefined where none is, or was seen already. */
  positionOf(number: number): number | undefined {
    return this.#missing.get(number);
  }

  isLargeObjects(number: number): boolean {
    return this.#largeObjects.has(number);
  }

  /** The entry as people know it: `TABLE DATA customer`, or its number. */
  nameOf(number: number): string {
    return this.#names.get(number) ?? `entry ${number}`;
  }

  /** The data of the entry was found. */
  found(number: number): void {
    this.#missing.delete(number);
    this.#names.delete(number);
  }
}
