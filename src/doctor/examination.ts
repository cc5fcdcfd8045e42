/** What an examination is made of, and what of it only root may see. */
import type { Calendar } from '../core/missed.ts';
import type { Database } from '../db/schema.ts';
import { accountsOf } from './rights/accounts.ts';
import { readClock, type ClockFacts } from './clock.ts';
import { handsOf } from './hands.ts';
import type { Look, Scanner } from './look.ts';
import type { Machine } from './machine.ts';
import type { MailFacts } from './notifications/notifications.ts';
import type { ReadConfiguration } from './places.ts';
import { readRsync, type RsyncFacts } from './programs.ts';
import { readSchedule, type Own, type ScheduleFacts } from './schedule/schedule.ts';
import type { UserFacts } from './rights/user.ts';

/** What is looked at as whoever started it. */
export interface MachineFacts {
  readonly clock: ClockFacts;
  readonly rsync: RsyncFacts;
  readonly schedule: ScheduleFacts;
  readonly hasOwnUser: boolean;
}

/** @param isRoot whether this is root: others may not see everything */
export async function lookAtMachine(machine: Machine, isRoot: boolean): Promise<MachineFacts> {
  const [clock, rsync, schedule, user] = await Promise.all([
    readClock(machine),
    readRsync(machine),
    readSchedule(machine, isRoot),
    accountsOf(machine).user('backupmon'),
  ]);
  return { clock, rsync, schedule, hasOwnUser: user !== null };
}

/** What cli/ hands in. */
export interface Examination {
  /** Absolute path. */
  readonly file: string;
  /** The configuration has to be named in commands. */
  readonly isNamed: boolean;
  readonly read: ReadConfiguration;
  readonly machine: Machine;
  readonly facts: MachineFacts;
  /** Who started it. */
  readonly started: number;
  readonly scanner: Scanner;
  /** Whether the owner of the database could be found out. */
  readonly owner: UserFacts['owner'];
  readonly own: Own;
  readonly now: number;
  readonly elapsed: () => number;
  readonly calendar: Calendar;
  readonly clockFault: (db: Database) => Promise<string | null>;
  /** Visits the mail server; null where there is none. */
  readonly visitMail: () => Promise<MailFacts | null>;
}

export const lookOf = (examination: Examination): Look => {
  const { file, isNamed, read, machine, started, scanner, now } = examination;
  return {
    file,
    config: read.config,
    places: read.places,
    machine,
    accounts: accountsOf(machine),
    scanner,
    hands: handsOf(isNamed ? file : null, started === 0, {
      program: examination.own.program,
      find: machine.find,
    }),
    now,
  };
};
