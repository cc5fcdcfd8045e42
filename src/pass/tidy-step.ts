/**
 * What follows a commit, step by step. Each may fail without harm: it was recorded as intended, and the next scan does what is left.
 */
import type { Database } from '../db/schema.ts';
import { Trouble } from '../files/trouble.ts';

export interface TidyContext {
  readonly db: Database;
  readonly validated: string;
  readonly archiveReports: boolean;
  readonly onVerbose: (line: string) => void;
}

/** Runs one step; trouble is told with -v and left to the next scan. */
export function attemptStep(context: TidyContext, step: () => void): boolean {
  try {
    step();
    return true;
  } catch (error) {
    if (!(error instanceof Trouble)) throw error;
    context.onVerbose(error.message);
    return false;
  }
}
