/** One stage of one database of a report, under its canonical or its field name. */
import type { Stage, StageName } from '../../core/report.ts';
import { shorten } from '../../core/text.ts';
import {
  describe,
  isBlank,
  isObject,
  pick,
  readSha256,
  readSize,
  readStatus,
  readTime,
  type Reading,
} from './fields.ts';
import { type Json, JsonNumber, type JsonObject } from './json.ts';

/** Agents put whole logs there; what a person reads is far shorter. UTF-16 units. */
const longestError = 2_000;

/** Canonical name first: it wins where both hold something. */
const stageKeys: Readonly<Record<StageName, readonly [string, string]>> = {
  backup: ['BACKUP', 'backup_process'],
  compress: ['COMPRESS', 'compress_process'],
  transfer: ['TRANSFER', 'transfer_process'],
};

export interface StageReading {
  /** The stage's name for people: BACKUP, COMPRESS, TRANSFER. */
  readonly title: string;
  /** null: absent. A stage that is no object is a stage without values. */
  readonly stage: Stage | null;
  /** Why the stage tells nothing about success: a phrase; null when it does, or is absent. */
  readonly incomplete: string | null;
  readonly sizeFault: string | null;
  readonly hashFault: string | null;
  readonly endFault: string | null;
}

export function readStage(database: JsonObject, name: StageName, zone: string): StageReading {
  const keys = stageKeys[name];
  const [title] = keys;
  const value = pick(database, keys);
  if (value === null) return { title, stage: null, incomplete: null, ...faultless };
  if (isObject(value)) return readFields(title, value, name, zone);
  const incomplete = `${title} is ${describe(value)}, not an object`;
  return { title, stage: emptyStage, incomplete, ...faultless };
}

const faultless = { sizeFault: null, hashFault: null, endFault: null };

const emptyStage: Stage = {
  ok: null,
  startedAt: null,
  finishedAt: null,
  size: null,
  sha256: null,
  error: null,
};

function readFields(
  title: string,
  fields: JsonObject,
  name: StageName,
  zone: string,
): StageReading {
  const startKeys = ['start_time', `${name}_start_time`, `${name}_process_start_time`];
  const status = readStatus(fields.get('status') ?? null);
  const end = readTime(pick(fields, ['end_time', 'timestamp']), zone);
  const size = readSize(pick(fields, ['size', 'size_bytes']));
  const sha256 = readSha256(pick(fields, ['sha256', 'sha256_checksum']));
  return {
    title,
    stage: {
      ok: status.value,
      startedAt: readTime(pick(fields, startKeys), zone).value,
      finishedAt: end.value,
      size: size.value,
      sha256: sha256.value,
      error: readError(fields.get('error_message') ?? null),
    },
    incomplete: status.value === null ? `${title} ${statusFault(status)}` : null,
    sizeFault: size.fault && `the size of ${title} ${size.fault}`,
    hashFault: sha256.fault && `the sha256 of ${title} ${sha256.fault}`,
    endFault: end.fault && `the end time of ${title} ${end.fault}`,
  };
}

function statusFault(status: Reading<boolean>): string {
  return status.fault === null ? 'has no status' : `has a status that ${status.fault}`;
}

/** The agent's own words, as they are; where there are none but something else was sent, what that is. */
function readError(value: Json): string | null {
  if (isBlank(value)) return null;
  if (typeof value === 'string') return shorten(value, longestError);
  if (value instanceof JsonNumber) return shorten(value.literal, longestError);
  return describe(value);
}
