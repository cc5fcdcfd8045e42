/** One event, and lists that several documents share (contract, section 3). */
import type { ContentFact } from '../../core/content.ts';
import type { Stage } from '../../core/report.ts';
import type { EventView, UnexpectedView } from '../views.ts';
import { time } from './time.ts';

function stageObject(stage: Stage | null): object | null {
  if (stage === null) return null;
  const { ok, startedAt, finishedAt, size, sha256, error } = stage;
  return {
    ok,
    started_at: time(startedAt),
    finished_at: time(finishedAt),
    size,
    sha256,
    error,
  };
}

function reportObject(report: EventView['report']): object | null {
  if (report === null) return null;
  const { file, startedAt, endedAt, stages } = report;
  return {
    file,
    started_at: time(startedAt),
    finished_at: time(endedAt),
    stages: {
      backup: stageObject(stages.backup),
      compress: stageObject(stages.compress),
      transfer: stageObject(stages.transfer),
    },
  };
}

function fileObject(file: EventView['file']): object | null {
  if (file === null) return null;
  const { name, expected, found } = file;
  return {
    name,
    expected: { size: expected.size, sha256: expected.sha256 },
    found: { size: found.size, sha256: found.sha256 },
  };
}

/** Sizes and hashes are those of the uncompressed content. */
function contentObject(content: ContentFact | null): object | null {
  if (content === null) return null;
  const { compression, kind, description, raw, fingerprint, fault, measures } = content;
  return {
    compression,
    kind,
    description,
    size: raw?.size ?? null,
    sha256: raw?.sha256 ?? null,
    fingerprint,
    fault: fault === null ? null : { reason: fault.reason, message: fault.message },
    shortfall: content.shortfall,
    remarks: content.remarks,
    tables: measures.tables,
    batches: measures.batches,
    last_line: content.lastLine,
  };
}

/** `content`, `count` and `set_aside` are ours. */
export function eventObject(event: EventView): object {
  const { agent, database } = event;
  return {
    id: event.id,
    job: database === null ? null : `${agent}/${database}`,
    agent: agent === '' ? null : agent,
    database,
    cycle: time(event.cycle),
    at: time(event.at),
    status: event.status,
    severity: event.severity,
    reason: event.reason,
    message: event.message,
    operator: event.operator,
    report: reportObject(event.report),
    file: fileObject(event.file),
    assurance: event.assurance,
    content: contentObject(event.content),
    promoted_to: event.promotedTo,
    count: event.count,
    set_aside: event.setAside,
  };
}

/** One object per database. */
export const unexpectedObjects = (views: readonly UnexpectedView[]): object[] =>
  views.flatMap(({ agent, names, lastReportedAt }) =>
    names.map((database) => ({ agent, database, last_reported_at: time(lastReportedAt) })),
  );

/** All of them, also those too many to be listed. */
export const unexpectedCount = (views: readonly UnexpectedView[]): number =>
  views.reduce((sum, { count }) => sum + count, 0);
