/** Tar archives, whoever made them, and the dumps that come as one: `pg_dump -Ft`, folders of `pg_dump -Fd` and of mydumper. */
import type { ContentFault } from '../../core/content.ts';
import type { Abandoned, Checker, Finding, Format, FormatContext } from './format.ts';
import { Pull } from './members-pull.ts';
import { Members } from './members.ts';
import { BLOCK_BYTES, checksumHolds, hasMark } from './tar-header.ts';
import { TarWalk } from './tar-walk.ts';

/**
 * A first block whose checksum holds, or that has the mark and is damaged. An archive of nothing has zeros only; as does a file whose
 * blocks were never written, and both are refused as empty.
 */
function recognises(head: Buffer): boolean {
  // Cut in its first header.
  if (head.length < BLOCK_BYTES) return hasMark(head);
  const block = head.subarray(0, BLOCK_BYTES);
  if (block[0] !== 0) return hasMark(block) || checksumHolds(block);
  return head.every((byte) => byte === 0);
}

export const tarArchive: Format = {
  recognises,
  check: (context) => new TarChecker(context),
};

class TarChecker implements Checker {
  readonly #members: Members;
  readonly #source: Pull;

  constructor(context: FormatContext) {
    this.#members = new Members(context);
    const walk = new TarWalk(this.#members);
    this.#source = new Pull(context.hash, (source) => walk.run(source));
  }

  push(bytes: Buffer): void | Promise<void> {
    return this.#source.push(bytes);
  }

  async end(): Promise<Finding> {
    const fault = await this.#source.end();
    await this.#members.release();
    return this.#conclude(fault);
  }

  async abandon(): Promise<Abandoned> {
    await this.#members.release();
    const { kind, description, measures = {} } = this.#conclude(null);
    return { kind, description, measures };
  }

  #conclude(fault: ContentFault | null): Finding {
    const finding = this.#members.conclude('tar', fault);
    // Zeros that something else follows are no archive.
    const isOther = fault?.reason === 'not_a_dump';
    return isOther
      ? { ...finding, kind: 'binary', description: 'data of no known format' }
      : finding;
  }
}
