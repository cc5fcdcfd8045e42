/** A file's name is a claim about what is in it. It decides nothing, but where the content says otherwise something is wrong. */
import {
  contentKinds,
  type Compression,
  type ContentFault,
  type ContentKind,
} from '../core/content.ts';
import { claimedCompression } from './decode/recognise.ts';

const sqlText: readonly ContentKind[] = [
  'postgresql_plain',
  'postgresql_cluster',
  'mysql',
  'sqlite_sql',
  'sql',
];
const tars: readonly ContentKind[] = ['tar', 'postgresql_tar', 'postgresql_directory', 'mydumper'];
/** What surely is no file that a database tool made as one whole. */
const noDump: readonly ContentKind[] = ['text', 'zip'];

const everyKind = Object.keys(contentKinds) as ContentKind[];
const allBut = (...kinds: readonly ContentKind[]): ContentKind[] =>
  everyKind.filter((kind) => !kinds.includes(kind));

/**
 * What may be in a file by the suffix of its name (without that of its compression). `.dump` is used by all tools for all their
 * formats, `.db` by SQLite and by others whose formats we do not know: so only what it cannot be is refused.
 */
const claims: Readonly<Record<string, readonly ContentKind[]>> = {
  '.sql': sqlText,
  '.tar': tars,
  '.dump': allBut(...noDump),
  '.pgdump': allBut(...noDump),
  '.db': allBut(...noDump, ...sqlText),
  '.sqlite': ['sqlite_file'],
  '.sqlite3': ['sqlite_file'],
  '.rdb': ['redis_rdb'],
  '.zip': ['zip'],
};

const suffixOf = (name: string): string => /\.[^./]+$/u.exec(name)?.[0].toLowerCase() ?? '';

/** @param name without the suffix of its compression */
export function kindClaimFault(
  name: string,
  kind: ContentKind,
  description: string,
): ContentFault | null {
  const suffix = suffixOf(name);
  const allowed = claims[suffix];
  if (allowed === undefined || allowed.includes(kind)) return null;
  return { reason: 'wrong_kind', message: `named ${suffix}, but it holds ${description}` };
}

/** Whether the name says that it is compressed. `found` is null where it is not. */
export const lacksStream = (name: string, found: Compression | null): boolean =>
  found === null && claimedCompression(name) !== null;

/** @param found null where the content is not compressed */
export function compressionClaimFault(
  name: string,
  found: Compression | null,
  description: string,
): ContentFault | null {
  const claimed = claimedCompression(name);
  if (claimed === null || claimed === found) return null;
  const what = found === null ? description : `${found}-compressed data`;
  return {
    reason: 'wrong_kind',
    message: `the name says ${claimed}, but it is ${what}`,
  };
}
