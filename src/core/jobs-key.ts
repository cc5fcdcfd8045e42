import type { Job } from './job.ts';

/** Beginning and multiplier: FNV-1a with 32 bits, and the same once more with the multiplier of MurmurHash2. */
const halves = [
  [0x811c9dc5, 0x01000193],
  [0x050c5d1f, 0x5bd1e995],
] as const;

function half(text: string, beginning: number, multiplier: number): string {
  let hash = beginning;
  for (let index = 0; index < text.length; index += 1)
    hash = Math.imul(hash ^ text.charCodeAt(index), multiplier);
  return (hash >>> 0).toString(16).padStart(8, '0');
}

/**
 * Names the jobs that a report is judged for; a report that lies there is read again when they change. Their names are the
 * administrator's own: nobody looks for two lists with one key, and no cryptography has to be loaded for it.
 *
 * @returns 16 hexadecimal digits
 */
export function jobsKeyOf(jobs: readonly Pick<Job, 'database'>[]): string {
  const names = jobs
    .map(({ database }) => database)
    .toSorted()
    .join('\n');
  return halves.map(([beginning, multiplier]) => half(names, beginning, multiplier)).join('');
}
