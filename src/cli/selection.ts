/** Job arguments: `AGENT` or `AGENT/DATABASE`. */
import { UserProblem } from './problems.ts';

export interface JobName {
  readonly agent: string;
  /** null: all of the agent. */
  readonly database: string | null;
}

export function parseName(argument: string): JobName {
  const slash = argument.indexOf('/');
  return slash < 0
    ? { agent: argument, database: null }
    : { agent: argument.slice(0, slash), database: argument.slice(slash + 1) };
}

const matches = (name: JobName, job: JobName): boolean =>
  name.agent === job.agent && (name.database === null || name.database === job.database);

/**
 * Whether a job was named; everything is, when nothing was.
 *
 * @throws UserProblem when a name fits no job
 */
export function selector(
  names: readonly string[],
  known: readonly JobName[],
): (job: JobName) => boolean {
  const wanted = names.map(parseName);
  for (const [index, name] of wanted.entries()) {
    if (known.some((job) => matches(name, job))) continue;
    throw new UserProblem('unknown_job', `no job is named "${names[index]}"`, {
      hint: nearby(name, known),
    });
  }
  return (job) => wanted.length === 0 || wanted.some((name) => matches(name, job));
}

function nearby(name: JobName, known: readonly JobName[]): string {
  const lower = `${name.agent}/${name.database ?? ''}`.toLowerCase();
  const ids = [
    ...new Set(
      known.flatMap((job) => (job.database === null ? [] : [`${job.agent}/${job.database}`])),
    ),
  ];
  const similar = ids.filter((id) => {
    const [agent = '', database = ''] = id.toLowerCase().split('/');
    return (
      id.toLowerCase() === lower ||
      lower.includes(database) ||
      lower.startsWith(`${agent}/`) ||
      agent.includes(name.agent.toLowerCase())
    );
  });
  const list = (similar.length > 0 ? similar : ids).slice(0, 5).join(', ');
  return ids.length === 0
    ? 'the configuration names no job'
    : `jobs are named AGENT/DATABASE, such as ${list}`;
}
