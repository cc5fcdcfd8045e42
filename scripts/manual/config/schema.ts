/** What the schema of the configuration says of each key: the very one that the loader goes by. */
import { configJsonSchema } from '../../generate-schema.ts';

/** One place of the JSON Schema; what is not asked for is left out. */
export interface SchemaPart {
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly string[];
  readonly const?: string;
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, SchemaPart>>;
  readonly additionalProperties?: SchemaPart | boolean;
  readonly items?: SchemaPart;
  readonly anyOf?: readonly SchemaPart[];
}

/** What a value may be, one level of alternatives after the other. */
function alternatives(part: SchemaPart): SchemaPart[] {
  return part.anyOf === undefined ? [part] : part.anyOf.flatMap(alternatives);
}

/** The map that a place holds, whether alone, in a list, or beside other forms; null where it holds none. */
export function mapIn(part: SchemaPart): SchemaPart | null {
  for (const one of alternatives(part)) {
    if (one.properties !== undefined) return one;
    const inner = one.items === undefined ? null : mapIn(one.items);
    if (inner !== null) return inner;
  }
  return null;
}

/** The map of names, such as that of agents, whose values are like this; null for any other place. */
function valueIn(part: SchemaPart): SchemaPart | null {
  for (const { additionalProperties } of alternatives(part))
    if (typeof additionalProperties === 'object') return additionalProperties;
  return null;
}

/**
 * The map at a path of keys; `*` stands for any name.
 *
 * @throws Error where the schema has nothing there
 */
export function mapAt(path: readonly string[]): SchemaPart {
  return path.reduce((map: SchemaPart, key) => {
    const value = key === '*' ? valueIn(map) : (map.properties?.[key] ?? null);
    if (value === null) throw new Error(`the schema has no ${path.join('.')}`);
    return mapIn(value) ?? value;
  }, configJsonSchema());
}

/** @throws Error for a key without one: nobody could explain it */
export function descriptionOf(name: string, part: SchemaPart | undefined): string {
  if (part === undefined) throw new Error(`the schema does not know ${name}`);
  if (part.description === undefined) throw new Error(`${name} has no description in the schema`);
  return part.description;
}

const orList = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;

/** What the schema alone can say of a value; null where it is a text with a meaning of its own. */
export function typeOf(part: SchemaPart): string | null {
  if (part.enum !== undefined) return orList(part.enum.map((word) => `\`${word}\``));
  if (part.type === 'boolean') return '`true` or `false`';
  if (part.type !== 'integer') return null;
  const { minimum = 0, maximum } = part;
  return maximum === undefined
    ? `a whole number, ${minimum} or more`
    : `a whole number from ${minimum} to ${maximum}`;
}
