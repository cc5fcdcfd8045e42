/** The configuration as written: plain values with their places, keys as their source text. */
import type { Span } from './problem.ts';

export interface ScalarTree {
  readonly kind: 'scalar';
  readonly value: string | number | boolean | null;
  /** As written, without quotes and escapes. */
  readonly text: string;
  readonly span: Span;
  /** Stands for something that could not be read, and that is reported already. */
  readonly unreadable: boolean;
}
export interface ListTree {
  readonly kind: 'list';
  readonly items: readonly Tree[];
  readonly span: Span;
}
export interface TreeEntry {
  readonly key: Span;
  readonly value: Tree;
}
export interface MapTree {
  readonly kind: 'map';
  readonly entries: ReadonlyMap<string, TreeEntry>;
  readonly span: Span;
}
export type Tree = ScalarTree | ListTree | MapTree;

/** What JSON can hold. Lists and maps are fresh, so that the caller may change them. */
export type Plain = string | number | boolean | null | Plain[] | { [key: string]: Plain };

/**
 * Plain values for the schema. Labels and the short form of `databases` are text whatever they look like: an agent
 * that names its database `2025` or `01` means these characters.
 */
export function toPlain(tree: Tree, parent = ''): Plain {
  if (tree.kind === 'list') {
    return tree.items.map((item) => (parent === 'databases' ? textOf(item) : toPlain(item)));
  }
  if (tree.kind === 'map') {
    const result: { [key: string]: Plain } = {};
    for (const [key, { value }] of tree.entries) {
      result[key] = parent === 'labels' ? textOf(value) : toPlain(value, key);
    }
    return result;
  }
  return tree.value;
}

function textOf(tree: Tree): Plain {
  return tree.kind === 'scalar' && tree.value !== null ? tree.text : toPlain(tree);
}

/** The entries of a map; none for anything else. */
export function entriesOf(tree: Tree | undefined): ReadonlyMap<string, TreeEntry> {
  return tree?.kind === 'map' ? tree.entries : new Map();
}

export interface Location {
  /** The key's own place; null for list items and for the whole document. */
  readonly key: Span | null;
  readonly value: Tree;
  /** False when the path leads to something that is not there: then this is the nearest that holds it. */
  readonly exact: boolean;
}

/** The place of a path such as `['agents', 'paris', 'databases']`. */
export function locate(root: Tree, path: readonly PropertyKey[]): Location {
  let found: Location = { key: null, value: root, exact: true };
  for (const part of path) {
    const next = child(found.value, part);
    if (next === null) return { ...found, exact: false };
    found = { ...next, exact: true };
  }
  return found;
}

function child(tree: Tree, part: PropertyKey): Omit<Location, 'exact'> | null {
  if (tree.kind === 'list' && typeof part === 'number') {
    const item = tree.items[part];
    return item ? { key: null, value: item } : null;
  }
  return tree.kind === 'map' ? (tree.entries.get(String(part)) ?? null) : null;
}

/** What to underline: the value, or its key where nothing or a whole block is written. */
export function spanOf(location: Pick<Location, 'key' | 'value'>): Span {
  const { key, value } = location;
  const shown = value.kind === 'scalar' && value.span.end > value.span.start;
  return shown || key === null ? value.span : key;
}
