/** What a run said, and what invariants.sh finds of a world. */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import type { Ran } from '../support/run-here.ts';
import type { Scenario } from './scenarios.ts';
import { run } from './world.ts';

export interface Document {
  readonly events: readonly {
    readonly status: string;
    readonly reason: string;
    readonly promoted_to: string | null;
  }[];
  readonly blocked?: readonly unknown[];
  /** Of an error. */
  readonly code?: string;
}

export function documentOf(text: string): Document | null {
  try {
    return JSON.parse(text) as Document;
  } catch {
    return null;
  }
}

/** The code of the error that was told with --json. */
export const problemOf = (ran: Ran): string | null => documentOf(ran.err)?.code ?? null;

export const looksLikeBug = (ran: Ran): boolean =>
  ['bug', 'internal'].includes(problemOf(ran) ?? '') || /\bat .*\.(?:ts|cjs):\d+/u.test(ran.err);

/** What is untrue about what a disturbed run said. */
export function untruths(scenario: Scenario, ran: Ran): string[] {
  if (ran.code === null) return [];
  const found: string[] = [];
  const document = documentOf(ran.out);
  if (looksLikeBug(ran)) found.push(`it looks like a bug: ${ran.err.slice(0, 600)}`);
  if (ran.code < 3 && document === null) found.push(`exit ${ran.code} without a document`);
  for (const { status, reason } of document?.events ?? []) {
    if (`${status}:${reason}` !== scenario.status)
      found.push(`it concluded ${status}:${reason} instead of ${scenario.status}`);
  }
  if (ran.code === 3 && document !== null && (document.blocked ?? []).length === 0)
    found.push('exit 3 without anything blocked');
  if (ran.code === 3 && document === null && problemOf(ran) === null)
    found.push(`exit 3 without a word: ${ran.err.slice(0, 300)}`);
  if (ran.code === 3) return found;
  if (ran.code !== scenario.exit) found.push(`exit ${ran.code} instead of ${scenario.exit} or 3`);
  const { events = [], blocked = [] } = document ?? {};
  if (events.length !== 1) found.push(`exit ${ran.code} with ${events.length} conclusions`);
  if (blocked.length > 0) found.push(`exit ${ran.code} with something blocked`);
  return found;
}

/** What a run said that it had promoted, relative to the tree. */
export const claimsOf = (root: string, ran: Ran): string[] =>
  (documentOf(ran.out)?.events ?? []).flatMap(({ promoted_to: to }) =>
    to === null ? [] : [path.relative(`${root}/validated`, to)],
  );

/**
 * Has invariants.sh look at copies of worlds; it says what the lines are. Returns what it found, each line beginning with the folder
 * of the copy. @throws Error when it could not look
 */
export async function invariants(copies: readonly string[]): Promise<string[]> {
  const script = path.join(import.meta.dirname, 'invariants.sh');
  const { code, out, err } = await run(script, [], `${copies.join('\n')}\n`);
  if (code !== 0 || err !== '') throw new Error(`${script}: exit ${code}: ${err}`);
  return out.split('\n').filter((line) => line !== '');
}

/** The newest version folder of a job whose path is given, relative to the tree; null for none. */
export function newestVersion(root: string, job: string): string | null {
  try {
    const names = readdirSync(`${root}/validated/${job}`).filter((name) => /^\d/u.test(name));
    const newest = names.toSorted().at(-1);
    return newest === undefined ? null : `${job}/${newest}`;
  } catch {
    return null;
  }
}
