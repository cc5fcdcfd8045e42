/** What bytes that are the agent's own are worth: a usable dump, a new one, one of the usual measures. Pure. */
import { bytes, exactBytes } from './bytes.ts';
import {
  rawHash,
  type Conclusion,
  type FileFact,
  type SizeSample,
  type VersionFact,
} from './conclusion.ts';
import { contentKinds, streamReasons, type ContentFact, type ContentFault } from './content.ts';
import type { JobRules } from './job.ts';
import type { Reason } from './reasons.ts';
import type { ReportEntry } from './report.ts';
import { anomalyOf } from './sizes.ts';
import { assurances, catalogue, type Assurance } from './statuses.ts';

/** From this many held cycles in a row a size anomaly is critical. */
const HELD_CYCLES_CRITICAL = 3;

export interface ContentCase {
  readonly entry: ReportEntry;
  readonly rules: Pick<JobRules, 'unchanged' | 'sizeChange' | 'verify'>;
  /** The newest version of the job, wherever it lies. */
  readonly newestVersion: VersionFact | null;
  readonly sizes: readonly SizeSample[];
  /** The cycle of this report, and the cycles in a row that were held before it. */
  readonly cycle: number;
  readonly heldCycles: readonly number[];
}

export type Finding = Omit<Conclusion, 'severity'> & {
  readonly severity?: Conclusion['severity'];
};
type Read = FileFact & { readonly kind: 'read' };
/** What it is worth, before the evidence is added. */
type Worth = Pick<Finding, 'status' | 'severity' | 'reason' | 'message'>;

/** The agent has compressed or encrypted it in a way that is not known here: what it says about the content before cannot be compared. */
const isOpaque = (entry: ReportEntry, { compression, kind, raw }: ContentFact): boolean =>
  entry.stages.compress !== null &&
  compression === null &&
  kind === 'binary' &&
  raw?.sha256 !== entry.raw.sha256;

/** What was proved: never more than was asked for, and no more than was reached. */
function reached({ rules, entry }: ContentCase, content: ContentFact | null): Assurance {
  if (content === null || isOpaque(entry, content)) return 'intact';
  const level = Math.min(assurances.indexOf(rules.verify), assurances.indexOf(content.assurance));
  return assurances[level] as Assurance;
}

/** Where members of a container are a stream within the stream. */
const containers: ReadonlySet<string> = new Set([
  'tar',
  'zip',
  'postgresql_tar',
  'postgresql_directory',
  'mydumper',
]);

/** The fault of a content, if this depth of verification (`readable` or `complete`) is about it. */
function faultAt(verify: Assurance, content: ContentFact): ContentFault | null {
  const { fault, kind, noStream = false } = content;
  if (fault === null || verify === 'complete') return fault;
  const isOfStream = noStream || fault.reason === 'empty' || streamReasons.has(fault.reason);
  const counts = isOfStream || (kind !== null && containers.has(kind));
  return counts ? fault : null;
}

/** A fault with how far the content could be read: `…; readable up to 412 MiB of 1.2 GiB`. */
export function faultText(entry: ReportEntry, content: ContentFact, fault: ContentFault): string {
  const { raw, compression, lastLine } = content;
  const parts = [fault.message];
  if (raw?.sha256 === null && compression !== null) {
    const whole = entry.raw.size === null ? '' : ` of ${bytes(entry.raw.size)}`;
    parts.push(`readable up to ${bytes(raw.size)}${whole}`);
  }
  // Of a file that is one message it is the message.
  const isTold = lastLine === null || fault.message.includes(lastLine);
  if (!isTold) parts.push(`last line: "${lastLine}"`);
  return parts.join('; ');
}

const invalid = (reason: Reason, message: string): Worth => ({
  status: 'CONTENT_INVALID',
  reason,
  message,
});

/** What came out of the stream is what the agent had before it compressed it: as a whole, or as the only file packed into it. */
function rawFailure(entry: ReportEntry, content: ContentFact): Worth | null {
  const { raw, member, kind } = content;
  if (entry.stages.compress === null || raw === null || isOpaque(entry, content)) return null;
  const { size, sha256 } = entry.raw;
  // A folder that was packed has a size, but it is not that of the archive, and no hash.
  if (sha256 === null && member === null && kind !== null && containers.has(kind)) return null;
  const ofSize = [raw, member ?? raw].filter((one) => size === null || one.size === size);
  if (ofSize.length === 0) {
    const text = `expected ${exactBytes(size)} uncompressed, found ${exactBytes(raw.size)}`;
    return invalid('raw_size_differs', text);
  }
  if (sha256 === null || ofSize.some((one) => one.sha256 === sha256)) return null;
  return invalid(
    'raw_hash_differs',
    `expected SHA-256 ${sha256} of the uncompressed content, found ${raw.sha256 ?? 'none'}`,
  );
}

