/**
 * The parser of an agent's report (STATUS.json): hostile bytes in; one typed value, or one reason why not, out. What it
 * returns holds no path, number, hash or time that would have to be checked again.
 */
import type { ParsedReport, RefusalReason, Report } from '../../core/report.ts';
import { decodeUtf8 } from './decode.ts';
import { type EntryReading, readEntry } from './entry.ts';
import { describe, isBlank, isObject, pick, readTime } from './fields.ts';
import { type Json, type JsonObject, MAX_VALUES, parseJson } from './json.ts';

/** A larger report is refused; it need not be read to know. */
export const MAX_REPORT_BYTES = 8 * 1024 * 1024;

export const MAX_DATABASES = 10_000;

/** Longest agent id or database name, in UTF-16 units. A longer one could match no folder and no configured name. */
export const MAX_NAME = 255;

/**
 * Parses one report. Linear in the number of bytes; never throws on account of them.
 *
 * @param zone IANA zone of times that carry no offset
 */
export function parseReport(bytes: Uint8Array, zone: string): ParsedReport {
  try {
    const { agentId, report } = readReport(readDocument(bytes), zone);
    // V8 keeps a whole text alive for one slice of it: a copy lets the 8 MiB go.
    return structuredClone({ kind: 'report', agentId, report });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { kind: 'refused', reason: error.reason, message: error.message };
  }
}

/** Ends the reading of a report that is no use; never leaves this file. */
class Refusal extends Error {
  readonly reason: RefusalReason;

  constructor(reason: RefusalReason, message: string) {
    super(message);
    this.reason = reason;
  }
}

function readDocument(bytes: Uint8Array): Json {
  if (bytes.length > MAX_REPORT_BYTES) {
    throw new Refusal('too_large', `the report has ${bytes.length} bytes, more than 8 MiB`);
  }
  const decoded = decodeUtf8(bytes);
  if (decoded.kind === 'not_utf8') {
    throw new Refusal('unreadable', `the report is ${decoded.problem}`);
  }
  const json = parseJson(decoded.text);
  if (json.kind === 'cut_short') {
    throw new Refusal('cut_short', 'the report ends before its JSON is complete');
  }
  if (json.kind === 'too_many_values') {
    throw new Refusal('too_large', `the report holds more than ${MAX_VALUES} values`);
  }
  if (json.kind === 'invalid') {
    const place = `line ${json.line}, column ${json.column}`;
    throw new Refusal('unreadable', `the report is not JSON at ${place}: ${json.problem}`);
  }
  if (decoded.cut) {
    throw new Refusal('unreadable', 'the report is followed by bytes that are not UTF-8');
  }
  return json.value;
}

function readReport(document: Json, zone: string): { agentId: string; report: Report } {
  if (!isObject(document)) {
    throw new Refusal('bad_shape', `the report is ${describe(document)}, not an object`);
  }
  const agentId = readAgentId(document);
  const readings = readDatabases(document, zone);
  const startedAt = readTime(pick(document, ['operation_start_time']), zone).value;
  const endedAt = readEnd(document, readings, zone);
  return { agentId, report: { startedAt, endedAt, entries: readings.map(({ entry }) => entry) } };
}

function readAgentId(document: JsonObject): string {
  const value = document.get('agent_id') ?? null;
  if (isBlank(value)) throw new Refusal('no_agent_id', 'the report names no agent_id');
  if (typeof value !== 'string') {
    throw new Refusal('bad_shape', `agent_id is ${describe(value)}, not a text`);
  }
  checkName('agent_id', value);
  return value;
}

function checkName(what: string, name: string): void {
  if (name.length <= MAX_NAME) return;
  throw new Refusal(
    'bad_shape',
    `${what} is longer than ${MAX_NAME} characters: ${describe(name)}`,
  );
}

function readDatabases(document: JsonObject, zone: string): readonly EntryReading[] {
  const databases = document.get('databases');
  if (databases === undefined) throw new Refusal('bad_shape', 'the report has no databases');
  if (!isObject(databases)) {
    throw new Refusal('bad_shape', `databases is ${describe(databases)}, not an object`);
  }
  if (databases.size > MAX_DATABASES) {
    const found = `${databases.size} databases, more than ${MAX_DATABASES}`;
    throw new Refusal('too_many_databases', `the report holds ${found}`);
  }
  for (const name of databases.keys()) checkName('the name of a database', name);
  return [...databases].map(([name, value]) => readEntry(name, value, zone));
}

/** The round's own end, else its latest stage's, in milliseconds UTC. An own end that is unreadable is not passed over. */
function readEnd(document: JsonObject, readings: readonly EntryReading[], zone: string): number {
  const own = readTime(pick(document, ['operation_end_time', 'operation_timestamp']), zone);
  if (own.fault !== null) {
    throw new Refusal('bad_time', `the end time of the report ${own.fault}`);
  }
  const latest = own.value ?? latestStageEnd(readings);
  if (latest !== null) return latest;
  const fault = readings.find(({ endFault }) => endFault !== null)?.endFault;
  if (fault) throw new Refusal('bad_time', `the report has no readable end time: ${fault}`);
  throw new Refusal('no_time', 'the report has no end time, and neither has any of its stages');
}

function latestStageEnd(readings: readonly EntryReading[]): number | null {
  let latest: number | null = null;
  for (const { entry } of readings) {
    for (const stage of Object.values(entry.stages)) {
      const end = stage?.finishedAt ?? null;
      if (end !== null && (latest === null || end > latest)) latest = end;
    }
  }
  return latest;
}
