/** `backupmon check-config`: every fault of the configuration at once. */
import { existsSync } from 'node:fs';
import { loadConfig } from '../../config/load.ts';
import { withDatabase } from '../../db/open.ts';
import { renderConfigProblems } from '../../render/config-problems.ts';
import type { Config } from '../../core/job.ts';
import { pathConflicts } from '../../core/path-conflicts.ts';
import { ownedFolders } from '../../db/versions.ts';
import {
  configFileOf,
  writeLines,
  writeSentence,
  type Context,
  type ExitCode,
} from '../context.ts';
import { knownProblem } from '../problems.ts';

/** Faults that only the database can tell; none where it cannot be read, which is not the configuration's fault. */
async function conflicts(config: Config): Promise<string[]> {
  if (!existsSync(config.database)) return [];
  try {
    const owned = await withDatabase(config.database, 'read', ownedFolders);
    return pathConflicts(config.jobs, owned);
  } catch (error) {
    if (knownProblem(error) === null) throw error;
    return [];
  }
}

export async function checkConfig(context: Context): Promise<ExitCode> {
  const file = configFileOf(context);
  const loaded = await loadConfig(file, context.io.env);
  const faults = loaded.kind === 'ok' ? await conflicts(loaded.config) : [];
  const problems =
    loaded.kind === 'invalid'
      ? loaded.problems
      : faults.map((message) => ({
          file,
          line: null,
          column: null,
          sourceLine: null,
          width: 1,
          path: 'path',
          message,
          expected: null,
          suggestion: null,
        }));
  const { io, json } = context;
  if (json) {
    const { checkConfigDocument, toJson } = await import('../../render/json/index.ts');
    io.out.write(
      toJson(checkConfigDocument({ now: io.now(), ok: problems.length === 0, file, problems })),
    );
  } else if (problems.length > 0) {
    writeLines(io.err, renderConfigProblems(problems, context.errScreen.paint), 'critical');
  } else if (loaded.kind === 'ok' && context.options.quiet !== true) {
    const { jobs } = loaded.config;
    const disabled = jobs.filter((job) => !job.enabled).length;
    writeSentence(
      io.out,
      `${file}: valid, ${jobs.length} ${jobs.length === 1 ? 'job' : 'jobs'}${disabled > 0 ? `, ${disabled} of them disabled` : ''}`,
      'ok',
    );
  }
  return problems.length === 0 ? 0 : 3;
}
