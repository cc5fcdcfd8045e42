/**
 * The tables, as Kysely sees them. Times are milliseconds UTC, hashes lower-case hex, booleans 0/1, lists JSON text, so that
 * SQLite and PostgreSQL can share one schema.
 */
import type { Generated, Kysely } from 'kysely';

export interface MetaTable {
  key: string;
  value: string;
}

export interface ScansTable {
  id: Generated<number>;
  /** `scan` or `promote`. */
  command: string;
  started_at: number;
  finished_at: number | null;
  complete: number;
  exit_code: number | null;
  program: string;
  jobs: number | null;
  reports: number | null;
  events: number | null;
  published: number | null;
  pruned: number | null;
  refused: number | null;
  blocked: number | null;
  bytes_read: number | null;
}

export interface AgentsTable {
  agent: string;
  newest_report_end: number | null;
  /** JSON list of names from the newest report that no job expects, at most 100; and how many there are. */
  unexpected: string;
  unexpected_count: number;
}

export interface JobsTable {
  id: Generated<number>;
  agent: string;
  database: string;
  /** Enabled in the configuration at the last complete scan. */
  expected: number;
  path: string;
  watch_began: number | null;
  schedule_key: string;
  settled_through: number | null;
  covered_through: number | null;
  last_judged_end: number | null;
  last_event_id: number | null;
  since: number | null;
  last_success_at: number | null;
  /** JSON: [[cycle, size, uncompressed size or null, tables or null], …], oldest first; two numbers in rows of before. */
  sizes: string;
  /** JSON: [cycle, …] */
  held_cycles: string;
  blocked_reason: string | null;
  blocked_message: string | null;
  blocked_since: number | null;
  arriving_until: number | null;
  /** Entry that is judged again when its file changes. */
  recheck_entry_id: number | null;
  /** Files of this job that lie in the drop zone. */
  deposit_files: number;
  /** mtime (ms) of the job's folder in the validated tree when it was last compared with this database. */
  folder_mtime: string | null;
}

export interface ReportsTable {
  id: Generated<number>;
  agent: string;
  /** SHA-256 of the report's bytes. */
  digest: string;
  name: string;
  started_at: number | null;
  ended_at: number | null;
  seen_at: number;
  /** State of the file that was read, see files/folder.ts; null once it is archived. */
  file_state: string | null;
  /** The jobs it was judged for: when these change, a report still lying there is read again. */
  jobs_key: string;
  archived_as: string | null;
  refused_reason: string | null;
  refused_message: string | null;
}

export interface EntriesTable {
  id: Generated<number>;
  report_id: number;
  job_id: number;
  ended_at: number;
  file_name: string | null;
  expected_size: number | null;
  expected_sha256: string | null;
  raw_size: number | null;
  raw_sha256: string | null;
  /** JSON of the stages and faults, see db/entries.ts. */
  detail: string;
  /** State of the deposit when it was judged; `absent`, or null when it was not looked at. */
  file_state: string | null;
}

export interface EventsTable {
  id: Generated<number>;
  scan_id: number | null;
  job_id: number | null;
  agent: string | null;
  at: number;
  cycle: number | null;
  status: string;
  severity: string;
  reason: string;
  message: string;
  entry_id: number | null;
  found_size: number | null;
  found_sha256: string | null;
  assurance: string | null;
  version_id: number | null;
  operator: string | null;
  /** How many alike it stands for. */
  count: number;
  /** Why it decides nothing any more, or null. */
  set_aside: string | null;
  /** JSON of core/content.ts; null where the content was not looked into. */
  content: string | null;
}

export interface VersionsTable {
  id: Generated<number>;
  job_id: number;
  entry_id: number | null;
  cycle: number | null;
  ended_at: number;
  /** Relative to the validated tree: job path / version folder. */
  folder: string;
  file: string;
  size: number;
  sha256: string;
  raw_sha256: string | null;
  assurance: string | null;
  /** `scan`, `promote` or `adopted`. */
  origin: string;
  published_at: number;
  last_confirmed_at: number;
  /** `present`; `pruning`: decided, perhaps not yet done; `pruned`; `lost`; `unverified`: found, not ours for sure; `set_aside`: dated by a wrong clock. */
  state: string;
  state_at: number | null;
  state_reason: string | null;
  fingerprint: string | null;
  /** See core/content.ts; null where the content was not looked into. */
  content_kind: string | null;
}

export interface HeldTable {
  job_id: number;
  entry_id: number;
  event_id: number;
  cycle: number;
  ended_at: number;
  folder: string;
  file: string;
  size: number;
  sha256: string;
  raw_sha256: string | null;
  held_at: number;
}

export interface IncidentsTable {
  id: Generated<number>;
  /** See core/incident.ts. */
  kind: string;
  name: string;
  opened_at: number;
  announced_at: number | null;
  ended_at: number | null;
  /** The worst severity since it was announced; `ok` before. */
  worst: string;
  /** How many times people were reminded of it. */
  reminders: number;
}

/** Who is in an incident that is open. */
export interface IncidentMembersTable {
  incident_id: number;
  /** `agent/database`, or an agent. */
  name: string;
  status: string;
  severity: string;
  reason: string;
  message: string;
  since: number;
  cycle: number | null;
  event_id: number | null;
  bad_cycles: number;
}

/** What is to be told of an incident, written with what caused it. */
export interface AlarmsTable {
  id: Generated<number>;
  incident_id: number;
  at: number;
  kind: string;
  /** Severities. */
  before: string;
  after: string;
  /** JSON of core/incident.ts's members, as they were then. */
  members: string;
  /** When messages were made of it; null while that is to be done. */
  composed_at: number | null;
}

/** What is delivered, by one way out, to one set of recipients. */
export interface MessagesTable {
  id: Generated<number>;
  /** `email`, or the name of a webhook or command. */
  way: string;
  message_id: string;
  /** Message-ID of the first of its thread; null where it is that itself. */
  thread: string | null;
  /** JSON of core/letter.ts. */
  letter: string;
  created_at: number;
  attempts: number;
  next_attempt_at: number;
  /** When it was delivered, or given up, for the last of its recipients; null while it is to be delivered. */
  ended_at: number | null;
}

export interface DeliveriesTable {
  message: number;
  recipient: string;
  delivered_at: number | null;
  given_up_at: number | null;
  /** Why the last attempt failed. */
  error: string | null;
}

/** The message by which somebody was first told of an incident. */
export interface ThreadsTable {
  incident_id: number;
  way: string;
  recipient: string;
  message_id: string;
  subject: string;
}

/** Jobs and agents of which nothing is told until then. */
export interface SnoozesTable {
  /** `agent` or `agent/database` */
  name: string;
  until: number;
  reason: string | null;
  operator: string;
  at: number;
}

export interface Tables {
  meta: MetaTable;
  scans: ScansTable;
  agents: AgentsTable;
  jobs: JobsTable;
  reports: ReportsTable;
  entries: EntriesTable;
  events: EventsTable;
  versions: VersionsTable;
  held: HeldTable;
  incidents: IncidentsTable;
  incident_members: IncidentMembersTable;
  alarms: AlarmsTable;
  messages: MessagesTable;
  deliveries: DeliveriesTable;
  threads: ThreadsTable;
  snoozes: SnoozesTable;
}

export type Database = Kysely<Tables>;
