/** Runs a content through one format, as intake does, with members that are looked into as far as these tests need it. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { Budget } from '../../../src/intake/budget.ts';
import { ContentHash } from '../../../src/intake/content-hash.ts';
import type { Finding, Format, FormatContext } from '../../../src/intake/formats/format.ts';

export type Judged = Finding & { readonly sha256: string; readonly print: string };

const place = { descriptor: null, scratch: null, program: null };

/** Pushes the content in pieces of `size` bytes, each of which is overwritten once it was taken. */
export async function judge(format: Format, content: Buffer, size = 1024 * 1024): Promise<Judged> {
  const hash = new ContentHash();
  const checker = format.check(contextWith(hash));
  for (let at = 0; at < content.length; at += size) {
    const lent = Buffer.from(content.subarray(at, at + size));
    await checker.push(lent);
    lent.fill(0x27);
  }
  const finding = await checker.end();
  assert.equal(hash.size, content.length, 'every byte was handed over');
  const { sha256, fingerprint } = hash.digest();
  assert.equal(sha256, sha256Of(content), 'in order');
  return { ...finding, sha256, print: finding.fingerprint ?? fingerprint };
}

/** The same, however the content arrives. */
export async function judgeInPieces(format: Format, content: Buffer): Promise<Judged> {
  const judged = await judge(format, content);
  for (const size of [1, 7, 511, 4099])
    assert.deepEqual(await judge(format, content, size), judged, `in pieces of ${size}`);
  return judged;
}

/** What is known of the first part of a content, when the stream breaks there. */
export async function abandoned(format: Format, content: Buffer): Promise<Partial<Finding>> {
  const checker = format.check(contextWith(new ContentHash()));
  await checker.push(Buffer.from(content));
  return checker.abandon();
}

export const sha256Of = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

const contextWith = (hash: ContentHash): FormatContext => ({
  hash,
  name: 'dump',
  member: () => assert.fail('no container'),
  place,
  budget: new Budget(Infinity),
});
