/** The agents' folders: whether they can be read and archived in, and who beside the agent may write there. */
import type { Finding } from '../../core/finding.ts';
import { judgeOpen } from './deposit-closing.ts';
import { judgeOpenFiles } from './deposit-files.ts';
import { judgeMembers } from './deposit-members.ts';
import { judgeAgentOwners, judgeOwners, ownersOf } from './deposit-owners.ts';
import { judgeTroubles, judgeUnreadable } from './deposit-reading.ts';
import { openDeposits } from './deposit-writers.ts';
import { judgeWriting } from './deposit-writing.ts';
import { counted, fine, listed, warning } from '../finding.ts';
import type { Look } from '../look.ts';
import type { ZoneFacts } from './zone.ts';
import type { Zones } from './zones.ts';

/** An agent's folder that is there, and may be looked at. */
const entered = (zones: readonly ZoneFacts[]): ZoneFacts[] =>
  zones.filter(({ folders }) => folders.length > 0);

function judgeAbsent(
  zones: readonly ZoneFacts[],
  { file, config, places, hands }: Pick<Look, 'file' | 'config' | 'places' | 'hands'>,
): Finding[] {
  // Of an agent of which nothing is expected any more the folder may be gone.
  const expected = new Set(config?.jobs.filter(({ enabled }) => enabled).map((job) => job.agent));
  const absent = zones
    .filter(({ there, agent }) => !there && expected.has(agent))
    .map(({ agent }) => agent);
  if (absent.length === 0) return [];
  const names = new Set(
    zones.flatMap(({ agent, configured }) => (configured ? [] : agent.toLowerCase())),
  );
  const other = absent.find((agent) => names.has(agent.toLowerCase()));
  const alike = other === undefined ? '' : `; one there differs from ${other} only in case`;
  return [
    warning('deposits', absent[0] ?? '', {
      message: `${places.deposits} has no folder for ${counted(absent.length, 'agent')} of the configuration: ${listed(absent)}${alike}`,
      why: 'nothing that these agents send can arrive',
      mend: other === undefined ? null : hands.edit(file),
    }),
  ];
}

export async function examineDeposits(
  look: Look,
  { zones, passedOver }: Zones,
  rrsyncHolds: boolean | null,
): Promise<Finding[]> {
  const configured = entered(zones).filter((zone) => zone.configured);
  const found = [
    ...judgeAbsent(zones, look),
    ...judgeTroubles(zones, look),
    ...judgeUnreadable(zones, look),
    ...judgeWriting(configured, look),
    ...judgeOpen(await openDeposits(look, entered(zones)), look),
    ...judgeOpenFiles(configured, look),
    ...(await judgeAgentOwners(configured, look)),
    ...(await judgeMembers(configured, look)),
  ];
  const folder = look.places.deposits ?? '';
  if (found.length === 0 && configured.length > 0) {
    const can = look.scanner.present ? 'readable, and ' : '';
    const message = `the folders of ${counted(configured.length, 'agent')}: ${can}written by nobody else`;
    found.push(fine('deposits', folder, message));
  }
  found.push(...judgeOwners(await ownersOf(look, configured), rrsyncHolds, look));
  if (passedOver > 0) {
    const message = `${passedOver} folders in ${folder} that no agent of the configuration has are not looked at`;
    found.push(fine('deposits', folder, message));
  }
  return found;
}
