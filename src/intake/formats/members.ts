/**
 * What is common to containers of files (tar, zip): every member is looked into, and together they say what the container is: an archive
 * of PostgreSQL's, a folder of mydumper's, or any files.
 */
import type { ContentFault } from '../../core/content.ts';
import type { Finding, FormatContext } from './format.ts';
import { isFaultAlone } from './members-blame.ts';
import {
  commonFault,
  memberFault,
  memberKind,
  memberMeasures,
  memberRemarks,
  memberShortfall,
  onlyFile,
  place,
} from './members-conclusion.ts';
import { membersFingerprint } from './members-fingerprint.ts';
import { readerFor, unreadReader, type MemberReader } from './members-reader.ts';
import type { MemberRecord } from './members-record.ts';

/** More members than this are looked into, but not remembered, nor more than so many characters of theirs. */
const MAX_MEMBERS = 100_000;
const MAX_TEXT = 16_000_000;

/** Characters that are remembered of a member: its name, its target, and the names that it lists. */
const textOf = ({ name, link, lists, inspected }: MemberRecord): number =>
  [name, link, ...lists, ...(inspected?.needs ?? [])].reduce((sum, { length }) => sum + length, 0);

/** A member that is not looked into: a folder, a link, a device. */
export type Aside = Pick<MemberRecord, 'name' | 'type' | 'link'>;

export class Members {
  readonly #context: FormatContext;
  readonly #records: MemberRecord[] = [];
  #count = 0;
  #text = 0;
  #reader: MemberReader | null = null;
  /** Of a member that is not remembered. */
  #faultBeyond: ContentFault | null = null;

  constructor(context: FormatContext) {
    this.#context = context;
  }

  /** Members so far, also those that are not remembered. */
  get count(): number {
    return this.#count;
  }

  addAside(aside: Aside): void {
    const nothing = { fingerprint: null, unproved: null, fault: null, inspected: null };
    this.#add({ ...aside, ...nothing, size: 0, lists: [], notes: null });
  }

  /** Begins a file; the one before must have been closed. `unread` says why it cannot be looked into, null where it can. */
  open(name: string, size: number | null, unread: string | null): MemberReader {
    const reader = unread === null ? readerFor(this.#context, name, size) : unreadReader(unread);
    this.#reader = reader;
    return reader;
  }

  /** Ends the file that was opened; `stored` are its bytes in the container. */
  async close(name: string, stored: number): Promise<void> {
    const reader = this.#reader;
    this.#reader = null;
    const found = await reader?.end();
    if (!found) return;
    const size = found.inspected?.raw?.size ?? stored;
    this.#add({ ...found, name, type: 'file', link: '', size });
  }

  /** Releases what a file holds that was opened and not closed: nothing is said about it. */
  async release(): Promise<void> {
    const reader = this.#reader;
    this.#reader = null;
    await reader?.end();
  }

  /** `fault` is what is wrong with the container itself, after the members that were closed. */
  conclude(container: 'tar' | 'zip', fault: ContentFault | null): Finding {
    const placed = place(this.#records);
    const isComplete = this.#records.length === this.#count;
    const together = isComplete ? commonFault(placed) : this.#faultBeyond;
    const first = memberFault(placed) ?? fault ?? together;
    const shortfall = isComplete
      ? memberShortfall(placed)
      : `it has ${this.#count} members, too many to compare them all`;
    const fingerprint = isComplete && first === null ? membersFingerprint(placed) : null;
    const only = isComplete && first === null ? onlyFile(placed) : null;
    return {
      ...memberKind(container, placed),
      whole: first === null && shortfall === null,
      shortfall: first === null ? shortfall : null,
      fault: first,
      measures: memberMeasures(placed),
      // A zip has checksums of its own.
      remarks: container === 'tar' ? memberRemarks(placed) : [],
      ...(fingerprint === null ? {} : { fingerprint }),
      ...(only === null ? {} : { only }),
    };
  }

  #add(record: MemberRecord): void {
    this.#count += 1;
    this.#text += textOf(record);
    if (this.#records.length < MAX_MEMBERS && this.#text <= MAX_TEXT) this.#records.push(record);
    else if (record.fault !== null && isFaultAlone(record, record.fault))
      this.#faultBeyond ??= record.fault;
  }
}
