/** What zod found, told with places and in our words. For the conventions of messages see elements.ts. */
import type * as z from 'zod';
import type { Complaint, ProblemList, Span } from './problem.ts';
import { jobKeys } from './inherit.ts';
import { durationWords, percentageWords } from './pieces.ts';
import { locate, spanOf } from './tree.ts';
import type { Location, Tree } from './tree.ts';
import { nearest, quote } from './words.ts';

export type Issue = z.core.$ZodIssue;

/**
 * One issue for each place: those of unions are replaced by those of the alternative that was meant, those of several
 * unknown keys by one for each.
 */
export function flatten(issues: readonly Issue[]): Issue[] {
  return issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map((key) => ({ ...issue, keys: [key] }));
    if (issue.code !== 'invalid_union') return [issue];
    const meant = issue.errors.find((branch) => !branch.some(isOtherKind));
    if (meant === undefined) return [issue];
    return flatten(meant.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] })));
  });
}

/** The value is of another kind than this alternative. */
function isOtherKind(issue: Issue): boolean {
  return (
    issue.path.length === 0 &&
    ['invalid_type', 'invalid_value', 'invalid_union'].includes(issue.code)
  );
}

/** The path of what an issue is about, an unknown key included. */
export function pathOf(issue: Issue): PropertyKey[] {
  return issue.code === 'unrecognized_keys' ? [...issue.path, ...issue.keys] : issue.path;
}

/** Adds the problem of an issue, unless the value itself was unreadable and is reported as such. */
export function addIssue(issue: Issue, tree: Tree, problems: ProblemList): void {
  const location = locate(tree, pathOf(issue));
  if (location.value.kind === 'scalar' && location.value.unreadable) return;
  if (issue.code === 'unrecognized_keys') problems.add(location.key, unknownKey(issue));
  else problems.add(placeOf(location, tree), complaintAbout(issue, location));
}

/** A key that is missing from the whole file is in no line. */
function placeOf(location: Location, tree: Tree): Span | null {
  return location.exact || location.value !== tree ? spanOf(location) : null;
}

function unknownKey(issue: Issue & { code: 'unrecognized_keys' }): Complaint {
  const path = pathOf(issue);
  const key = issue.keys.join();
  const valid = issue.message.split(', ');
  const misplaced = issue.path.length === 0 && jobKeys.includes(key) ? `defaults.${key}` : null;
  const suggestion = misplaced ?? nearest(key, valid);
  const expected = suggestion === null ? `one of: ${valid.join(', ')}` : null;
  return { path, message: `unknown key ${quote(key)}`, expected, suggestion };
}

function complaintAbout(issue: Issue, location: Location): Complaint {
  const { path, message } = issue;
  if (issue.code === 'custom') {
    const { expected = null, suggestion = null } = (issue.params ?? {}) as Partial<Complaint>;
    return { path, message, expected, suggestion };
  }
  if (!location.exact) return { path, message: `${named(path)} is missing`, expected: message };
  const found = `${named(path)} is ${foundIn(location.value)}`;
  return { path, message: found, expected: message, suggestion: meantBy(issue, location.value) };
}

function named(path: readonly PropertyKey[]): string {
  const last = path.at(-1);
  if (last === undefined) return 'the file';
  return typeof last === 'number'
    ? `item ${last + 1} of ${named(path.slice(0, -1))}`
    : `\`${String(last)}\``;
}

function foundIn(tree: Tree): string {
  if (tree.kind === 'list') return tree.items.length === 0 ? 'an empty list' : 'a list';
  if (tree.kind === 'map') return tree.entries.size === 0 ? 'an empty map' : 'a map';
  if (tree.value === null) return 'empty';
  return typeof tree.value === 'string' ? quote(tree.value) : tree.text;
}

const truths: ReadonlyMap<string, string> = new Map([
  ['yes', 'true'],
  ['on', 'true'],
  ['y', 'true'],
  ['no', 'false'],
  ['off', 'false'],
  ['n', 'false'],
]);

/** What to write instead, where that can be guessed from what is there. */
function meantBy(issue: Issue, tree: Tree): string | null {
  if (tree.kind !== 'scalar' || tree.value === null) return null;
  const { text, value } = tree;
  if (issue.code === 'invalid_value') return nearest(text, issue.values.map(String));
  if (issue.code !== 'invalid_type') return null;
  if (issue.message === durationWords) return typeof value === 'number' ? `${text}m` : null;
  if (issue.message === percentageWords) return typeof value === 'number' ? `${text}%` : 'off';
  if (issue.expected === 'boolean')
    return truths.get(text.toLowerCase()) ?? nearest(text, ['true', 'false']);
  if (issue.expected === 'array') return `[${text}]`;
  if (issue.expected === 'string') return JSON.stringify(text);
  return typeof value === 'string' && /^\d+$/.test(value) ? value : null;
}
