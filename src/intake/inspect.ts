/**
 * Looks at a content while it flows by: undoes its compression, finds its format by its first bytes, has the format checked, and
 * hashes what is hashed. Layer by layer: what comes out of a compressed stream, and each member of a container, is a content again.
 */
import type { Compression, ContentFact } from '../core/content.ts';
import { Budget } from './budget.ts';
import { compressionClaimFault, kindClaimFault, lacksStream } from './claims.ts';
import { ContentHash } from './content-hash.ts';
import type { Decoded, Decoder } from './decode/decoder.ts';
import { makeDecoder } from './decode/index.ts';
import { claimedCompression, compressionOf, withoutSuffix } from './decode/recognise.ts';
import {
  HEAD_BYTES,
  type Abandoned,
  type ContentPlace,
  type Finding,
  type Format,
} from './formats/format.ts';
import { formatOf } from './formats/index.ts';
import { tooDeep } from './formats/too-deep.ts';

/** Layers within layers that are looked into: a dump in gzip in tar in gzip has four. */
const DEEPEST = 6;

export interface InspectRequest {
  /** What the name says is compared with what is found. */
  readonly name: string;
  /** No more than this many bytes may come out of it, where it is a compressed stream. */
  readonly limit: number;
  /** Nor than this many out of all compressed streams within it together: there may be thousands of them. */
  readonly limitWithin: number;
  readonly place: ContentPlace;
}

/** What a layer was found to be when its last byte had passed. */
export interface Inspection {
  /** Of the bytes that were pushed. */
  readonly size: number;
  readonly sha256: string;
  readonly fact: ContentFact;
  readonly needs: readonly string[];
  /** It is a stream that carries no checksum. */
  readonly unchecked: boolean;
}

interface Layer {
  /** The bytes may be overwritten when it returns, or what it returns resolves. */
  readonly push: (bytes: Buffer) => void | Promise<void>;
  readonly end: () => Promise<Inspection>;
  /** Instead of `end`, when what comes from the layer above breaks off. */
  readonly abandon: () => Promise<Abandoned>;
}

interface LayerRequest extends Pick<InspectRequest, 'name' | 'place'> {
  /** Of the layer itself, and of all layers below the first. */
  readonly budget: Budget;
  readonly within: Budget;
  readonly depth: number;
  /** A file within a container: it may be empty. */
  readonly isMember: boolean;
  /** See FormatContext: instead of what the first bytes say. */
  readonly check: Format['check'] | null;
}

const nothing = { tables: null, batches: null };
const isEmpty = (text: string): ContentFact => ({
  assurance: 'readable',
  compression: null,
  kind: 'binary',
  description: 'nothing',
  raw: null,
  member: null,
  fingerprint: null,
  fault: { reason: 'empty', message: text },
  shortfall: null,
  remarks: [],
  measures: nothing,
  lastLine: null,
});

/** A content that is not compressed, or that lies too deep to be looked into. */
function plainLayer(request: LayerRequest, head: Buffer, all: boolean): Layer {
  const { name, within, depth, isMember } = request;
  const hash = new ContentHash();
  const place: ContentPlace = { ...request.place, descriptor: null };
  const isTooDeep = depth >= DEEPEST;
  const check = isTooDeep
    ? tooDeep.check
    : (request.check ?? formatOf(head.subarray(0, HEAD_BYTES), all).check);
  const checker = check({
    hash,
    name,
    place: request.place,
    budget: request.budget,
    member: (own, as) => {
      const rest = { place, budget: within, within, depth: depth + 1, isMember: true };
      const layer = contentLayer({ ...rest, name: own, check: as });
      const end = async () => {
        const { fact, needs, unchecked } = await layer.end();
        return { ...fact, needs, unchecked };
      };
      return { push: layer.push, end };
    },
  });
  let size = 0;
  const end = async (): Promise<Inspection> => {
    const finding = await checker.end();
    // A checker that loses bytes would make two different contents one.
    if (hash.size !== size)
      throw new Error(`${finding.kind}: ${hash.size} of ${size} bytes hashed`);
    const { sha256, fingerprint } = hash.digest();
    const empty = size === 0 && !isMember;
    const fact = empty
      ? isEmpty('it is empty: 0 bytes')
      : factOf(isTooDeep ? '' : name, finding, { size, sha256 }, fingerprint);
    return { size, sha256, fact, needs: finding.needs ?? [], unchecked: false };
  };
  return {
    push: (bytes) => {
      size += bytes.length;
      return checker.push(bytes);
    },
    end,
    abandon: async () => checker.abandon(),
  };
}

/** @param name whose claims are compared; empty where nothing was looked into */
function factOf(
  name: string,
  finding: Finding,
  raw: { readonly size: number; readonly sha256: string },
  fingerprint: string,
): ContentFact {
  const { kind, description } = finding;
  const fault = finding.fault ?? kindClaimFault(name, kind, description);
  return {
    assurance: finding.whole && fault === null ? 'complete' : 'readable',
    compression: null,
    kind,
    description,
    raw,
    member: finding.only ?? null,
    fingerprint: fault === null ? (finding.fingerprint ?? fingerprint) : null,
    fault,
    shortfall: finding.shortfall,
    remarks: finding.remarks ?? [],
    measures: { ...nothing, ...finding.measures },
    lastLine: finding.lastLine ?? null,
  };
}

const withoutChecksum = (compression: Compression): string =>
  `the ${compression} stream carries no checksum: a flipped bit may go unnoticed`;

