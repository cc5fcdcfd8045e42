/** What is remembered of each member of a container. */
import type { ContentFault, ContentKind, ContentMeasures } from '../../core/content.ts';
import { TOO_DEEP } from './too-deep.ts';

/** Of members that are looked into by themselves, what their own content says. */
export interface InspectedMember {
  /** null where its compression could not be undone here. */
  readonly kind: ContentKind | null;
  readonly description: string;
  /** Of the uncompressed content; null where not all of it came out. */
  readonly raw: { readonly size: number; readonly sha256: string } | null;
  readonly measures: ContentMeasures;
  /** Names of files that belong beside it. */
  readonly needs: readonly string[];
  /** It is a stream that carries no checksum. */
  readonly unchecked: boolean;
}

export interface MemberRecord {
  /** As the container gives it, with folders; a label, never a path of ours. */
  readonly name: string;
  /** `file`, `folder`, or what the container calls it. */
  readonly type: string;
  /** Where a link points to. */
  readonly link: string;
  /** Of the content, lower-case hex; null where it is not known. */
  readonly fingerprint: string | null;
  /** Bytes of its content, uncompressed where it could be. */
  readonly size: number;
  /** Why it was not proved to be whole, as a phrase; null where it was, and where nothing had to be (folders, links, empty files). */
  readonly unproved: string | null;
  readonly fault: ContentFault | null;
  readonly inspected: InspectedMember | null;
  /** Files that a list of large objects names; see pg-members.ts. */
  readonly lists: readonly string[];
  /** What a `metadata` says; see mydumper.ts. */
  readonly notes: { readonly started: boolean; readonly finished: boolean } | null;
}

/** What a reader of one member finds out; the container knows the rest. */
export type Found = Pick<
  MemberRecord,
  'fingerprint' | 'unproved' | 'fault' | 'inspected' | 'lists' | 'notes'
>;

/** Looks at the bytes of a member as they come by, without keeping them. */
export interface Witness {
  readonly push: (bytes: Buffer) => void;
  readonly end: () => Partial<Found>;
}

/** `dump` of `dump/a.sql`; empty for a member that is in no folder. */
export const folderOf = (name: string): string => name.slice(0, Math.max(0, name.lastIndexOf('/')));

export const baseOf = (name: string): string => name.slice(name.lastIndexOf('/') + 1);

/** The name without the suffix of a compression that PostgreSQL or mydumper may have added. */
export const plainName = (name: string): string => name.replace(/\.(?:gz|zst|lz4)$/, '');

export const noKnownFormat = 'of no known format';

/** Whether all of its content was looked into: its compression could be undone, it was neither encrypted nor stored with holes, nor too deep. */
export const wasSeen = ({ inspected, unproved }: MemberRecord): boolean =>
  inspected === null
    ? unproved === noKnownFormat
    : inspected.raw !== null && inspected.description !== TOO_DEEP;

/** Files of one folder, and what they are together. */
export interface Ensemble {
  /** Null for files that have nothing to do with one another. */
  readonly kind: 'postgresql_tar' | 'postgresql_directory' | 'mydumper' | null;
  readonly description: string;
  /** What is wrong with them together. */
  readonly fault: ContentFault | null;
  /** Whether the fault of one of them is one of the container. */
  readonly blames: (record: MemberRecord, fault: ContentFault) => boolean;
  /** Why one of them is not proved to be whole, as a phrase. */
  readonly unproved: (record: MemberRecord) => string | null;
  /** Whether the measures of one of them count. */
  readonly counts: (record: MemberRecord) => boolean;
  /** Whether one of them changes by itself, and is left out of the fingerprint. */
  readonly isVolatile: (record: MemberRecord) => boolean;
}
