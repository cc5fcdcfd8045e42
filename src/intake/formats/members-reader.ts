/** Takes the bytes of one member of a container, and says at its end what it was. */
import { newSha256 } from '../../files/sha256.ts';
import type { Format, FormatContext } from './format.ts';
import { baseOf, noKnownFormat, type Found, type Witness } from './members-record.ts';
import { MydumperNotes } from './mydumper.ts';
import { dataCheck } from './pg-data.ts';
import { LargeObjectList } from './pg-members.ts';

export interface MemberReader {
  readonly push: (bytes: Buffer) => void | Promise<void>;
  /** Also where the container ends in the middle of the member: releases everything. */
  readonly end: () => Found | Promise<Found>;
}

const nothingFound: Found = {
  fingerprint: null,
  unproved: noKnownFormat,
  fault: null,
  inspected: null,
  lists: [],
  notes: null,
};

const blind: Witness = { push: () => undefined, end: () => ({}) };

/** Lists and notes that say something about the files beside them. */
function witnessFor(base: string): Witness | null {
  if (/^blobs(?:_\d+)?\.toc$/.test(base)) return new LargeObjectList();
  if (base === 'metadata' || base === 'metadata.partial') return new MydumperNotes();
  return null;
}

/** @param size of the file in bytes, where that is known beforehand: an empty one needs no looking into */
export function readerFor(context: FormatContext, name: string, size: number | null): MemberReader {
  const base = baseOf(name);
  const check = dataCheck(base);
  if (check !== null) return inspected(context, name, check);
  const witness = witnessFor(base) ?? (size === 0 ? blind : null);
  return witness === null ? inspected(context, name, null) : hashed(witness);
}

/** For a member that cannot be looked into: `unproved` says why. */
export function unreadReader(unproved: string): MemberReader {
  return hashed({ push: () => undefined, end: () => ({ unproved }) });
}

function hashed(witness: Witness): MemberReader {
  const hash = newSha256();
  return {
    push: (bytes) => {
      hash.update(bytes);
      witness.push(bytes);
    },
    end: () => ({ ...nothingFound, fingerprint: hash.digest('hex'), ...witness.end() }),
  };
}

function inspected(
  context: FormatContext,
  name: string,
  check: Format['check'] | null,
): MemberReader {
  const member = context.member(name, check);
  return {
    push: (bytes) => member.push(bytes),
    end: async () => {
      const fact = await member.end();
      const { kind, description, measures, needs, unchecked, fault } = fact;
      const unknown = kind === 'text' || kind === 'binary' ? noKnownFormat : 'not proved whole';
      const { size = 0, sha256 = null } = fact.raw ?? {};
      const raw = sha256 === null ? null : { size, sha256 };
      return {
        ...nothingFound,
        fingerprint: fact.fingerprint ?? sha256,
        unproved: fact.assurance === 'complete' ? null : (fact.shortfall ?? unknown),
        fault,
        inspected: { kind, description, raw, measures, needs, unchecked },
      };
    },
  };
}
