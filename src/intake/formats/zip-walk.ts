/** The way through a zip file: entries with their data, then the list of them. */
import { isUtf8 } from 'node:buffer';
import { forPeople } from '../../core/text.ts';
import type { Budget } from '../budget.ts';
import { Broken, type Pull, type Walk } from './members-pull.ts';
import type { Members } from './members.ts';
import { ZipData, type Passed, type Take } from './zip-data.ts';
import { readDescriptor } from './zip-descriptor.ts';
import { ZipDirectory } from './zip-directory.ts';
import {
  HIGHEST_METHOD,
  LOCAL_BYTES,
  methods,
  readLocal,
  SIGNATURE_BYTES,
  signatures,
  widened,
  type LocalHeader,
} from './zip-records.ts';

interface Named {
  readonly header: LocalHeader;
  readonly name: string;
  readonly rawName: string;
}

/** For a folder: nothing comes of what is in it. */
const leave = (): void => undefined;

export class ZipWalk {
  readonly #members: Members;
  readonly #budget: Budget;
  readonly #directory = new ZipDirectory();
  #isHidden = false;

  constructor(members: Members, budget: Budget) {
    this.#members = members;
    this.#budget = budget;
  }

  /** Its list is encrypted, so that nothing can be said. */
  get isHidden(): boolean {
    return this.#isHidden;
  }

  /** Whether its list is of the entries that are there, as far as it was read. */
  get comparesAll(): boolean {
    return this.#directory.comparesAll;
  }

  *run(source: Pull): Walk {
    let ahead: Buffer | null = null;
    for (;;) {
      const at: number = source.position - (ahead?.length ?? 0);
      const bytes: Buffer = ahead ?? (yield SIGNATURE_BYTES);
      ahead = null;
      if (bytes.length < SIGNATURE_BYTES)
        throw new Broken(
          'dump_cut',
          `ends at byte ${source.position}, without its list of entries`,
        );
      const signature = bytes.readUInt32LE(0);
      if (signature === signatures.local) {
        ahead = yield* this.#entry(source, at);
        continue;
      }
      this.#isHidden = signature === signatures.extraData;
      if (this.#isHidden) return;
      // The mark of an archive in parts, as it was recognised.
      if (at === 0 && !listBegins.has(signature)) continue;
      if (!listBegins.has(signature))
        throw new Broken('dump_corrupt', `expected an entry or the list of them at byte ${at}`);
      yield* this.#directory.read(source, signature);
      return;
    }
  }

  /** Gives the signature that comes next, where it was read already. */
  *#entry(source: Pull, at: number): Walk<Buffer | null> {
    const { header, name, rawName } = yield* this.#header(source, at);
    const label = forPeople(name, 80);
    const isFolder = name.endsWith('/');
    if (isFolder) this.#members.addAside({ name, type: 'folder', link: '' });
    const take = isFolder ? leave : this.#open(header, name);
    let ahead: Buffer | null = null;
    let passed: Passed;
    try {
      passed = yield* new ZipData(label, take, this.#budget).pass(source, header);
      if (header.hasDescriptor) ahead = yield* readDescriptor(source, passed, label);
      else if (passed.isUndone && (passed.crc !== header.crc || passed.size !== header.size))
        throw new Broken(
          'dump_corrupt',
          `${label} does not have the checksum and size that it says`,
        );
    } catch (error) {
      yield this.#members.release();
      throw error;
    }
    if (!isFolder) yield this.#members.close(name, passed.size);
    const { isEncrypted, method } = header;
    this.#directory.add(at, { ...passed, isEncrypted, method, rawName });
    return ahead;
  }

  *#header(source: Pull, at: number): Walk<Named> {
    const header = readLocal(yield* this.#exactly(source, LOCAL_BYTES));
    const bytes = yield* this.#exactly(source, header.nameLength);
    const rawName = bytes.toString('latin1');
    // Without the flag it is in whatever the machine used; for a label that is good enough.
    const name = header.isUtf8 || isUtf8(bytes) ? bytes.toString() : rawName;
    const extra = yield* this.#exactly(source, header.extraLength);
    const wide = widened(extra, [header.size, header.stored]);
    if (wide === null)
      throw new Broken('dump_corrupt', `sizes are missing in the header at byte ${at}`);
    if (header.method > HIGHEST_METHOD)
      throw new Broken('dump_corrupt', `compression ${header.method} in the header at byte ${at}`);
    const [size = 0, stored = 0] = wide;
    return { header: { ...header, size, stored }, name, rawName };
  }

  #open({ isEncrypted, method, hasDescriptor, size }: LocalHeader, name: string): Take {
    const isKnown = method === methods.stored || method === methods.deflated;
    const unread = isEncrypted
      ? 'encrypted'
      : isKnown
        ? null
        : `compression method ${method} is not undone here`;
    return this.#members.open(name, hasDescriptor ? null : size, unread).push;
  }

  *#exactly(source: Pull, count: number): Walk<Buffer> {
    const bytes = yield count;
    if (bytes.length < count)
      throw new Broken('dump_cut', `ends at byte ${source.position}, in the header of an entry`);
    return bytes;
  }
}

const listBegins: ReadonlySet<number> = new Set([
  signatures.central,
  signatures.end64,
  signatures.end,
]);
