/** Which agents a pass looks at. */
import type { Config } from '../core/job.ts';
import { listFolder, statIn, type Folder } from '../files/folder.ts';
import { Trouble } from '../files/trouble.ts';
import { STRANGERS_PER_SCAN } from './allowance.ts';
import type { PassAgent, PassRequest } from './request.ts';

export interface Agents {
  readonly agents: readonly PassAgent[];
  /** Names beside them that are not looked at, because there are too many. */
  readonly passedOver: number;
}

/** The configured agents that are in scope, in the order of the file; a complete scan adds folders that nobody configured. */
export function agentsOf(request: PassRequest, deposits: Folder | Trouble): Agents {
  const { config, inScope, complete } = request;
  const jobs = Map.groupBy(config.jobs, (job) => job.agent);
  const agents = config.agents.flatMap((configured): PassAgent[] => {
    const own = jobs.get(configured.id) ?? [];
    const enabled = own.filter((job) => job.enabled);
    const scope = enabled.filter(inScope);
    if (!complete && scope.length === 0) return [];
    return [
      {
        id: configured.id,
        configured,
        jobs: enabled,
        scope,
        known: new Set(own.map((job) => job.database)),
      },
    ];
  });
  if (!complete || deposits instanceof Trouble) return { agents, passedOver: 0 };
  const names = strangers(config, deposits);
  const folders = names
    .slice(0, STRANGERS_PER_SCAN)
    .filter((name) => statIn(deposits, name)?.isDirectory() === true)
    .map((id) => ({ id, configured: null, jobs: [], scope: [], known: new Set<string>() }));
  return {
    agents: [...agents, ...folders],
    passedOver: Math.max(0, names.length - STRANGERS_PER_SCAN),
  };
}

function strangers(config: Config, deposits: Folder): string[] {
  const configured = new Set(config.agents.map((agent) => agent.id));
  return listFolder(deposits)
    .names.filter((name) => !name.startsWith('.') && !configured.has(name))
    .toSorted();
}
