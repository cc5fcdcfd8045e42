/** Zip files, whoever made them. */
import type { Abandoned, Checker, Finding, Format, FormatContext } from './format.ts';
import { Pull } from './members-pull.ts';
import { Members } from './members.ts';
import { beginsAsPart, signatures } from './zip-records.ts';
import { ZipWalk } from './zip-walk.ts';

const begins: ReadonlySet<number> = new Set([
  signatures.local,
  signatures.end,
  signatures.extraData,
]);

export const zipArchive: Format = {
  recognises: (head) => {
    const first = head.length < 4 ? 0 : head.readUInt32LE(0);
    return begins.has(first) || beginsAsPart(head);
  },
  check: (context) => new ZipChecker(context),
};

class ZipChecker implements Checker {
  readonly #members: Members;
  readonly #walk: ZipWalk;
  readonly #source: Pull;

  constructor(context: FormatContext) {
    this.#members = new Members(context);
    this.#walk = new ZipWalk(this.#members, context.budget);
    this.#source = new Pull(context.hash, (source) => this.#walk.run(source));
  }

  push(bytes: Buffer): void | Promise<void> {
    return this.#source.push(bytes);
  }

  async end(): Promise<Finding> {
    const fault = await this.#source.end();
    await this.#members.release();
    if (this.#walk.isHidden && fault === null) {
      const shortfall = 'its list of files is encrypted';
      return { kind: 'zip', description: 'zip archive', whole: false, shortfall, fault };
    }
    const finding = this.#members.conclude('zip', fault);
    if (!finding.whole || this.#walk.comparesAll) return finding;
    return { ...finding, whole: false, shortfall: 'its list of files is too long to be compared' };
  }

  async abandon(): Promise<Abandoned> {
    await this.#members.release();
    const { kind, description, measures = {} } = this.#members.conclude('zip', null);
    return { kind, description, measures };
  }
}
