/** The configuration with suggested jobs in it, to try what `check-config` would say of it. */
import { isMap, isScalar, isSeq, parseDocument, Scalar, YAMLMap, type Pair } from 'yaml';
import type { Suggestion } from './suggest.ts';

/** Names are compared as they are written: `75` and `"75"` are one agent. */
function pairOf(map: YAMLMap, name: string): Pair | undefined {
  return map.items.find(({ key }) => isScalar(key) && (key.source ?? String(key.value)) === name);
}

/** A list has no place for a schedule: as a map it means the same jobs. */
function asMap(names: readonly unknown[]): YAMLMap {
  const map = new YAMLMap();
  for (const name of names)
    map.set(
      new Scalar(isScalar(name) ? (name.source ?? String(name.value)) : String(name)),
      new YAMLMap(),
    );
  return map;
}

/** The map of that name, made where nothing has the name; null where it is written elsewhere, or is none. */
function mapIn(map: YAMLMap, name: string): YAMLMap | null {
  const pair = pairOf(map, name);
  const value = pair?.value ?? null;
  if (isMap(value)) return value;
  const isNothing = value === null || (isScalar(value) && value.value === null);
  if (!isNothing && !isSeq(value)) return null;
  const made = isSeq(value) ? asMap(value.items) : new YAMLMap();
  if (pair === undefined) map.set(new Scalar(name), made);
  else pair.value = made;
  return made;
}

/**
 * As somebody would put the jobs there.
 *
 * @param text the configuration
 * @param rules what stands behind the name of a job
 * @returns null where that is not as simple, as where an alias is on the way: what it names is others' too
 */
export function merged(
  text: string,
  jobs: readonly Suggestion[],
  rules: (job: Suggestion) => YAMLMap,
): string | null {
  const document = parseDocument(text);
  if (document.errors.length > 0 || !isMap(document.contents)) return null;
  for (const job of jobs) {
    const agents = mapIn(document.contents, 'agents');
    const agent = agents === null ? null : mapIn(agents, job.agent);
    const databases = agent === null ? null : mapIn(agent, 'databases');
    if (databases === null) return null;
    databases.set(new Scalar(job.database), rules(job));
  }
  return document.toString();
}
