/** Which agents a pass looks at. */
import type { Config } from '../core/job.ts';
import { listFolder, statIn, type Folder } from '../files/folder.ts';
import { Trouble } from '../files/trouble.ts';
import type { PassAgent, PassRequest } from './request.ts';

/** The configured agents that are in scope, in the order of the file; a complete scan adds folders that nobody configured. */
export function agentsOf(request: PassRequest, deposits: Folder | Trouble): PassAgent[] {
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
  return complete && !(deposits instanceof Trouble)
    ? [...agents, ...strangers(config, deposits)]
    : agents;
}

function strangers(config: Config, deposits: Folder): PassAgent[] {
  const configured = new Set(config.agents.map((agent) => agent.id));
  return listFolder(deposits)
    .filter((name) => !name.startsWith('.') && !configured.has(name))
    .filter((name) => statIn(deposits, name)?.isDirectory() === true)
    .toSorted()
    .map((id) => ({ id, configured: null, jobs: [], scope: [], known: new Set<string>() }));
}
