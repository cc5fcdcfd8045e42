/**
 * Folders that mydumper writes: an SQL file for each schema and for each part of a table, and `metadata`, which says when the dump
 * started, and once it is done when it finished (mydumper's documentation, "Outputs"; tried with 0.10).
 */
import type { ContentFault } from '../../core/content.ts';
import { forPeople } from '../../core/text.ts';
import { isFaultAlone } from './members-blame.ts';
import {
  baseOf,
  plainName,
  wasSeen,
  type Ensemble,
  type Found,
  type MemberRecord,
  type Witness,
} from './members-record.ts';

/** As much of the notes is looked at, from the start and from the end: newer releases list every table between. */
const HEAD_BYTES = 60 * 1024;
const TAIL_BYTES = 4 * 1024;

/** Notes taken while a `metadata` goes by. */
export class MydumperNotes implements Witness {
  #head = '';
  #tail = '';

  push(bytes: Buffer): void {
    const room = HEAD_BYTES - this.#head.length;
    if (room > 0) this.#head += bytes.toString('latin1', 0, room);
    this.#tail = (
      this.#tail + bytes.toString('latin1', Math.max(0, bytes.length - TAIL_BYTES))
    ).slice(-TAIL_BYTES);
  }

  end(): Partial<Found> {
    const finished = /Finished dump at/;
    return {
      notes: {
        started: this.#head.includes('Started dump at'),
        finished: finished.test(this.#head) || finished.test(this.#tail),
      },
    };
  }
}

/** What the files of a folder are when mydumper's notes are among them; null where they are not. */
export function mydumperEnsemble(files: readonly MemberRecord[]): Ensemble | null {
  const all = files.filter((file) => file.notes?.started === true);
  // Those of a run that goes on, or was broken off, may lie beside the ones of an earlier run.
  const notes = all.find(({ name }) => baseOf(name) !== 'metadata') ?? all[0] ?? null;
  if (notes === null && !areNamedByMydumper(files)) return null;
  return {
    kind: 'mydumper',
    description: `mydumper directory of ${files.length} files`,
    fault: faultOf(notes, files),
    // With --build-empty-files a table without rows has an empty file.
    blames: (record, fault) =>
      record.inspected !== null && fault.reason !== 'empty' && isFaultAlone(record, fault),
    // The parts have no end mark; but mydumper finishes only after it wrote them all.
    unproved: (record) => (wasSeen(record) ? null : record.unproved),
    counts: () => true,
    // Times, and positions in the binary log.
    isVolatile: (record) => record === notes,
  };
}

const sqlOf = (name: string): string => plainName(baseOf(name));

/** Whether there are the schema of a database and that of one of its tables, as mydumper calls them, and no notes that could not be seen. */
function areNamedByMydumper(files: readonly MemberRecord[]): boolean {
  if (files.some((file) => baseOf(file.name) === 'metadata' && !wasSeen(file))) return false;
  const names = files.map(({ name }) => sqlOf(name));
  const databases = new Set(
    names.map((name) => /^(.+)-schema-create\.sql$/.exec(name)?.[1]).filter((one) => one),
  );
  return names.some((name) => databases.has(/^([^.]+)\..+-schema\.sql$/.exec(name)?.[1]));
}

/** Only a part of a table may have no content (--build-empty-files): no schema, nor what should be a compressed stream. */
function isLost({ name, size, inspected }: MemberRecord): boolean {
  if (size > 0) return false;
  const isStream = plainName(name) !== name && !inspected?.raw;
  return isStream || /-schema(?:-create)?\.sql$/.test(sqlOf(name));
}

function faultOf(notes: MemberRecord | null, files: readonly MemberRecord[]): ContentFault | null {
  const cut = (message: string): ContentFault => ({ reason: 'dump_cut', message });
  if (notes === null) return cut('the notes of mydumper, metadata, are missing');
  if (baseOf(notes.name) !== 'metadata' || notes.notes?.finished !== true)
    return cut('mydumper did not finish: its notes lack "Finished dump at"');
  const lost = files.find(isLost);
  if (lost !== undefined) return cut(`${forPeople(lost.name, 80)} is empty`);
  if (!files.some(({ name }) => plainName(name).endsWith('.sql')))
    return cut('mydumper left no file of SQL beside its notes');
  return null;
}
