/** The folders that the configuration names: whether they are there, and who may do what in them. */
import type { Finding } from '../../core/finding.ts';
import { closedFolder, fileAbove, modeOf, refusalOf } from '../rights/access.ts';
import type { Others } from '../rights/grants.ts';
import { isHidden, isOfSystem, isShared } from '../rights/belongings.ts';
import { openOnWay, renamersOn } from '../rights/open-way.ts';
import { judgeFolder } from './folder.ts';
import { METRICS, type FolderFacts, type Wanted } from './folder-facts.ts';
import { othersTo } from '../rights/others.ts';
import type { Look } from '../look.ts';
import { examineMarker, markerProblem } from './marker.ts';
import type { Recorded } from './mounting.ts';
import { mountOf, presentMounts, unmounted, type Mount } from './mounts.ts';
import { examineOwners } from '../rights/owners.ts';
import { brokenLink, leadsTo, placesOnWay, wayOf } from '../real-path.ts';
import { examineTreeFolders } from './tree-folders.ts';
import type { TreeRecords } from './tree-records.ts';
import { examineVersions } from './tree-versions.ts';
import { oursOf, wantedOf } from './wanted-folders.ts';

interface Seen {
  readonly mounts: readonly Mount[];
  readonly fstab: string;
  readonly writers: ReadonlyMap<string, Others>;
  /** Of folders above them: those who may rename what lies there. */
  readonly renamers: ReadonlyMap<string, Others>;
  readonly records: TreeRecords;
}

const closedOnWay = (path: string): string | null =>
  placesOnWay(path)
    .map(closedFolder)
    .find((folder) => folder !== null) ?? null;

function factsOf(
  wanted: Wanted & Pick<FolderFacts, 'mode'>,
  { mounts, fstab, writers, renamers, records }: Seen,
  look: Look,
): FolderFacts {
  const { what, path, need, mode } = wanted;
  const real = leadsTo(path);
  const closed = closedOnWay(path);
  const isAbsent = mode === null && closed === null;
  return {
    ...wanted,
    real,
    broken: brokenLink(path),
    refusal: look.scanner.present && !isAbsent ? refusalOf(path, need) : null,
    closed,
    fileAbove: fileAbove(real),
    open: openOnWay(path, renamers),
    shared: isShared(path, oursOf(what, look, records.owned)),
    hidden: isHidden(path),
    others: writers.get(path) ?? null,
    recorded: records.recorded,
    unmounted: unmounted(path, fstab, mounts),
    mountedOn: mountOf(path, mounts)?.folder ?? '/',
  };
}

/** What lies in the tree that is there. */
async function examineTree(
  look: Look,
  facts: FolderFacts,
  records: TreeRecords,
): Promise<Finding[]> {
  const { path, refusal } = facts;
  const ofMarker = examineMarker(look, facts);
  const versions =
    markerProblem(path) === null
      ? await examineVersions(look, path, records.owned, records.again)
      : [];
  const inner = refusal === null ? await examineTreeFolders(look, path, records.owned) : [];
  return [...ofMarker, ...versions, ...inner];
}

async function examineOne(
  facts: FolderFacts,
  look: Look,
  records: TreeRecords,
): Promise<Finding[]> {
  const isTree = facts.what === 'validated' && facts.mode?.isFolder === true;
  const inTree = isTree ? await examineTree(look, facts, records) : [];
  const judged = judgeFolder(facts, look);
  // In order but for what lies in it is not in order.
  return inTree.length === 0 ? judged : [...judged.filter(({ why }) => why !== null), ...inTree];
}

/** Of the metrics it is the administrator of node_exporter who decides. What may not be entered was told as such. */
async function examineOwnersOf(all: readonly FolderFacts[], look: Look): Promise<Finding[]> {
  const { scanner } = look;
  const ours = all.filter(({ what }) => what !== METRICS);
  const found = await examineOwners(
    'folders',
    ours.map(({ what, real, need, shared }) => {
      const to = need === 'write' && !shared ? `${scanner.user}:${scanner.group}` : null;
      return { what, path: real, to: what === 'deposits' && !isOfSystem(real) ? 'root' : to };
    }),
    look,
  );
  // Of a link itself nothing is said: whoever owns the folder that it lies in decides where it leads.
  const links = new Set(ours.flatMap(({ path }) => wayOf(path).links));
  const things = [...links].map((path) => ({ what: 'a link', path, to: null }));
  const ofLinks = await examineOwners('folders', things, look);
  const told = new Set(found.map(({ subject }) => subject));
  return [...found, ...ofLinks.filter(({ subject }) => !links.has(subject) && !told.has(subject))];
}

/**
 * @param recorded versions that the database has as present; null: it is there, and could not be read
 * @param owned their folders, relative to the tree
 * @param again asks for these folders anew: a scan may have removed some meanwhile
 */
export async function examineFolders(
  look: Look,
  recorded: Recorded,
  owned: readonly string[] = [],
  again: TreeRecords['again'] = async () => new Set(owned),
): Promise<Finding[]> {
  const { machine } = look;
  const records = { recorded, owned, again };
  const wanted = wantedOf(look).map((one) => ({ ...one, mode: modeOf(one.path) }));
  const seen: Seen = {
    mounts: presentMounts(machine),
    fstab: machine.text('/etc/fstab') ?? '',
    writers: await othersTo(look, wanted),
    renamers: await renamersOn(
      wanted.map(({ path }) => path),
      look,
    ),
    records,
  };
  const all = wanted.map((one) => factsOf(one, seen, look));
  const found: Finding[] = [];
  for (const facts of all) found.push(...(await examineOne(facts, look, records)));
  return [...found, ...(await examineOwnersOf(all, look))];
}
