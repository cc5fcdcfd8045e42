/** Jobs for what agents report and no job expects. */
import { nameFault } from '../../config/names.ts';
import type { Config } from '../../core/job.ts';
import { folded } from '../../core/text.ts';
import { countRounds, guessSchedule } from './guess-schedule.ts';
import type { Stranger } from '../deposits/strangers.ts';

export interface Suggestion {
  readonly agent: string;
  readonly database: string;
  /** The configuration names the agent already. */
  readonly configured: boolean;
  /** As the configuration has it; null where the rounds seen are too few, or follow no rule. */
  readonly schedule: string | null;
  readonly rounds: number;
}

export interface Suggestions {
  readonly jobs: readonly Suggestion[];
  /** What cannot be a job as it is called, and why; a sentence each. */
  readonly refused: readonly string[];
}

/** Why it cannot stand in the configuration beside what is there; null where it can. */
function faultOf(stranger: Stranger, taken: ReadonlyMap<string, string>): string | null {
  const { agent, database, configured } = stranger;
  const ofAgent = configured ? null : nameFault(agent);
  if (ofAgent !== null) return `the name of the agent ${ofAgent}`;
  const ofDatabase = nameFault(database);
  if (ofDatabase !== null) return `the name of the database ${ofDatabase}`;
  const id = `${agent}/${database}`;
  const other = taken.get(folded(id));
  return other === undefined || other === id ? null : `it differs from ${other} only in case`;
}

/** What of it can be a job, with a schedule where enough rounds were seen. */
export function suggestJobs(strangers: readonly Stranger[], config: Config): Suggestions {
  const agents = config.agents.map(({ id }) => id);
  const taken = new Map(config.jobs.map(({ id }) => [folded(id), id]));
  const zones = new Map(config.agents.map(({ id, timezone }) => [id, timezone]));
  const jobs: Suggestion[] = [];
  const refused: string[] = [];
  for (const stranger of strangers) {
    const { agent, database, configured, ends } = stranger;
    const id = `${agent}/${database}`;
    const other = agents.find((known) => known !== agent && folded(known) === folded(agent));
    const fault =
      other === undefined
        ? faultOf(stranger, taken)
        : `its agent differs from ${other}, which is in the configuration, only in case`;
    if (fault !== null) {
      refused.push(`${id}: ${fault}`);
      continue;
    }
    taken.set(folded(id), id);
    const schedule = guessSchedule(ends, zones.get(agent) ?? config.timezone);
    jobs.push({ agent, database, configured, schedule, rounds: countRounds(ends) });
  }
  return { jobs, refused };
}
