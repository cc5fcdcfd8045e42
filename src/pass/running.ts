/** What one pass carries along. */
import type { Calendar } from '../core/missed.ts';
import type { EventRecord } from '../db/events.ts';
import type { Folder } from '../files/folder.ts';
import type { Trouble } from '../files/trouble.ts';
import type { Round } from './round.ts';
import type { Memory } from './memory.ts';
import type { OpenJob } from './prepare.ts';
import type { PassAgent, PassRequest } from './request.ts';
import type { Settled } from './settle.ts';
import type { TidyContext } from './tidy-step.ts';

/** An agent with something to do. */
export interface Work {
  readonly agent: PassAgent;
  readonly round: Round | null;
  readonly jobs: readonly OpenJob[];
}

export interface Running {
  readonly request: PassRequest;
  /** Trouble: the drop zone as a whole cannot be read, and every job is blocked by it. */
  readonly deposits: Folder | Trouble;
  readonly memory: Memory;
  readonly calendar: Calendar;
  readonly tidy: TidyContext;
  readonly events: EventRecord[];
  readonly notices: string[];
  readonly settled: Map<string, Settled>;
  pruned: number;
  noLinks: boolean;
}
