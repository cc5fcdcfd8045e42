/** Runs a content through one format, as intake does, with members that are looked into as far as these tests need it. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import type { ContentFault } from '../../../src/core/content.ts';
import { Budget } from '../../../src/intake/budget.ts';
import { ContentHash } from '../../../src/intake/content-hash.ts';
import type {
  Finding,
  Format,
  FormatContext,
  Member,
  MemberFact,
} from '../../../src/intake/formats/format.ts';
import { postgresArchive } from '../../../src/intake/formats/pg-archive.ts';

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
  member: memberOf,
  place,
  budget: new Budget(Infinity),
});

/** Members that were begun and not ended. */
export const members = { open: 0 };

function memberOf(name: string): Member {
  const pieces: Buffer[] = [];
  members.open += 1;
  return {
    push: async (bytes) => {
      // Comes later, so that whoever does not wait for it sees overwritten bytes.
      await Promise.resolve();
      pieces.push(Buffer.from(bytes));
    },
    end: async () => {
      members.open -= 1;
      return inspect(name, Buffer.concat(pieces));
    },
  };
}

async function inspect(name: string, stored: Buffer): Promise<MemberFact> {
  const content = stored[0] === 0x1f ? unzipped(stored) : stored;
  if (content === null) return fact(stored, { reason: 'stream_cut', message: 'gzip is cut' });
  if (content.length > 0 && postgresArchive.recognises(content, true)) {
    const { fault, whole, kind, description, print, measures, needs } = await judge(
      postgresArchive,
      content,
    );
    return {
      ...fact(content, fault),
      assurance: whole ? 'complete' : 'readable',
      kind,
      description,
      fingerprint: print,
      measures: { tables: null, batches: null, ...measures },
      needs: needs ?? [],
    };
  }
  if (content.toString('latin1', 0, 5) === '<html')
    return fact(content, { reason: 'foreign_text', message: 'it is a web page' });
  const isSql = name.includes('.sql');
  return {
    ...fact(content, null),
    kind: isSql ? 'sql' : 'text',
    shortfall: isSql ? 'no mark of its end' : null,
  };
}

function unzipped(stored: Buffer): Buffer | null {
  try {
    return gunzipSync(stored);
  } catch {
    return null;
  }
}

function fact(content: Buffer, fault: ContentFault | null): MemberFact {
  const sha256 = sha256Of(content);
  return {
    assurance: 'readable',
    compression: null,
    kind: 'text',
    description: 'text',
    raw: { size: content.length, sha256: fault?.reason === 'stream_cut' ? null : sha256 },
    member: null,
    fingerprint: fault === null ? sha256 : null,
    fault,
    shortfall: null,
    remarks: [],
    measures: { tables: null, batches: null },
    lastLine: null,
    needs: [],
    unchecked: false,
  };
}
