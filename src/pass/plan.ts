/**
 * What there is to do, and in which order: the reports of every agent are read as far as one scan goes, and every job is glanced at.
 * Nothing is changed.
 */
import { openZone, type AgentZone } from '../deposits/drop-zone.ts';
import { Trouble } from '../files/trouble.ts';
import { agentsOf } from './agents.ts';
import { Allowance } from './allowance.ts';
import { gather } from './gather.ts';
import { isQuiet, openJobs, type PrepareContext } from './prepare.ts';
import type { PassAgent } from './request.ts';
import type { Round } from './round.ts';
import type { Running, Work } from './running.ts';
import { fairOrder } from './weight.ts';

type Planning = Pick<Running, 'request' | 'deposits' | 'memory'>;

async function gatherAgent(
  running: Planning,
  agent: PassAgent,
  allowance: Allowance,
): Promise<Round | Trouble | null> {
  const { request, deposits, memory } = running;
  if (deposits instanceof Trouble) return deposits;
  let zone: AgentZone | null = null;
  try {
    zone = openZone(deposits, agent.id);
    if (zone === null) return null;
    const timezone = agent.configured?.timezone ?? request.config.timezone;
    const { db, now } = request;
    return await gather({ db, memory, agent, zone, timezone, now, allowance });
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
  allowance: Allowance,
): Promise<Work | null> {
  const found = await gatherAgent(running, agent, allowance);
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

/** Agents with something to do, those with the least first. */
export async function planAll(running: Planning, context: PrepareContext): Promise<Work[]> {
  const works: Work[] = [];
  const ofStrangers = new Allowance();
  const { agents, passedOver } = agentsOf(running.request, running.deposits);
  for (const agent of agents) {
    const allowance = agent.configured === null ? ofStrangers : new Allowance();
    const work = await planAgent(running, context, agent, allowance);
    if (work !== null) works.push(work);
  }
  if (passedOver > 0)
    running.request.onVerbose(
      `${passedOver} names in ${running.request.config.deposits} that no agent of the configuration has are not looked at`,
    );
  return fairOrder(works);
}