/** CONTENT_INVALID: no usable dump. The agent's word for an empty dump is taken. */
function failure({ entry, rules }: ContentCase, { size, content }: Read): Worth | null {
  const rawSize = entry.stages.compress === null ? null : entry.raw.size;
  if (size === 0) return invalid('empty', 'the file is empty: 0 bytes');
  if (rawSize === 0) {
    const text = `the agent compressed an empty dump: 0 bytes before compression, ${bytes(size)} after`;
    return invalid('empty', text);
  }
  if (content === null || rules.verify === 'intact') return null;
  const fault = faultAt(rules.verify, content);
  if (fault === null) return rawFailure(entry, content);
  // Of the file itself, not of something that is packed in it.
  if (fault.reason === 'expands_too_far' && rawSize !== null && content.raw?.sha256 === null) {
    const text = `expected ${exactBytes(rawSize)} uncompressed, and more came out: not read any further`;
    return invalid('raw_size_differs', text);
  }
  return invalid(fault.reason, faultText(entry, content, fault));
}

/** HASH_MISMATCH, shown as "unchanged": the newest version already holds this content and is in its place. */
function unchanged(from: ContentCase, { sha256, content }: Read): Worth | null {
  const version = from.newestVersion;
  if (version === null || !version.inPlace) return null;
  const same = (reason: Reason, message: string): Worth => ({
    status: 'HASH_MISMATCH',
    severity: from.rules.unchanged,
    reason,
    message,
  });
  if (version.sha256 === sha256) return same('same_file', 'the file equals the newest version');
  const print = content?.fingerprint ?? null;
  const measured = content?.raw?.sha256 ?? null;
  if (
    (print !== null && print === version.fingerprint) ||
    (measured !== null && measured === version.rawSha256)
  ) {
    return same('same_fingerprint', 'the content equals the newest version');
  }
  const raw = rawHash(from.entry, content);
  if (measured !== null || raw === null || raw !== version.rawSha256) return null;
  return same(
    'same_content',
    'the uncompressed content equals the newest version, as the agent reports it',
  );
}

/** SIZE_ANOMALY: held until somebody has looked at it. */
function held(from: ContentCase, reason: Reason, message: string): Worth {
  const inARow = new Set([...from.heldCycles, from.cycle]).size;
  return {
    status: 'SIZE_ANOMALY',
    severity: inARow >= HELD_CYCLES_CRITICAL ? 'critical' : catalogue.SIZE_ANOMALY.severity,
    reason,
    message: message + (inARow > 1 ? `; held for ${inARow} cycles in a row` : ''),
  };
}

/** Another kind of content than the newest version has: somebody has changed how this backup is made, or what it is. */
function otherKind(from: ContentCase, { content }: Read): Worth | null {
  const before = from.newestVersion?.contentKind ?? null;
  const now = content?.kind ?? null;
  if (content === null || now === null || before === null || now === before) return null;
  const closed = content.assurance === 'intact' && content.shortfall !== null;
  const what = content.description + (closed ? `, which ${content.shortfall}` : '');
  const text = `it holds ${what}; the newest version is a ${contentKinds[before]}`;
  return held(from, 'kind_changed', text);
}

function unusual(from: ContentCase, { size, content }: Read): Worth | null {
  const measures = {
    size,
    raw: content?.raw?.size ?? null,
    tables: content?.measures.tables ?? null,
  };
  const anomaly = anomalyOf(from.sizes, measures, from.rules.sizeChange);
  return anomaly === null ? null : held(from, anomaly.reason, anomaly.message);
}

const counted = (count: number, word: string): string =>
  `${count} ${word}${count === 1 ? '' : 's'}`;

/** `PostgreSQL 15.18 dump of 12 tables, whole`, or what could not be proved about it. */
function contentText(content: ContentFact, assurance: Assurance): string {
  const { tables } = content.measures;
  const what = content.description + (tables === null ? '' : ` of ${counted(tables, 'table')}`);
  if (assurance === 'complete') return `${what}, whole`;
  const proved = assurance === 'readable' ? 'readable to its end' : 'not looked into';
  return `${what}, ${proved}${content.shortfall === null ? '' : `: ${content.shortfall}`}`;
}

function success({ entry }: ContentCase, { size, content }: Read, assurance: Assurance): Worth {
  const arrived =
    entry.expected.size === null
      ? `SHA-256 as reported; ${bytes(size)}, no size was reported`
      : `size and SHA-256 as reported; ${bytes(size)}`;
  const inside = content === null ? '' : `; ${contentText(content, assurance)}`;
  return { status: 'SUCCESS', reason: 'verified', message: arrived + inside };
}

/** The bytes are the agent's: what is left to decide is what they are worth. */
export function judgeContent(from: ContentCase, file: Read): Finding {
  const { size, sha256, content } = file;
  const failed = failure(from, file);
  const assurance = failed === null ? reached(from, content) : 'intact';
  const worth =
    failed ??
    unchanged(from, file) ??
    otherKind(from, file) ??
    unusual(from, file) ??
    success(from, file, assurance);
  return { ...worth, assurance, found: { size, sha256 }, content };
}
