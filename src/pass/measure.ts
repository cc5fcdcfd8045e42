/** Finds the file of one report entry and reads it, once; says what was found, and keeps the private copy that was made on the way. */
import type { ArrivalFacts, FileFact } from '../core/conclusion.ts';
import { outputLimit } from '../core/content.ts';
import { needsFile } from '../core/judge.ts';
import { findFiles, sparseness, type AgentZone, type Candidate } from '../deposits/drop-zone.ts';
import { removeTree } from '../files/durable.ts';
import { changedAt, closeFile, stateOf, type OpenFile } from '../files/folder.ts';
import { Trouble } from '../files/trouble.ts';
import type { ContentTask } from '../intake/read.ts';
import type { Reader } from '../intake/reader.ts';
import type { PrivateCopy } from '../validated/publish.ts';
import { incomingPath } from '../validated/tree.ts';
import { Reads } from './reads.ts';
import type { ToJudge } from './round.ts';

export interface Measured {
  readonly item: ToJudge;
  readonly fact: FileFact;
  readonly arrival: ArrivalFacts;
  /** Whole and flushed, of the very bytes that `fact` tells of; null where none was asked for or nothing matched. */
  readonly copy: PrivateCopy | null;
  /** States of all files of that name, for the database; null where none was looked for. */
  readonly fileState: string | null;
  /** State of the one that matched. */
  readonly matchedState: string | null;
  readonly bytesRead: number;
  /** Read, and come out of compressed streams. */
  readonly bytesJudged: number;
}

export interface Intake {
  readonly reader: Reader;
  /** The validated tree; null makes no copies (a dry run). */
  readonly validated: string | null;
  /** Starts the program, to check databases in a process of its own. */
  readonly program: readonly string[];
  /** Reflinks are tried until one was refused. */
  reflink: boolean;
}

const troubleFact = (trouble: Trouble): FileFact => ({
  kind: 'trouble',
  reason: trouble.reason,
  message: trouble.message,
});

/** What the rules of the job ask to be looked for in the content. */
function contentTask(
  intake: Intake,
  item: ToJudge,
  reads: Reads,
  size: number,
): ContentTask | null {
  const { verify } = item.job.rules;
  if (verify === 'intact') return null;
  const deep = verify === 'complete';
  const name = item.entry.file ?? '';
  return {
    name,
    limit: reads.limit(name, size),
    // Of files that were packed the reported size tells nothing about what is compressed in them.
    limitWithin: outputLimit(size, null),
    scratch: deep && intake.validated !== null ? incomingPath(intake.validated) : null,
    program: deep ? intake.program : null,
  };
}

interface Read {
  readonly fact: FileFact;
  readonly copy: PrivateCopy | null;
  readonly unpacked: number;
}

async function readOne(
  intake: Intake,
  item: ToJudge,
  reads: Reads,
  file: OpenFile,
  wantCopy: boolean,
): Promise<Read> {
  const name = file.path.slice(file.path.lastIndexOf('/') + 1);
  const copy =
    wantCopy && intake.validated !== null ? { folder: incomingPath(intake.validated), name } : null;
  const size = Number(file.stats.size);
  const result = await intake.reader.read({
    descriptor: file.descriptor,
    path: file.path,
    size,
    changed: file.stats.ctimeNs,
    copy,
    reflink: intake.reflink,
    content: contentTask(intake, item, reads, size),
  });
  if (result.kind === 'read') {
    if (result.reflinked === false) intake.reflink = false;
    const { sha256, content } = result;
    return {
      fact: { kind: 'read', size, sha256, content },
      copy: copy === null ? null : { folder: copy.folder, file: name, size, sha256 },
      unpacked: result.unpacked,
    };
  }
  if (copy !== null) removeTree(copy.folder);
  if (result.kind === 'changing')
    return { fact: { kind: 'changing' }, copy: null, unpacked: result.unpacked };
  const trouble = new Trouble(result.code, result.action, result.path);
  return { fact: troubleFact(trouble), copy: null, unpacked: 0 };
}

