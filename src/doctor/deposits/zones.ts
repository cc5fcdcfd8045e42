/** Goes through the agents' folders once, as the user that scans, and writes nothing into them. */
import { openZone, type AgentZone } from '../../deposits/drop-zone.ts';
import { closeFolder, listFolder, openFolder, statIn, type Folder } from '../../files/folder.ts';
import { Trouble } from '../../files/trouble.ts';
import type { Look } from '../look.ts';
import { isReached } from '../rights/access.ts';
import type { Source } from '../tree/probes.ts';
import { newBudget, readRounds, type Budget, type Rounds } from '../jobs/rounds.ts';
import { foldersOf, lookAtFiles, type Files, type ZoneFacts } from './zone.ts';

/** Folders that no agent of the configuration has, as many as a scan looks at. */
const MOST_STRANGERS = 1_000;

const noRounds: Rounds = { newest: null, ends: new Map() };

export interface Zones {
  readonly zones: readonly ZoneFacts[];
  /** Folders that are not looked at, because there are too many. */
  readonly passedOver: number;
}

interface Walk {
  readonly look: Look;
  readonly deposits: Folder;
  readonly budget: Budget;
  /** What can be done with a file while its folder is open; called until it returns true. */
  readonly onSource: (source: Source) => Promise<boolean>;
}

const nothingOf = (agent: string, configured: boolean): ZoneFacts => ({
  agent,
  configured,
  there: true,
  trouble: null,
  unsafe: [],
  folders: [],
  unreadable: [],
  files: 0,
  names: [],
  rounds: noRounds,
});

/** Files of a folder that everybody may write, where everybody may come to them. */
function openFilesOf({ open }: Files): readonly string[] {
  const [first] = open;
  return first !== undefined && isReached(first, null) ? open : [];
}

async function enter(walk: Walk, zone: AgentZone, configured: boolean): Promise<ZoneFacts> {
  const { agent } = zone;
  const { config, now } = walk.look;
  if (!zone.entered) return { ...nothingOf(agent, configured), unsafe: zone.unsafe };
  const folders = [...new Set([...zone.files(), ...(zone.log === null ? [] : [zone.log])])];
  const files = folders.map(lookAtFiles);
  const inRoot = files[folders.indexOf(zone.root)]?.names ?? [];
  for (const { source } of files) if (source !== null && (await walk.onSource(source))) break;
  const zoneOfAgent = config?.agents.find(({ id }) => id === agent)?.timezone;
  const timezone = zoneOfAgent ?? config?.timezone ?? 'UTC';
  return {
    agent,
    configured,
    there: true,
    trouble: null,
    folders: foldersOf(zone, inRoot),
    // Opened by now: what is no folder was found out meanwhile.
    unsafe: zone.unsafe,
    unreadable: files.flatMap(({ unreadable }) => unreadable),
    openFiles: files.flatMap(openFilesOf),
    files: files.reduce((sum, { names }) => sum + names.length, 0),
    names: files.flatMap(({ names }) => names),
    senders: [...new Set(files.flatMap(({ owners }) => [...owners]))],
    rounds: readRounds(zone, { timezone, now, budget: walk.budget }),
  };
}

async function visit(walk: Walk, agent: string, configured: boolean): Promise<ZoneFacts> {
  let zone: AgentZone | null = null;
  try {
    zone = openZone(walk.deposits, agent);
    if (zone === null) return { ...nothingOf(agent, configured), there: false };
    return await enter(walk, zone, configured);
  } catch (error) {
    if (!(error instanceof Trouble)) throw error;
    return { ...nothingOf(agent, configured), trouble: error.message };
  } finally {
    zone?.close();
  }
}

function strangersIn(deposits: Folder, configured: ReadonlySet<string>): string[] {
  return listFolder(deposits)
    .names.filter((name) => !name.startsWith('.') && name !== 'lost+found' && !configured.has(name))
    .filter((name) => statIn(deposits, name)?.isDirectory() === true)
    .toSorted();
}

/**
 * The agents of the configuration, then the folders that no agent has. Nothing where `deposits` cannot be opened, which is told elsewhere.
 * @param onSource is given files that can be read, until it returns true
 */
export async function walkZones(look: Look, onSource: Walk['onSource']): Promise<Zones> {
  const { places, config } = look;
  const agents = config?.agents.map(({ id }) => id) ?? [];
  let deposits: Folder | null = null;
  try {
    if (places.deposits === null) return { zones: [], passedOver: 0 };
    deposits = openFolder(places.deposits);
    let isDone = false;
    const once = async (source: Source): Promise<boolean> => {
      if (!isDone) isDone = await onSource(source);
      return isDone;
    };
    const walk: Walk = { look, deposits, budget: newBudget(), onSource: once };
    const configured = new Set(agents);
    const strangers = config === null ? [] : strangersIn(deposits, configured);
    const zones: ZoneFacts[] = [];
    for (const agent of [...agents, ...strangers.slice(0, MOST_STRANGERS)]) {
      zones.push(await visit(walk, agent, configured.has(agent)));
    }
    return { zones, passedOver: Math.max(0, strangers.length - MOST_STRANGERS) };
  } catch (error) {
    if (!(error instanceof Trouble)) throw error;
    return { zones: [], passedOver: 0 };
  } finally {
    if (deposits !== null) closeFolder(deposits);
  }
}
