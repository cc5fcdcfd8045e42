/**
 * How much work an agent makes, and who is served first. By what the reports claim: a file of another size is not read, so whoever claims
 * less than there is gets no more done, and whoever claims more waits longer.
 */
import { needsFile } from '../core/judge.ts';
import type { Job } from '../core/job.ts';
import { sizeIn, type AgentZone } from '../deposits/drop-zone.ts';
import type { Round, ToJudge } from './round.ts';

const MiB = 1024 ** 2;
const GiB = 1024 ** 3;

/** Opening, flushing and recording one file take about as long as reading this much. */
const FILE_BYTES = MiB;

/** Agents with no more to do than this are served in the order of the configuration, before all others. */
const LIGHT_BYTES = GiB;

/** Of one agent in one scan; what is begun is done, so the least is one job. */
export const JUDGED_BYTES_PER_SCAN = 1024 * GiB;

/** Bytes to be read and decompressed for each job; a file that several reports name is read once. @throws Trouble */
export function weigh(zone: AgentZone, items: readonly ToJudge[]): ReadonlyMap<Job, number> {
  const byJob = new Map<Job, Map<string, number>>();
  for (const { job, entry } of items) {
    if (entry.file === null || !needsFile(entry)) continue;
    const size = entry.expected.size ?? sizeIn(zone, entry.file);
    const files = byJob.get(job) ?? new Map<string, number>();
    const bytes = FILE_BYTES + size + (entry.raw.size ?? 0);
    byJob.set(job, files.set(entry.file, Math.max(bytes, files.get(entry.file) ?? 0)));
  }
  return new Map([...byJob].map(([job, files]) => [job, sum(files.values())]));
}

const sum = (numbers: Iterable<number>): number =>
  [...numbers].reduce((total, number) => total + number, 0);

/** The jobs of an agent that have to wait for the next scan: the heaviest, beyond what one scan does for one agent. */
export function postponed(weights: ReadonlyMap<Job, number>): ReadonlySet<Job> {
  let taken = 0;
  const waiting = new Set<Job>();
  for (const [job, bytes] of [...weights].toSorted(([, left], [, right]) => left - right)) {
    if (taken >= JUDGED_BYTES_PER_SCAN) waiting.add(job);
    else taken += bytes;
  }
  return waiting;
}

/** 0 for a light agent, then one more for each doubling. */
function classOf({ round }: { readonly round: Round | null }): number {
  const bytes = sum(round?.weights.values() ?? []);
  return bytes <= LIGHT_BYTES ? 0 : Math.ceil(Math.log2(bytes / LIGHT_BYTES));
}

/**
 * The least to do first, so that nobody waits for another who makes more than twice the work; in the order of the configuration where
 * it is about the same.
 */
export function fairOrder<T extends { readonly round: Round | null }>(works: readonly T[]): T[] {
  const classes = new Map(works.map((work) => [work, classOf(work)]));
  return works.toSorted((left, right) => (classes.get(left) ?? 0) - (classes.get(right) ?? 0));
}
