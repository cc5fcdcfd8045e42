/** Runs a content through the formats of text, as intake does: recognised by its first bytes, then pushed in pieces. */
import assert from 'node:assert/strict';
import { Budget } from '../../../src/intake/budget.ts';
import { ContentHash } from '../../../src/intake/content-hash.ts';
import {
  HEAD_BYTES,
  type Checker,
  type Finding,
  type FormatContext,
} from '../../../src/intake/formats/format.ts';
import { texts } from '../../../src/intake/formats/sql/index.ts';

export type Judged = Finding & {
  readonly size: number;
  readonly sha256: string;
  readonly print: string;
};

const context = (hash: ContentHash): FormatContext => ({
  hash,
  name: 'dump.sql',
  member: () => {
    throw new Error('a text has no members');
  },
  place: { descriptor: null, scratch: null, program: null },
  budget: new Budget(Infinity),
});

/** The pieces of a content, `size` bytes each. */
export function* pieces(content: Buffer, size: number): Generator<Buffer> {
  for (let at = 0; at < content.length; at += size) yield content.subarray(at, at + size);
}

function begin(bytes: Buffer): { readonly checker: Checker; readonly hash: ContentHash } {
  const head = bytes.subarray(0, HEAD_BYTES);
  const format = texts.find((one) => one.recognises(head, bytes.length <= HEAD_BYTES));
  assert.ok(format !== undefined, 'the last format takes everything');
  const hash = new ContentHash();
  return { checker: format.check(context(hash)), hash };
}

/** @param cut how the content arrives; every piece is overwritten once it was pushed, as in intake */
export async function judge(
  content: Buffer | string,
  cut: number | Iterable<Buffer> = 1024 * 1024,
): Promise<Judged> {
  const bytes = Buffer.from(content);
  const { checker, hash } = begin(bytes);
  for (const piece of typeof cut === 'number' ? pieces(bytes, cut) : cut) {
    const lent = Buffer.from(piece);
    await checker.push(lent);
    lent.fill(0x27);
  }
  const finding = await checker.end();
  const { sha256, fingerprint } = hash.digest();
  assert.equal(hash.size, bytes.length, 'every byte was handed over');
  return { ...finding, size: hash.size, sha256, print: fingerprint };
}

/** What is known of a content whose stream breaks behind it. */
export async function broken(content: string): Promise<Awaited<ReturnType<Checker['abandon']>>> {
  const bytes = Buffer.from(content);
  const { checker } = begin(bytes);
  await checker.push(bytes);
  return checker.abandon();
}

/** What a finding comes to, for short comparisons: `whole`, the reason of its fault, or `unproved`. */
export const outcome = ({ whole, fault, shortfall }: Finding): string => {
  if (fault !== null) return fault.reason;
  assert.equal(whole, shortfall === null);
  return whole ? 'whole' : 'unproved';
};

/** However it arrives, the finding and both hashes are the same. */
export async function judgeAllWays(content: Buffer | string): Promise<Judged> {
  const judged = await judge(content);
  // One by one, a dump of all databases takes a dozen seconds.
  const sizes = content.length > 300_000 ? [101, 1000] : [1, 7, 1000];
  for (const size of sizes) assert.deepEqual(await judge(content, size), judged, `${size}`);
  return judged;
}

/** What happens to files, and makes a dump worse than no dump. */
export const damages: Readonly<Record<string, (dump: Buffer) => Buffer>> = {
  'cut at 10 %': (dump) => dump.subarray(0, dump.length * 0.1),
  'cut at 50 %': (dump) => dump.subarray(0, dump.length * 0.5),
  'cut at 90 %': (dump) => dump.subarray(0, dump.length * 0.9),
  'without its last 200 bytes': (dump) => dump.subarray(0, -200),
  'zeros in the middle': (dump) =>
    Buffer.from(dump).fill(0, dump.length >> 1, (dump.length >> 1) + 100),
  'text appended': (dump) => Buffer.concat([dump, Buffer.from('garbage behind the end\n')]),
  'bytes appended': (dump) => Buffer.concat([dump, Buffer.from('d4c3b2a1e5f60789abcd', 'hex')]),
  'the end of an older, longer dump behind it': (dump) =>
    Buffer.concat([dump, dump.subarray(-(dump.length * 0.45))]),
};

/**
 * Cuts a dump at every position, and fails where what is left passes as whole although more than `ending` was lost.
 *
 * @param ending what may be missing at the end of a dump
 */
export async function neverWholeWhenCut(dump: Buffer, ending: RegExp, step = 1): Promise<void> {
  for (let length = 0; length < dump.length; length += step) {
    const judged = await judge(dump.subarray(0, length));
    const lost = dump.toString('latin1', length);
    if (outcome(judged) === 'whole')
      assert.match(lost, ending, `cut at ${length} of ${dump.length}, it passes as whole`);
  }
}
