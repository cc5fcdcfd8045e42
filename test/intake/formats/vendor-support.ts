/** What the tests of these formats share: running a checker over a content, and damaging a content in the usual ways. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { Budget } from '../../../src/intake/budget.ts';
import { ContentHash } from '../../../src/intake/content-hash.ts';
import type { ContentPlace, Finding, Format } from '../../../src/intake/formats/format.ts';

export const nowhere: ContentPlace = { descriptor: null, scratch: null, program: null };

export interface Looked {
  readonly finding: Finding;
  readonly sha256: string;
  readonly fingerprint: string;
  /** Bytes charged for work, as far as it is more than reading. */
  readonly taken: number;
}

interface Manner {
  /** Bytes of each piece. */
  readonly step?: number;
  readonly place?: ContentPlace;
}

/** Runs the checker over the content, in pieces that are overwritten as soon as they were taken. */
export async function look(
  format: Format,
  content: Buffer,
  { step = 1024 * 1024, place = nowhere }: Manner = {},
): Promise<Looked> {
  const hash = new ContentHash();
  const member = (): never => assert.fail('it is no container');
  const budget = new Budget(2 ** 50);
  const checker = format.check({ hash, name: 'backup', member, place, budget });
  const piece = Buffer.alloc(Math.min(step, content.length));
  for (let at = 0; at < content.length; at += step) {
    const length = content.copy(piece, 0, at, at + step);
    await checker.push(piece.subarray(0, length));
    piece.fill(0xee);
  }
  const finding = await checker.end();
  assert.equal(hash.size, content.length, 'every byte was handed to the hash');
  const { sha256, fingerprint } = hash.digest();
  const { taken } = budget;
  return { finding, sha256, fingerprint: finding.fingerprint ?? fingerprint, taken };
}

/** `whole`, the shortfall, or the fault, in one line. */
export function outcome({ whole, shortfall, fault }: Finding): string {
  assert.ok(!whole || (shortfall === null && fault === null));
  if (fault !== null) return `${fault.reason}: ${fault.message}`;
  return whole ? 'whole' : `short: ${shortfall}`;
}

export const outcomeOf = async (
  format: Format,
  content: Buffer,
  manner?: Manner,
): Promise<string> => outcome((await look(format, content, manner)).finding);

/** A small generator of repeatable numbers below 2^32 (mulberry32). */
export function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
}

export interface Damage {
  readonly name: string;
  readonly content: Buffer;
}

const percent = (content: Buffer, share: number): number =>
  Math.floor((content.length * share) / 100);

export const cuts = (content: Buffer): Damage[] => [
  ...[10, 50, 90].map((share) => ({
    name: `cut at ${share} %`,
    content: content.subarray(0, percent(content, share)),
  })),
  { name: 'without its last 200 bytes', content: content.subarray(0, -200) },
  { name: 'without its last byte', content: content.subarray(0, -1) },
];

export function zeroed(content: Buffer): Damage {
  const damaged = Buffer.from(content);
  damaged.fill(0, percent(content, 45), percent(content, 55));
  return { name: 'zeros in the middle', content: damaged };
}

export const extended = (content: Buffer): Damage[] => [
  { name: 'one byte appended', content: Buffer.concat([content, Buffer.from('x')]) },
  { name: 'a line appended', content: Buffer.concat([content, Buffer.from('mysqldump: error\n')]) },
  {
    name: 'another 4096 bytes appended',
    content: Buffer.concat([content, Buffer.alloc(4096, 'g')]),
  },
];

export interface Flip extends Damage {
  readonly byte: number;
}

export function flips(content: Buffer, count: number, seed: number): Flip[] {
  const next = numbers(seed);
  return Array.from({ length: count }, () => {
    const byte = next() % content.length;
    const bit = next() % 8;
    const damaged = Buffer.from(content);
    damaged.writeUInt8(damaged.readUInt8(byte) ^ (1 << bit), byte);
    return { name: `bit ${bit} of byte ${byte} flipped`, content: damaged, byte };
  });
}

/** Why a test of a real program's output cannot be made here, or false. For node:test's `skip`. */
export function lacks(program: string): string | false {
  const { error } = spawnSync(program, ['--version']);
  return error === undefined ? false : `skipped, because ${program} is not installed`;
}
