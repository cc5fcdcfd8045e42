/** One database of a report. Whatever is wrong with it becomes part of the entry: an entry is never dropped. */
import type { Expectation, ReportEntry } from '../../core/report.ts';
import { describe, isObject, pick } from './fields.ts';
import { usableFileName } from './file-name.ts';
import type { Json, JsonObject } from './json.ts';
import { readStage, type StageReading } from './stage.ts';

export interface EntryReading {
  readonly entry: ReportEntry;
  /** The first end time of a stage that is there but cannot be read: a phrase; null when there is none. */
  readonly endFault: string | null;
}

const unknown: Expectation = { size: null, sha256: null };

export function readEntry(database: string, value: Json, zone: string): EntryReading {
  return isObject(value) ? readMembers(database, value, zone) : shapelessEntry(database, value);
}

function shapelessEntry(database: string, value: Json): EntryReading {
  const fault = `the entry of this database is ${describe(value)}, not an object`;
  const stages = { backup: null, compress: null, transfer: null };
  const nothing = { file: null, expected: unknown, raw: unknown };
  return {
    entry: { database, stages, ...nothing, unverifiable: fault, incomplete: fault },
    endFault: null,
  };
}

function readMembers(database: string, members: JsonObject, zone: string): EntryReading {
  const backup = readStage(members, 'backup', zone);
  const compress = readStage(members, 'compress', zone);
  const transfer = readStage(members, 'transfer', zone);
  const file = readFileName(pick(members, ['staged_file_name']));
  // Without COMPRESS the dump travels as it is: then BACKUP describes the file.
  const [described, before] = compress.stage === null ? [backup, null] : [compress, backup];
  return {
    entry: {
      database,
      stages: { backup: backup.stage, compress: compress.stage, transfer: transfer.stage },
      file: file.name,
      expected: expectationOf(described),
      raw: before === null ? unknown : expectationOf(before),
      unverifiable: phrases([
        file.fault,
        described.hashFault ?? hashMissing(described),
        described.sizeFault,
        // What the agent says about the dump before compression is checked as well, and so must be readable.
        before?.hashFault ?? null,
        before?.sizeFault ?? null,
      ]),
      incomplete: phrases([
        backup.stage === null ? 'BACKUP is missing' : backup.incomplete,
        compress.incomplete,
        transfer.stage === null ? 'TRANSFER is missing' : transfer.incomplete,
      ]),
    },
    endFault: backup.endFault ?? compress.endFault ?? transfer.endFault,
  };
}

function expectationOf(reading: StageReading): Expectation {
  return { size: reading.stage?.size ?? null, sha256: reading.stage?.sha256 ?? null };
}

function hashMissing(reading: StageReading): string | null {
  if (reading.stage === null)
    return `${reading.title}, which would give the file's SHA-256, is missing`;
  return reading.stage.sha256 === null ? `${reading.title} gives no SHA-256 of the file` : null;
}

function readFileName(value: Json): { name: string | null; fault: string | null } {
  if (value === null) return { name: null, fault: 'staged_file_name is missing' };
  if (typeof value !== 'string') {
    return { name: null, fault: `staged_file_name is ${describe(value)}, not a text` };
  }
  const { name = null, fault } = usableFileName(value);
  return { name, fault: fault === undefined ? null : `staged_file_name ${fault}` };
}

/** One phrase out of several; null out of none. */
function phrases(list: readonly (string | null)[]): string | null {
  return list.filter((phrase) => phrase !== null).join('; ') || null;
}
