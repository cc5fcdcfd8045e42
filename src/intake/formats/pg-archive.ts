/**
 * PostgreSQL's archives: `pg_dump -Fc` in one file, and `toc.dat`, with which those of `-Ft` and `-Fd` begin. Read here byte by byte:
 * pg_restore --list blesses archives that are cut, and what is said here holds where no PostgreSQL is installed.
 */
import type { ContentKind } from '../../core/content.ts';
import { Pull, type Walk } from './members-pull.ts';
import { Blocks, readBlocks, readEnd } from './pg-blocks.ts';
import { MAGIC, readHeader, type ArchiveHeader, type Layout } from './pg-header.ts';
import { TableOfContents } from './pg-contents.ts';
import { readContents } from './pg-toc.ts';
import type { Abandoned, Checker, Finding, Format, FormatContext } from './format.ts';

const kinds: Readonly<Record<Layout, ContentKind>> = {
  custom: 'postgresql_custom',
  directory: 'postgresql_directory',
};

export const postgresArchive: Format = {
  recognises: (head) => head.subarray(0, MAGIC.length).equals(MAGIC),
  check: (context) => new ArchiveChecker(context),
};

class ArchiveChecker implements Checker {
  readonly #source: Pull;
  readonly #contents = new TableOfContents();
  #header: ArchiveHeader | null = null;
  #blocks: Blocks | null = null;

  constructor(context: FormatContext) {
    this.#source = new Pull(context.hash, (source) => this.#walk(source));
  }

  push(bytes: Buffer): void | Promise<void> {
    return this.#source.push(bytes);
  }

  async end(): Promise<Finding> {
    const fault = await this.#source.end();
    await this.#blocks?.stop();
    const shortfall = fault === null ? this.#shortfall() : null;
    const whole = fault === null && shortfall === null;
    return { ...this.#seen(), whole, shortfall, fault, needs: this.#contents.needs };
  }

  async abandon(): Promise<Abandoned> {
    await this.#blocks?.stop();
    return this.#seen();
  }

  *#walk(source: Pull): Walk {
    const header = yield* readHeader(source);
    this.#header = header;
    if (!header.known) return;
    yield* readContents(source, header, this.#contents);
    if (header.layout === 'custom') {
      this.#blocks = new Blocks(header);
      yield* readBlocks(source, this.#contents, this.#blocks);
    }
    yield* readEnd(source);
  }

  #shortfall(): string | null {
    const { withData, needs, tracksAll } = this.#contents;
    if (this.#header?.known !== true)
      return `archive version 1.${this.#header?.version} is not known here`;
    if (!tracksAll) return `${withData} entries have data, too many to look up each`;
    if (this.#blocks?.shortfall) return this.#blocks.shortfall;
    return needs.length > 0 ? `its data lies in ${needs.length} files beside it` : null;
  }

  #seen(): Pick<Finding, 'kind' | 'description' | 'measures'> {
    const layout = this.#header?.layout ?? 'custom';
    const server = this.#header?.server ?? '';
    const { tables, needs } = this.#contents;
    const batches = layout === 'custom' ? (this.#blocks?.count ?? 0) : needs.length;
    const name = ['PostgreSQL', server, `${layout} archive`].filter((part) => part !== '');
    return {
      kind: kinds[layout],
      description: name.join(' '),
      measures: this.#header?.known === true ? { tables, batches } : {},
    };
  }
}
