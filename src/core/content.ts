/** What one read found out about the content of a file, beyond its size and hash. Plain data: found in intake, judged in core, kept in db. */
import type { Assurance } from './statuses.ts';

/** How a stream is compressed; found by its first bytes (brotli, which has no mark, by its name). */
export const compressions = ['gzip', 'zstd', 'xz', 'bzip2', 'lz4', 'brotli'] as const;
export type Compression = (typeof compressions)[number];

/** Kinds of content, and how people call them. A job whose kind changes from one round to the next is held. */
export const contentKinds = {
  postgresql_plain: 'PostgreSQL dump',
  postgresql_cluster: 'PostgreSQL cluster dump (pg_dumpall)',
  postgresql_custom: 'PostgreSQL custom archive',
  postgresql_tar: 'PostgreSQL tar archive',
  postgresql_directory: 'PostgreSQL directory archive',
  mysql: 'MySQL or MariaDB dump',
  mydumper: 'mydumper directory',
  sqlite_file: 'SQLite database file',
  sqlite_sql: 'SQLite .dump text',
  sql: 'SQL text',
  mongodb_archive: 'MongoDB archive',
  redis_rdb: 'Redis RDB file',
  oracle: 'Oracle Data Pump or export file',
  sqlserver: 'SQL Server backup',
  tar: 'tar archive',
  zip: 'zip archive',
  text: 'text of no known format',
  binary: 'data of no known format',
} as const;
export type ContentKind = keyof typeof contentKinds;

/** Why content is no usable dump. */
export const contentReasons = [
  'empty',
  'stream_cut',
  'stream_corrupt',
  'trailing_bytes',
  'expands_too_far',
  'raw_size_differs',
  'raw_hash_differs',
  'dump_cut',
  'dump_corrupt',
  'dump_failed',
  'foreign_text',
  'not_a_dump',
  'wrong_kind',
] as const;
export type ContentReason = (typeof contentReasons)[number];

/** Those of the compressed stream itself; all others are of the dump in it. */
export const streamReasons: ReadonlySet<ContentReason> = new Set([
  'stream_cut',
  'stream_corrupt',
  'trailing_bytes',
  'expands_too_far',
]);

export interface ContentFault {
  readonly reason: ContentReason;
  /** A phrase fit for people; whatever of it came from the file is made harmless already (core/text.ts). */
  readonly message: string;
}

/** Cheap measures of a dump; null where the format does not give them for free. */
export interface ContentMeasures {
  readonly tables: number | null;
  /** INSERT or COPY statements of an SQL dump, data blocks of an archive. */
  readonly batches: number | null;
}

export interface ContentFact {
  /** How much was proved; `intact` where the stream could not be decoded here. Means nothing beside a fault. */
  readonly assurance: Assurance;
  readonly compression: Compression | null;
  /** Its name says that it is compressed, and it is not: there is no stream that could be readable. */
  readonly noStream?: true;
  /** null where the stream could not be decoded here. */
  readonly kind: ContentKind | null;
  /** The kind with what the content says about itself, such as `PostgreSQL 15.18 dump`; fit for people. */
  readonly description: string;
  /** Uncompressed bytes that came out, and their SHA-256 (lower-case hex); the hash is null unless all of them did. */
  readonly raw: { readonly size: number; readonly sha256: string | null } | null;
  /** Of the only file in a container, uncompressed: a dump that was packed with tar or zip; else null. */
  readonly member: { readonly size: number; readonly sha256: string } | null;
  /** SHA-256 (lower-case hex) of the content without what changes by itself; null where that is not known. */
  readonly fingerprint: string | null;
  /** The first thing that is wrong with it; null when nothing is. */
  readonly fault: ContentFault | null;
  /** Why less was proved than could be, as a phrase: `xz is not installed`; null when nothing was left out. */
  readonly shortfall: string | null;
  /** Further remarks, as phrases: `the bytes look encrypted`. */
  readonly remarks: readonly string[];
  readonly measures: ContentMeasures;
  /** The last line of a text, harmless and cut to 200 characters; shown where a dump was cut. */
  readonly lastLine: string | null;
}

const MiB = 1024 * 1024;
const GiB = 1024 * MiB;

/**
 * How many bytes may come out of a compressed file at most, so that a bomb costs no more than a dump would: the reported size and what
 * a container around it takes (a tar 3/4 KiB for each of maybe tens of thousands of files); where none is reported, 200 times the file
 * (dumps shrink to a tenth, rarely to a fiftieth; zeros to a thousandth), and 1 GiB in any case. A report that claims more than any dump
 * shrinks to is not believed.
 *
 * @param size of the file, in bytes
 * @param reported size before compression, in bytes
 */
export function outputLimit(size: number, reported: number | null): number {
  if (reported === null) return Math.max(GiB, 200 * size);
  const believed = Math.max(64 * GiB, 1100 * size);
  return Math.min(believed, reported + Math.max(64 * MiB, Math.ceil(reported / 8)));
}
