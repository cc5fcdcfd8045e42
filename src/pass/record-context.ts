/** What recording works with. */
import type { Database } from '../db/schema.ts';
import type { HeldRecord } from '../db/versions.ts';

/** Row ids that the steps after the commit need: reports by digest, entries by entryKey, jobs by `agent/database`. */
export interface RecordedIds {
  readonly reports: Map<string, number>;
  readonly entries: Map<string, number>;
  readonly jobs: Map<string, number>;
}

export interface RecordContext {
  readonly db: Database;
  readonly passId: number | null;
  readonly now: number;
  readonly validated: string;
  readonly ids: RecordedIds;
  /** Held copies as they were before this pass, by job id. */
  readonly held: ReadonlyMap<number, HeldRecord>;
}
