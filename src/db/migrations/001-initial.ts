/** The first schema. */
import type { Kysely } from 'kysely';

export async function initial(db: Kysely<unknown>): Promise<void> {
  const { schema } = db;
  const table = (name: string) =>
    schema
      .createTable(name)
      .addColumn('id', 'integer', (column) => column.primaryKey().autoIncrement());

  await schema
    .createTable('meta')
    .addColumn('key', 'text', (column) => column.primaryKey())
    .addColumn('value', 'text', (column) => column.notNull())
    .execute();

  await table('scans')
    .addColumn('command', 'text', (column) => column.notNull())
    .addColumn('started_at', 'bigint', (column) => column.notNull())
    .addColumn('finished_at', 'bigint')
    .addColumn('complete', 'integer', (column) => column.notNull())
    .addColumn('exit_code', 'integer')
    .addColumn('program', 'text', (column) => column.notNull())
    .addColumn('jobs', 'integer')
    .addColumn('reports', 'integer')
    .addColumn('events', 'integer')
    .addColumn('published', 'integer')
    .addColumn('pruned', 'integer')
    .addColumn('refused', 'integer')
    .addColumn('blocked', 'integer')
    .addColumn('bytes_read', 'bigint')
    .execute();

  await schema
    .createTable('agents')
    .addColumn('agent', 'text', (column) => column.primaryKey())
    .addColumn('newest_report_end', 'bigint')
    .addColumn('unexpected', 'text', (column) => column.notNull())
    .addColumn('unexpected_count', 'integer', (column) => column.notNull())
    .execute();

  await table('jobs')
    .addColumn('agent', 'text', (column) => column.notNull())
    .addColumn('database', 'text', (column) => column.notNull())
    .addColumn('expected', 'integer', (column) => column.notNull())
    .addColumn('path', 'text', (column) => column.notNull())
    .addColumn('watch_began', 'bigint')
    .addColumn('schedule_key', 'text', (column) => column.notNull())
    .addColumn('settled_through', 'bigint')
    .addColumn('covered_through', 'bigint')
    .addColumn('last_judged_end', 'bigint')
    .addColumn('last_event_id', 'integer')
    .addColumn('since', 'bigint')
    .addColumn('last_success_at', 'bigint')
    .addColumn('sizes', 'text', (column) => column.notNull())
    .addColumn('held_cycles', 'text', (column) => column.notNull())
    .addColumn('blocked_reason', 'text')
    .addColumn('blocked_message', 'text')
    .addColumn('blocked_since', 'bigint')
    .addColumn('arriving_until', 'bigint')
    .addColumn('recheck_entry_id', 'integer')
    .addColumn('deposit_files', 'integer', (column) => column.notNull())
    .addColumn('folder_mtime', 'text')
    .addUniqueConstraint('jobs_agent_database', ['agent', 'database'])
    .execute();

  await table('reports')
    .addColumn('agent', 'text', (column) => column.notNull())
    .addColumn('digest', 'text', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('started_at', 'bigint')
    .addColumn('ended_at', 'bigint')
    .addColumn('seen_at', 'bigint', (column) => column.notNull())
    .addColumn('file_state', 'text')
    .addColumn('jobs_key', 'text', (column) => column.notNull())
    .addColumn('archived_as', 'text')
    .addColumn('refused_reason', 'text')
    .addColumn('refused_message', 'text')
    .addUniqueConstraint('reports_agent_digest', ['agent', 'digest'])
    .execute();
  await schema
    .createIndex('reports_lying')
    .on('reports')
    .columns(['agent', 'file_state'])
    .execute();

  await table('entries')
    .addColumn('report_id', 'integer', (column) => column.notNull().references('reports.id'))
    .addColumn('job_id', 'integer', (column) => column.notNull().references('jobs.id'))
    .addColumn('ended_at', 'bigint', (column) => column.notNull())
    .addColumn('file_name', 'text')
    .addColumn('expected_size', 'bigint')
    .addColumn('expected_sha256', 'text')
    .addColumn('raw_size', 'bigint')
    .addColumn('raw_sha256', 'text')
    .addColumn('detail', 'text', (column) => column.notNull())
    .addColumn('file_state', 'text')
    .addUniqueConstraint('entries_report_job', ['report_id', 'job_id'])
    .execute();
  await schema
    .createIndex('entries_of_job')
    .on('entries')
    .columns(['job_id', 'ended_at'])
    .execute();

  await table('versions')
    .addColumn('job_id', 'integer', (column) => column.notNull().references('jobs.id'))
    .addColumn('entry_id', 'integer', (column) => column.references('entries.id'))
    .addColumn('cycle', 'bigint')
    .addColumn('ended_at', 'bigint', (column) => column.notNull())
    .addColumn('folder', 'text', (column) => column.notNull())
    .addColumn('file', 'text', (column) => column.notNull())
    .addColumn('size', 'bigint', (column) => column.notNull())
    .addColumn('sha256', 'text', (column) => column.notNull())
    .addColumn('raw_sha256', 'text')
    .addColumn('assurance', 'text')
    .addColumn('origin', 'text', (column) => column.notNull())
    .addColumn('published_at', 'bigint', (column) => column.notNull())
    .addColumn('last_confirmed_at', 'bigint', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('state_at', 'bigint')
    .addColumn('state_reason', 'text')
    .execute();
  await schema.createIndex('versions_of_job').on('versions').columns(['job_id', 'state']).execute();
  await schema.createIndex('versions_by_state').on('versions').columns(['state']).execute();

  await table('events')
    .addColumn('scan_id', 'integer', (column) => column.references('scans.id'))
    .addColumn('job_id', 'integer', (column) => column.references('jobs.id'))
    .addColumn('agent', 'text')
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('cycle', 'bigint')
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('severity', 'text', (column) => column.notNull())
    .addColumn('reason', 'text', (column) => column.notNull())
    .addColumn('message', 'text', (column) => column.notNull())
    .addColumn('entry_id', 'integer', (column) => column.references('entries.id'))
    .addColumn('found_size', 'bigint')
    .addColumn('found_sha256', 'text')
    .addColumn('assurance', 'text')
    .addColumn('version_id', 'integer', (column) => column.references('versions.id'))
    .addColumn('operator', 'text')
    .addColumn('count', 'integer', (column) => column.notNull())
    .addColumn('set_aside', 'text')
    .execute();
  await schema.createIndex('events_of_job').on('events').columns(['job_id', 'id']).execute();

  await schema
    .createTable('held')
    .addColumn('job_id', 'integer', (column) => column.primaryKey().references('jobs.id'))
    .addColumn('entry_id', 'integer', (column) => column.notNull().references('entries.id'))
    .addColumn('event_id', 'integer', (column) => column.notNull().references('events.id'))
    .addColumn('cycle', 'bigint', (column) => column.notNull())
    .addColumn('ended_at', 'bigint', (column) => column.notNull())
    .addColumn('folder', 'text', (column) => column.notNull())
    .addColumn('file', 'text', (column) => column.notNull())
    .addColumn('size', 'bigint', (column) => column.notNull())
    .addColumn('sha256', 'text', (column) => column.notNull())
    .addColumn('raw_sha256', 'text')
    .addColumn('held_at', 'bigint', (column) => column.notNull())
    .execute();
}
