/** Reports as agents send them, and what they mean. */
import assert from 'node:assert/strict';
import type { Report, ReportEntry } from '../../../src/core/report.ts';
import { parseReport } from '../../../src/deposits/report/parse.ts';

export const zone = 'Africa/Douala';

export const rawHash = '5f'.repeat(32);
export const fileHash = 'a7'.repeat(32);

/** Instant of an RFC 3339 text. */
export function at(text: string): number {
  const instant = Date.parse(text);
  assert.ok(Number.isFinite(instant), text);
  return instant;
}

export const canonicalEntry = {
  BACKUP: {
    status: true,
    start_time: '2026-06-20T18:10:40Z',
    end_time: '2026-06-20T18:21:05Z',
    sha256: rawHash,
    size: 62_233_088,
  },
  COMPRESS: {
    status: true,
    start_time: '2026-06-20T18:21:05Z',
    end_time: '2026-06-20T18:24:11Z',
    sha256: fileHash,
    size: 4_386_338,
  },
  TRANSFER: {
    status: true,
    start_time: '2026-06-20T18:24:12Z',
    end_time: '2026-06-20T18:37:30Z',
    error_message: null,
  },
  staged_file_name: 'compta_2025.sql.gz',
  logs_summary: null,
};

export const canonical = {
  agent_id: 'douala_prod_01',
  operation_start_time: '2026-06-20T18:10:40Z',
  operation_end_time: '2026-06-20T18:37:35Z',
  overall_status: 'completed',
  databases: { compta_2025: canonicalEntry },
};

/** The same round, as older agents write it: other names, Python's words, local times (Douala is UTC+1). */
export const oldStyle = {
  agent_id: 'douala_prod_01',
  operation_start_time: '2026-06-20T19:10:40',
  operation_timestamp: '2026-06-20 19:37:35.000000',
  databases: {
    compta_2025: {
      backup_process: {
        status: 'True',
        backup_start_time: '2026-06-20 19:10:40',
        timestamp: '2026-06-20 19:21:05',
        sha256_checksum: rawHash.toUpperCase(),
        size_bytes: '62233088',
      },
      compress_process: {
        status: 'success',
        compress_process_start_time: '2026-06-20T19:21:05.000',
        timestamp: '2026-06-20T19:24:11',
        sha256_checksum: ` ${fileHash.toUpperCase()}\n`,
        size_bytes: 4_386_338,
      },
      transfer_process: {
        status: 1,
        transfer_start_time: '2026-06-20T19:24:12+01:00',
        timestamp: '2026-06-20T18:37:30Z',
        error_message: 'null',
      },
      staged_file_name: '/var/backups/staging/compta_2025.sql.gz',
    },
  },
};

/** What both mean. */
export const meaning: Report = {
  startedAt: at('2026-06-20T18:10:40Z'),
  endedAt: at('2026-06-20T18:37:35Z'),
  entries: [
    {
      database: 'compta_2025',
      stages: {
        backup: {
          ok: true,
          startedAt: at('2026-06-20T18:10:40Z'),
          finishedAt: at('2026-06-20T18:21:05Z'),
          size: 62_233_088,
          sha256: rawHash,
          error: null,
        },
        compress: {
          ok: true,
          startedAt: at('2026-06-20T18:21:05Z'),
          finishedAt: at('2026-06-20T18:24:11Z'),
          size: 4_386_338,
          sha256: fileHash,
          error: null,
        },
        transfer: {
          ok: true,
          startedAt: at('2026-06-20T18:24:12Z'),
          finishedAt: at('2026-06-20T18:37:30Z'),
          size: null,
          sha256: null,
          error: null,
        },
      },
      file: 'compta_2025.sql.gz',
      expected: { size: 4_386_338, sha256: fileHash },
      raw: { size: 62_233_088, sha256: rawHash },
      unverifiable: null,
      incomplete: null,
    },
  ],
};

export function bytesOf(value: unknown): Uint8Array {
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value, null, 2));
}

/** Parses what must be accepted. */
export function accepted(sent: unknown): Report {
  const parsed = parseReport(bytesOf(sent), zone);
  assert.ok(parsed.kind === 'report', JSON.stringify(parsed));
  return parsed.report;
}

/** The one entry of the canonical report after some members of its database were replaced; undefined removes one. */
export function entryWith(members: Readonly<Record<string, unknown>>): ReportEntry {
  const report = accepted({ ...canonical, databases: { db: { ...canonicalEntry, ...members } } });
  const [entry] = report.entries;
  assert.ok(entry !== undefined && report.entries.length === 1);
  return entry;
}