/** A compressed stream, and the content that comes out of it. */
function compressedLayer(request: LayerRequest, compression: Compression): Layer {
  const hash = new ContentHash();
  const { budget, within } = request;
  const inner = contentLayer({
    ...request,
    name: withoutSuffix(request.name),
    place: { ...request.place, descriptor: null },
    budget: within,
    depth: request.depth + 1,
  });
  let produced = 0;
  const decoder: Decoder = makeDecoder(compression, {
    limit: budget.left,
    take: (bytes) => budget.take(bytes),
    output: (bytes) => {
      produced += bytes.length;
      return inner.push(bytes);
    },
  });
  const broken = async (fact: Partial<ContentFact>): Promise<ContentFact> => {
    const { measures, ...seen } = await inner.abandon();
    return {
      ...isEmpty(''),
      description: `${compression}-compressed data`,
      kind: null,
      compression,
      raw: { size: produced, sha256: null },
      ...seen,
      measures: { ...nothing, ...measures },
      fault: null,
      ...fact,
    };
  };
  /** Where a tool is in trouble, nothing is left of what came out. */
  const decoded = async (): Promise<Decoded> => {
    try {
      return await decoder.end();
    } catch (error) {
      await inner.abandon();
      throw error;
    }
  };
  const end = async (): Promise<Inspection> => {
    const { fault, unavailable, demanding, unchecked } = await decoded();
    const { size } = hash;
    const { sha256 } = hash.digest();
    const of = (fact: ContentFact, needs: readonly string[] = []): Inspection => ({
      size,
      sha256,
      fact,
      needs,
      unchecked,
    });
    if (unavailable !== null) {
      const shortfall = `cannot be checked here: ${unavailable}`;
      // What its maker has closed to us is a kind of its own, and a change of it is noticed.
      const kind = demanding ? 'binary' : null;
      // Whatever was made of the bytes that came out, if any did, is no description of it.
      const description = `${compression}-compressed data`;
      const closed = { assurance: 'intact', kind, description, raw: null, lastLine: null } as const;
      return of(await broken({ ...closed, shortfall }));
    }
    if (fault !== null) return of(await broken({ fault }));
    const { fact, needs, ...raw } = await inner.end();
    const text = `the dump is empty: 0 bytes come out of ${size} bytes of ${compression}`;
    const own = produced === 0 && request.check === null ? isEmpty(text) : fact;
    const remarks = unchecked ? [withoutChecksum(compression), ...own.remarks] : own.remarks;
    return of({ ...own, compression, raw, remarks }, needs);
  };
  return {
    push: (bytes) => {
      const taken = decoder.push(bytes);
      // While another thread decompresses them.
      hash.keep(bytes);
      return taken;
    },
    end,
    abandon: async () => {
      await decoded();
      return inner.abandon();
    },
  };
}

/** Decides by its first bytes what a content is, and hands it on. */
function contentLayer(request: LayerRequest): Layer {
  let layer: Layer | null = null;
  let head: Buffer = Buffer.alloc(0);
  const compressionHere = (): Compression | null => {
    if (request.depth >= DEEPEST) return null;
    return request.check === null
      ? compressionOf(head, request.name)
      : claimedCompression(request.name);
  };
  const begin = (all: boolean): Layer => {
    const compression = compressionHere();
    return compression === null
      ? plainLayer(request, head, all)
      : compressedLayer(request, compression);
  };
  const push = (bytes: Buffer): void | Promise<void> => {
    if (layer !== null) return layer.push(bytes);
    const first = head.length === 0 && bytes.length >= HEAD_BYTES;
    head = first ? bytes : Buffer.concat([head, bytes]);
    if (head.length < HEAD_BYTES) return undefined;
    layer = begin(false);
    const whole = head;
    head = Buffer.alloc(0);
    return layer.push(whole);
  };
  /** A content of less than HEAD_BYTES. */
  const started = async (): Promise<Layer> => {
    if (layer !== null) return layer;
    layer = begin(true);
    await layer.push(head);
    return layer;
  };
  return {
    push,
    end: async () => {
      const own = await started();
      const result = await own.end();
      return request.depth > 0 ? result : { ...result, fact: claimed(request.name, result.fact) };
    },
    abandon: async () => (await started()).abandon(),
  };
}

/** What is found in a file, compared with what its name says about its compression. */
function claimed(name: string, found: ContentFact): ContentFact {
  const { compression, description } = found;
  const fact = lacksStream(name, compression) ? { ...found, noStream: true as const } : found;
  if (fact.fault !== null) return fact;
  const fault = compressionClaimFault(name, compression, description);
  return fault === null ? fact : { ...fact, fault, fingerprint: null, assurance: 'readable' };
}

/** The inspection of one file; `unpacked` counts the bytes that came out of all compressed streams. */
export function inspector(request: InspectRequest): Pick<Layer, 'push' | 'abandon'> & {
  readonly end: () => Promise<Inspection & { readonly unpacked: number }>;
} {
  const { name, place, limit, limitWithin } = request;
  const [budget, within] = [new Budget(limit), new Budget(limitWithin)];
  const layer = contentLayer({
    name,
    place,
    budget,
    within,
    depth: 0,
    isMember: false,
    check: null,
  });
  const end = async () => ({ ...(await layer.end()), unpacked: budget.taken + within.taken });
  return { push: layer.push, abandon: layer.abandon, end };
}
