/** The tree through the schema: every fault reported, and everything that is free of faults returned all the same. */
import type { ProblemList } from './problem.ts';
import type { FileContent, Schema } from './schema.ts';
import { addIssue, flatten, pathOf } from './schema-faults.ts';
import type { Issue } from './schema-faults.ts';
import { locate, toPlain } from './tree.ts';
import type { Plain, Tree } from './tree.ts';

/** Taking away what is faulty may uncover another fault, at most once for each level of nesting. */
const mostRounds = 10;

/**
 * Checks the shape of a configuration and reports each fault. What is faulty is left out of the result, so that the
 * rest can be checked further: a key that the tree has and the content lacks is one that was faulty.
 *
 * @param brokenAt where the YAML itself breaks; what lies behind is not judged
 * @returns null when nothing usable is left
 */
export function readContent(
  tree: Tree,
  schema: Schema,
  problems: ProblemList,
  brokenAt: number | null,
): FileContent | null {
  const plain = toPlain(tree);
  for (let round = 0; round < mostRounds; round++) {
    const result = schema.file.safeParse(plain);
    if (result.success) return result.data;
    const issues = flatten(result.error.issues);
    if (round === 0) {
      for (const issue of issues)
        if (isReliable(issue, tree, brokenAt)) addIssue(issue, tree, problems);
    }
    // All are found before any is removed: two faults of one value must not take its parent away.
    const targets = issues.map((issue) => targetOf(plain, pathOf(issue)));
    for (const target of targets) {
      if (target === null) return null;
      delete target.holder[target.key];
    }
  }
  return null;
}

/** Before the first syntax error, and nothing that is merely missing: it may be what could not be read. */
function isReliable(issue: Issue, tree: Tree, brokenAt: number | null): boolean {
  if (brokenAt === null) return true;
  const { exact, value } = locate(tree, pathOf(issue));
  return exact && value.span.end > value.span.start && value.span.end < brokenAt;
}

interface Target {
  readonly holder: { [key: string]: Plain };
  readonly key: string;
}

/** The deepest existing key on the way; a whole list rather than one item, which would move the others. */
function targetOf(plain: Plain, path: readonly PropertyKey[]): Target | null {
  let target: Target | null = null;
  let current: Plain | undefined = plain;
  for (const part of path) {
    if (typeof current !== 'object' || current === null || Array.isArray(current)) break;
    const key = String(part);
    if (!Object.hasOwn(current, key)) break;
    target = { holder: current, key };
    current = current[key];
  }
  return target;
}
