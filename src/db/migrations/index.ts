/** Every migration, in order; a static list, because the program is one file. The schema version is how many have run. */
import type { Kysely } from 'kysely';
import { initial } from './001-initial.ts';
import { content } from './002-content.ts';
import { endOfHistory } from './003-end-of-history.ts';
import { incidents } from './004-incidents.ts';

export const migrations: readonly ((db: Kysely<unknown>) => Promise<void>)[] = [
  initial,
  content,
  endOfHistory,
  incidents,
];
