/** From the nodes of `yaml` to our tree: aliases resolved within bounds, keys as text, duplicates and traps refused. */
import { isAlias, isMap, isScalar, isSeq } from 'yaml';
import type { Node, Pair, YAMLMap } from 'yaml';
import type { ProblemList, Span } from './problem.ts';
import type { ListTree, MapTree, ScalarTree, Tree, TreeEntry } from './tree.ts';
import { quote } from './words.ts';

/** No configuration of ours is deeper than 6; the bound keeps the recursion harmless. */
const deepest = 32;
/** How many nodes all aliases together may stand for, so that a "billion laughs" costs nothing. */
const mostAliased = 100_000;

interface Walk {
  readonly problems: ProblemList;
  readonly anchors: Map<string, Node>;
  /** Aliases on the way down: one that meets itself would never end. */
  readonly open: Set<Node>;
  aliased: number;
  exhausted: boolean;
}

/** Converts the content of a document, reporting what it has to leave out. */
export function convert(root: unknown, problems: ProblemList): Tree | null {
  const walk = {
    problems,
    anchors: new Map(),
    open: new Set<Node>(),
    aliased: 0,
    exhausted: false,
  };
  return root === null ? null : treeOf(root, walk, [], { start: 0, end: 0 });
}

function treeOf(node: unknown, walk: Walk, path: readonly PropertyKey[], empty: Span): Tree {
  if (walk.open.size > 0 && isOverspent(walk, path, empty)) return nothing(empty);
  if (isAlias(node)) return aliasTree(node, walk, path);
  if (!isScalar(node) && !isMap(node) && !isSeq(node)) return nothing(empty, false);
  if (node.anchor) walk.anchors.set(node.anchor, node);
  const span = spanOfNode(node, empty);
  if (isScalar(node)) return scalarTree(node.value, node.source, span);
  if (path.length > deepest) {
    walk.problems.add(span, {
      path,
      message: 'this is nested too deeply',
      expected: `at most ${deepest} levels`,
    });
    return nothing(span);
  }
  if (isMap(node)) return mapTree(node, walk, path, span);
  const items = node.items.map((item, index) => treeOf(item, walk, [...path, index], span));
  return { kind: 'list', items, span } satisfies ListTree;
}

function isOverspent(walk: Walk, path: readonly PropertyKey[], span: Span): boolean {
  walk.aliased += 1;
  if (walk.aliased <= mostAliased) return false;
  if (!walk.exhausted) {
    const message = `the aliases stand for more than ${mostAliased} values`;
    walk.problems.add(span, { path, message, expected: 'fewer or smaller aliases' });
  }
  walk.exhausted = true;
  return true;
}

/** Not quoted, a cron expression that begins with a star is an alias in YAML. */
const quotedSchedule = 'the schedule in quotes, such as "*/15 * * * *"';

function aliasTree(
  node: Node & { source: string },
  walk: Walk,
  path: readonly PropertyKey[],
): Tree {
  const span = spanOfNode(node, { start: 0, end: 0 });
  const target = walk.anchors.get(node.source);
  if (target === undefined || walk.open.has(target)) {
    const message =
      target === undefined
        ? `the alias *${node.source} has no anchor &${node.source} before it`
        : `the alias *${node.source} contains itself`;
    walk.problems.add(span, {
      path,
      message,
      expected: path.at(-1) === 'schedule' ? quotedSchedule : null,
    });
    return nothing(span);
  }
  walk.open.add(target);
  const tree = treeOf(target, walk, path, span);
  walk.open.delete(target);
  return tree;
}

function mapTree(node: YAMLMap, walk: Walk, path: readonly PropertyKey[], span: Span): MapTree {
  const entries = new Map<string, TreeEntry>();
  for (const pair of node.items) {
    const entry = entryOf(pair, walk, path, span);
    if (entry === null) continue;
    const [name, key] = entry;
    const value = treeOf(pair.value, walk, [...path, name], { start: key.end, end: key.end });
    const fault = keyFault(name, entries, walk.problems);
    if (fault === null) entries.set(name, { key, value });
    else walk.problems.add(key, { path: [...path, name], message: fault });
  }
  return { kind: 'map', entries, span };
}

/** Name and place of a key. A number or date as a key means its characters: a database may be called `2025`. */
function entryOf(
  pair: Pair,
  walk: Walk,
  path: readonly PropertyKey[],
  around: Span,
): [string, Span] | null {
  const { key } = pair;
  if (isScalar(key)) {
    if (key.anchor) walk.anchors.set(key.anchor, key);
    return [key.source ?? String(key.value), spanOfNode(key, around)];
  }
  const span = key === null ? around : spanOfNode(key as Node, around);
  walk.problems.add(span, {
    path,
    message: 'a key must be plain text',
    expected: 'a name before the colon',
  });
  return null;
}

function keyFault(
  name: string,
  entries: ReadonlyMap<string, TreeEntry>,
  problems: ProblemList,
): string | null {
  const first = entries.get(name);
  if (first)
    return `the key ${quote(name)} occurs twice, first in line ${problems.lineOf(first.key.start)}`;
  return name === '__proto__' ? 'the key "__proto__" cannot be used' : null;
}

function scalarTree(value: unknown, source: string | undefined, span: Span): ScalarTree {
  const simple = value === null || typeof value === 'number' || typeof value === 'boolean';
  const words = String(value);
  const kept = simple ? value : words;
  return { kind: 'scalar', value: kept, text: source ?? words, span, unreadable: false };
}

function nothing(span: Span, unreadable = true): ScalarTree {
  return { kind: 'scalar', value: null, text: '', span, unreadable };
}

function spanOfNode(node: Node, otherwise: Span): Span {
  return node.range ? { start: node.range[0], end: node.range[1] } : otherwise;
}