/** The same, of a file that may have been read for another report already: then without a copy. */
async function readOnce(
  intake: Intake,
  item: ToJudge,
  reads: Reads,
  file: OpenFile,
  wantCopy: boolean,
): Promise<Read & { readonly bytes: number }> {
  const key = `${stateOf(file.stats)}:${item.job.rules.verify}`;
  const known = reads.get(key);
  if (known !== undefined) return { fact: await known, copy: null, unpacked: 0, bytes: 0 };
  if (!reads.take(item.entry.file ?? ''))
    return { fact: { kind: 'changing' }, copy: null, unpacked: 0, bytes: 0 };
  const reading = readOne(intake, item, reads, file, wantCopy);
  reads.put(
    key,
    reading.then(({ fact }) => fact),
  );
  return { ...(await reading), bytes: Number(file.stats.size) };
}

/** Of several files of that name the first whose size and hash match counts, else the first that exists. */
async function firstMatch(
  intake: Intake,
  item: ToJudge,
  reads: Reads,
  candidates: readonly Candidate[],
  wantCopy: boolean,
): Promise<{
  fact: FileFact;
  copy: PrivateCopy | null;
  matchedState: string | null;
  bytes: number;
  unpacked: number;
}> {
  const { size, sha256 } = item.entry.expected;
  let first: FileFact | null = null;
  let bytes = 0;
  let unpacked = 0;
  for (const candidate of candidates) {
    if (candidate.kind === 'unsafe') {
      first ??= { kind: 'unsafe', what: candidate.what };
      continue;
    }
    const found = Number(candidate.file.stats.size);
    if (size !== null && found !== size) {
      first ??= { kind: 'wrong_size', size: found };
      continue;
    }
    const sparse = sparseness(candidate.file.stats);
    if (sparse !== null) {
      first ??= { kind: 'unsafe', what: sparse };
      continue;
    }
    const read = await readOnce(intake, item, reads, candidate.file, wantCopy);
    const { fact, copy } = read;
    bytes += read.bytes;
    unpacked += read.unpacked;
    if (fact.kind === 'read' && fact.sha256 === sha256)
      return { fact, copy, matchedState: stateOf(candidate.file.stats), bytes, unpacked };
    if (copy !== null) removeTree(copy.folder);
    first ??= fact;
  }
  return { fact: first ?? { kind: 'absent' }, copy: null, matchedState: null, bytes, unpacked };
}

const unreadItem = (item: ToJudge) => ({
  item,
  arrival: {
    reportChangedAt: item.reportChangedAt,
    fileChangedAt: null,
    temporaryChangedAt: null,
  },
  copy: null,
  fileState: null,
  matchedState: null,
  bytesRead: 0,
  bytesJudged: 0,
});

/** Not looked at in this scan. */
export const postponed = (item: ToJudge): Measured => ({
  ...unreadItem(item),
  fact: { kind: 'postponed' },
});

/** Never throws Trouble: our own trouble is a fact like any other. */
export async function measure(
  intake: Intake,
  zone: AgentZone | null,
  item: ToJudge,
  wantCopy: boolean,
  reads: Reads = new Reads([item]),
): Promise<Measured> {
  const name = item.entry.file;
  const unread = unreadItem(item);
  if (name === null || !needsFile(item.entry))
    return { ...unread, fact: { kind: 'not_looked_for' } };
  // The agent's folder is gone, and the file with it.
  if (zone === null) return { ...unread, fact: { kind: 'absent' }, fileState: 'absent' };
  let candidates: Candidate[] = [];
  try {
    candidates = findFiles(zone, name);
    const states = candidates.map((found) =>
      found.kind === 'open' ? stateOf(found.file.stats) : found.state,
    );
    const changes = candidates.flatMap((found) =>
      found.kind === 'open' ? changedAt(found.file.stats) : (found.changedAt ?? []),
    );
    const { fact, copy, matchedState, bytes, unpacked } = await firstMatch(
      intake,
      item,
      reads,
      candidates,
      wantCopy,
    );
    return {
      item,
      fact,
      copy,
      arrival: {
        ...unread.arrival,
        fileChangedAt: changes.length === 0 ? null : Math.max(...changes),
        temporaryChangedAt: matchedState !== null ? null : zone.temporaries(name),
      },
      fileState: states.length === 0 ? 'absent' : states.join('|'),
      matchedState,
      bytesRead: bytes,
      bytesJudged: bytes + unpacked,
    };
  } catch (error) {
    if (!(error instanceof Trouble)) throw error;
    return { ...unread, fact: troubleFact(error) };
  } finally {
    for (const found of candidates) if (found.kind === 'open') closeFile(found.file);
  }
}
