/** What every examination is given. */
import type { Config } from '../core/job.ts';
import type { Hands } from './hands.ts';
import type { Machine } from './machine.ts';
import type { Accounts } from './rights/accounts.ts';

/** Paths of the configuration; null where it does not tell one that can be used. */
export interface Places {
  readonly deposits: string | null;
  readonly validated: string | null;
  readonly database: string | null;
}

/** The user that scans: the owner of the database. */
export interface Scanner {
  /** There is an owner, and who it is could be found out. Otherwise the rest is who it would be. */
  readonly known: boolean;
  /** There is a user of that name. */
  readonly exists: boolean;
  readonly uid: number;
  readonly gid: number;
  /** As chown and setfacl take them: a number where there is no name. */
  readonly user: string;
  readonly group: string;
  /** This process is that user. Otherwise it cannot tell what that user may do. */
  readonly present: boolean;
}

export interface Look {
  /** Absolute path of the configuration. */
  readonly file: string;
  /** null where it is faulty. */
  readonly config: Config | null;
  readonly places: Places;
  readonly machine: Machine;
  readonly accounts: Accounts;
  readonly scanner: Scanner;
  readonly hands: Hands;
  /** Milliseconds UTC. */
  readonly now: number;
}
