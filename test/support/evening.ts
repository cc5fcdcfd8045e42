/** A world whose backups are due each evening, with a clock of the test's: what most scenarios begin with. */
import { at, day, minute, World } from './world.ts';

/** When the world is made, and watched from. */
export const noon = at('2026-06-20T12:00:00Z');
/** When the round of that evening has ended, ten minutes after it was due. */
export const end = at('2026-06-20T20:10:00Z');
/** When it is looked at. */
export const scanAt = end + 10 * minute;

/** A world with this configuration, watched since noon. */
export async function startedWith(
  yaml: string,
  folders?: ConstructorParameters<typeof World>[1],
): Promise<World> {
  const world = new World(yaml, folders);
  await world.ok(noon, 'init-db');
  await world.ok(noon, 'scan');
  return world;
}

/** The round of paris/compta so many days later, and a scan; its exit code. */
export async function round(
  world: World,
  index: number,
  content = `round ${index}`,
): Promise<number | null> {
  world.deposit({ endedAt: end + index * day, content });
  return (await world.run(scanAt + index * day, 'scan')).code;
}
