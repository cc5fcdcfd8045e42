/** What a run said, and what invariants.sh finds of a world. */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import type { Ran } from '../support/run-here.ts';
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
