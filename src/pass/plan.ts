/** What there is to do: the reports of every agent are read, and every job is glanced at. Nothing is changed. */
import { openZone, type AgentZone } from '../deposits/drop-zone.ts';
import { Trouble } from '../files/trouble.ts';
import { agentsOf } from './agents.ts';
import { gather, type Round } from './gather.ts';
import { isQuiet, openJobs, type PrepareContext } from './prepare.ts';
import type { PassAgent } from './request.ts';
import type { Running, Work } from './running.ts';

type Planning = Pick<Running, 'request' | 'deposits' | 'memory'>;

async function gatherAgent(running: Planning, agent: PassAgent): Promise<Round | Trouble | null> {
  const { request, deposits, memory } = running;
  if (deposits instanceof Trouble) return deposits;
  let zone: AgentZone | null = null;
  try {
    zone = openZone(deposits, agent.id);
    if (zone === null) return null;
    const timezone = agent.configured?.timezone ?? request.config.timezone;
    return await gather({ db: request.db, memory, agent, zone, timezone, now: request.now });
  } catch (error) {
    if (!(error instanceof Trouble)) throw error;
    return error;
  } finally {
    zone?.close();
  }
}

const isEmpty = (round: Round): boolean =>
  round.seen.length === 0 &&
  round.leftovers.length === 0 &&
  round.toJudge.length === 0 &&
  round.arrivingUntil === null;

/** What there is to do for one agent; null when nothing is. */
async function planAgent(
  running: Planning,
  context: PrepareContext,
  agent: PassAgent,
): Promise<Work | null> {
  const found = await gatherAgent(running, agent);
  const trouble = found instanceof Trouble ? found : null;
  const round = found instanceof Trouble || found === null || isEmpty(found) ? null : found;
  const waiting = new Set(round?.toJudge.map((item) => item.job));
  const mayChange = trouble !== null || round?.arrivingUntil != null;
  const toOpen = agent.scope.filter(
    (job) => mayChange || waiting.has(job) || !isQuiet(context, job),
  );
  const jobs = toOpen.length === 0 ? [] : await openJobs(context, toOpen, trouble);
  return round === null && jobs.length === 0 ? null : { agent, round, jobs };
}

/** Agents with something to do, in the order of the configuration. */
export async function planAll(running: Planning, context: PrepareContext): Promise<Work[]> {
  const works: Work[] = [];
  for (const agent of agentsOf(running.request, running.deposits)) {
    const work = await planAgent(running, context, agent);
    if (work !== null) works.push(work);
  }
  return works;
}
