/** What it takes to look at one format: a recogniser of first bytes, and a checker that the whole content flows through. */
import type {
  ContentFact,
  ContentFault,
  ContentKind,
  ContentMeasures,
} from '../../core/content.ts';
import type { Budget } from '../budget.ts';
import type { ContentHash } from '../content-hash.ts';

/** How many first bytes of a content a recogniser is shown; fewer only where the content is shorter. */
export const HEAD_BYTES = 4096;

/** What a checker says when the last byte has been seen. */
export interface Finding {
  readonly kind: ContentKind;
  /** See ContentFact. */
  readonly description: string;
  /** The format itself proves that nothing is missing. */
  readonly whole: boolean;
  /** Why it is not proved, as a phrase; null where it is, or where there is a fault. */
  readonly shortfall: string | null;
  readonly fault: ContentFault | null;
  readonly remarks?: readonly string[];
  readonly measures?: Partial<ContentMeasures>;
  readonly lastLine?: string | null;
  /** Instead of the one of ContentHash: for containers, whose members count, not their order or times. */
  readonly fingerprint?: string;
  /** Of the only file in a container: size and SHA-256 of its uncompressed content. */
  readonly only?: { readonly size: number; readonly sha256: string };
  /** Files that belong beside this one (the table of contents of a PostgreSQL directory archive): names without a suffix of compression. */
  readonly needs?: readonly string[];
}

/** `needs` as in Finding; `unchecked` where it is a stream that carries no checksum. */
export type MemberFact = ContentFact & {
  readonly needs: readonly string[];
  readonly unchecked: boolean;
};

/** A content of its own within a container: decompressed, recognised, checked and hashed like a file. */
export interface Member {
  readonly push: (bytes: Buffer) => void | Promise<void>;
  readonly end: () => Promise<MemberFact>;
}

export interface FormatContext {
  /** Every byte pushed has to be handed over to it, in order; at the latest in `end`. */
  readonly hash: ContentHash;
  /** Name of the file without the suffix of its compression; what it says is a claim, and only compared. */
  readonly name: string;
  /**
   * Looks at a member of a container; `name` is its own. Where `check` is given it is used whatever the member looks like, once the
   * compression was undone that the name says; but not where it lies too deep.
   */
  readonly member: (name: string, check: Format['check'] | null) => Member;
  /** Where the same content lies as a file, or where it can be put for a while; see formats/sqlite-file.ts. */
  readonly place: ContentPlace;
  /** For a container that compresses its members by itself. */
  readonly budget: Budget;
}

/** How a checker that needs a file (SQLite) gets at one. */
export interface ContentPlace {
  /** A descriptor, open for reading, of a file of exactly this content once all of it was pushed; null for a content that was decompressed. */
  readonly descriptor: number | null;
  /** Path for a file of our own, which does not exist yet and is removed by whoever makes it; null where none may be made. */
  readonly scratch: (() => string) | null;
  /** This program, to be run again as a process of its own. */
  readonly program: readonly string[] | null;
}

/** What was seen of a content before it broke off. */
export type Abandoned = Partial<Pick<Finding, 'kind' | 'description' | 'measures' | 'lastLine'>>;

export interface Checker {
  /** The next bytes. They are overwritten once this returns (or what it returns resolves): what is kept has to be copied. */
  readonly push: (bytes: Buffer) => void | Promise<void>;
  /** After the last byte of a stream that could be read to its end. */
  readonly end: () => Finding | Promise<Finding>;
  /** Instead of `end`, when the stream broke: releases what is held, and says what was seen. The hashes do not matter any more; members are ended. */
  readonly abandon: () => Abandoned | Promise<Abandoned>;
}

export interface Format {
  /** Whether a content that begins like this is of this format. `head` has HEAD_BYTES, or the whole content where `all`. */
  readonly recognises: (head: Buffer, all: boolean) => boolean;
  readonly check: (context: FormatContext) => Checker;
}
