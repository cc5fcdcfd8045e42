/** `backupmon complete`: words of this installation, for the completion of the shells. */
import { recipientsOf } from '../../alarms/recipients.ts';
import type { Config } from '../../core/job.ts';
import { unprintableIn } from '../../core/text.ts';
import { loadedConfig, type Context, type ExitCode } from '../context.ts';
import { knownProblem } from '../problems.ts';
import { parseName } from '../selection.ts';

/** Of the newest reports of a job that name a file. */
const DEPOSITS_OFFERED = 50;

const jobsOf = ({ jobs }: Config): string[] => jobs.map(({ id }) => id);
const agentsOf = ({ jobs }: Config): string[] => jobs.map(({ agent }) => agent);

/** What `notify --test` can be given. */
const waysOf = (config: Config): string[] => [
  ...recipientsOf(config).map(({ way }) => way),
  ...(config.notifications.heartbeat === null ? [] : ['heartbeat']),
];

/** What `promote` can be given as the file of a job. */
async function depositsOf(config: Config, name: string): Promise<string[]> {
  const { agent, database } = parseName(name);
  if (database === null) return [];
  const { withDatabase } = await import('../../db/open.ts');
  const { recordedFileNames } = await import('../../db/file-names.ts');
  return withDatabase(config.database, 'read', (db) =>
    recordedFileNames(db, { agent, database }, DEPOSITS_OFFERED),
  );
}

async function wordsOf(context: Context, kind: string, job: string): Promise<readonly string[]> {
  if (kind === 'shipped') return context.io.program.shipped();
  const config = await loadedConfig(context);
  switch (kind) {
    case 'names':
      return [...agentsOf(config), ...jobsOf(config)];
    case 'jobs':
      return jobsOf(config);
    case 'ways':
      return waysOf(config);
    case 'deposits':
      return depositsOf(config, job);
    // A script of another version may ask for what this one does not know.
    default:
      return [];
  }
}

/**
 * Prints words one to a line, each once. A word that would be two lines, or hide something on a terminal, is left out. Where the
 * configuration or the database cannot be read nothing is said at all: somebody is in the middle of a line.
 *
 * @param kind `names` (agents and jobs), `jobs`, `ways`, `deposits` that reports of `job` have named, the newest first, or `shipped`
 */
export async function complete(context: Context, kind: string, job: string): Promise<ExitCode> {
  try {
    const words = new Set(await wordsOf(context, kind, job));
    const lines = [...words].flatMap((word) => (unprintableIn(word) === null ? `${word}\n` : []));
    context.io.out.write(lines.join(''));
  } catch (error) {
    if (knownProblem(error) === null) throw error;
  }
  return 0;
}
