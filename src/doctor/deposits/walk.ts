/** Goes through the agents' folders, and tries the tree with one of their files. */
import type { ReadDatabase } from '../database/database-facts.ts';
import type { Look } from '../look.ts';
import { markerProblem } from '../tree/marker.ts';
import { probe, type Probe } from '../tree/probes.ts';
import { walkZones, type Zones } from './zones.ts';

/** Why nothing is tried in the tree; null where it can be. */
function untried({ places, scanner }: Look, read: ReadDatabase): string | null {
  if (!scanner.present) return 'only the user that scans may';
  if (read.kind !== 'read') return 'there is no database whose lock keeps scans away';
  return markerProblem(places.validated ?? '') === null ? null : 'it cannot be used as it is';
}

/** The agents' folders, and what can be tried in the tree with one of their files. */
export async function walk(
  look: Look,
  read: ReadDatabase,
): Promise<{ zones: Zones; probed: Probe }> {
  const { validated, database } = look.places;
  const why = untried(look, read);
  let probed: Probe | null = why === null ? null : { kind: 'untried', why };
  const tryWith = async (source: Parameters<typeof probe>[2]): Promise<boolean> => {
    probed ??= await probe(validated ?? '', database ?? '', source);
    return true;
  };
  const zones = await walkZones(look, tryWith);
  await tryWith(null);
  return { zones, probed: probed ?? { kind: 'untried', why: '' } };
}
