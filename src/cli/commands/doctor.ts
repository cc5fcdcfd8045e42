/** `backupmon doctor`: looks at the machine as an experienced administrator would. Changes nothing that stays, and sends nothing. */
import { dirname } from 'node:path';
import { occurrencesOf } from '../../calendar/occurrences.ts';
import { systemConfigFile } from '../../config/find.ts';
import type { Accounts } from '../../doctor/rights/accounts.ts';
import type { Examination } from '../../doctor/examination.ts';
import type { Scanner } from '../../doctor/look.ts';
import type { Machine } from '../../doctor/machine.ts';
import type { MailFacts } from '../../doctor/notifications/notifications.ts';
import type { ReadConfiguration } from '../../doctor/places.ts';
import type { SmtpServer } from '../../core/notifications.ts';
import { statPath } from '../../files/durable.ts';
import { Trouble } from '../../files/trouble.ts';
import { clockFault } from '../../pass/clock.ts';
import {
  configFileOf,
  exitCodes,
  loadedConfig,
  writeEach,
  type Context,
  type ExitCode,
} from '../context.ts';
import { becomeOwner } from '../owner.ts';
import { UserProblem } from '../problems.ts';
import { passwordOf } from '../ways.ts';

/** Milliseconds for all that goes over the network. */
const NETWORK_LIMIT_MS = 10_000;

export interface DoctorOptions {
  readonly suggestJobs: boolean;
}

interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** Of the database, or where that is absent of its folder; `none` where both are, `hidden` where this user may not know. */
function ownerOf(database: string): Owner | 'none' | 'hidden' {
  try {
    const stats = statPath(database) ?? statPath(dirname(database));
    return stats === null ? 'none' : { uid: Number(stats.uid), gid: Number(stats.gid) };
  } catch (error) {
    if (error instanceof Trouble) return 'hidden';
    throw error;
  }
}

async function scannerOf(
  { uid, gid }: Owner,
  present: boolean,
  accounts: Accounts,
): Promise<Scanner> {
  return {
    known: true,
    exists: true,
    uid,
    gid,
    user: await accounts.userWord(uid),
    group: await accounts.groupWord(gid),
    present,
  };
}

/** The user that the README makes: to whom all belongs where root sets it up. */
const USUAL = 'backupmon';

/**
 * Whoever runs `init-db` will be the owner, but for root, who had better not be.
 * @param present whether this user can tell what he may do
 */
async function scannerToBe(uid: number, present: boolean, accounts: Accounts): Promise<Scanner> {
  const ids = { uid, gid: process.getgid?.() ?? 0 };
  const scanner = await scannerOf(ids, present && uid !== 0, accounts);
  if (uid !== 0) return { ...scanner, known: false };
  const exists = (await accounts.user(USUAL)) !== null;
  return { ...scanner, known: false, exists, user: USUAL, group: USUAL };
}

/** Becomes the user that scans, where this is root; tells who that is, and whether we are he. */
async function becomeScanner(
  { io }: Context,
  database: string | null,
  accounts: Accounts,
): Promise<Pick<Examination, 'scanner' | 'owner'>> {
  const owner = database === null ? 'none' : ownerOf(database);
  if (database === null || owner === 'none' || owner === 'hidden') {
    const present = database !== null && owner === 'none';
    const scanner = await scannerToBe(io.uid, present, accounts);
    return { scanner, owner: owner === 'hidden' ? 'hidden' : 'none' };
  }
  try {
    becomeOwner(database, io.uid);
    return { scanner: await scannerOf(owner, true, accounts), owner: 'known' };
  } catch (error) {
    if (!(error instanceof UserProblem)) throw error;
    return { scanner: await scannerOf(owner, false, accounts), owner: 'known' };
  }
}

/** Whether mail would be taken, as far as that can be found out without sending any. */
async function visitMail(
  { io }: Context,
  { config }: ReadConfiguration,
): Promise<MailFacts | null> {
  const email = config?.notifications.email;
  if (email?.server.kind !== 'smtp') return null;
  const { server } = email;
  const { visitSmtp } = await import('../../notify/smtp-visit.ts');
  const { isCredential } = await import('../../doctor/notifications/credentials.ts');
  const given = (io.env['BACKUPMON_SMTP_PASSWORD'] ?? '') !== '';
  if (!given && server.user !== null && isCredential(server.passwordFile ?? '')) {
    const error = await visitSmtp(withoutLogin(server), null, NETWORK_LIMIT_MS);
    return { server, login: false, error };
  }
  try {
    const password = passwordOf(email, io);
    const error = await visitSmtp(server, password, NETWORK_LIMIT_MS);
    return { server, login: server.user !== null, error };
  } catch (error) {
    // A file that cannot be read is told as such.
    if (error instanceof Trouble) return null;
    if (error instanceof UserProblem) return { server, login: false, error: error.message };
    throw error;
  }
}

/** Encrypted as it would be with one. */
const withoutLogin = (server: SmtpServer): SmtpServer => ({
  ...server,
  user: null,
  tls: server.tls === 'auto' && server.port !== 465 ? 'starttls' : server.tls,
});

/** How this program can be started: by the command where programs are searched, else as it was started now. */
function ownProgram({ io }: Context, machine: Machine): readonly string[] {
  const installed = machine.find('backupmon');
  return installed === null ? io.program.command : [installed];
}

async function examination(context: Context, given: Machine | null): Promise<Examination> {
  const { io } = context;
  const began = io.now();
  const file = configFileOf(context);
  const { machineAt } = await import('../../doctor/machine.ts');
  const { accountsOf } = await import('../../doctor/rights/accounts.ts');
  const { readConfiguration } = await import('../../doctor/places.ts');
  const { lookAtMachine } = await import('../../doctor/examination.ts');
  const machine = given ?? machineAt();
  const read = await readConfiguration(file, io.env);
  const facts = await lookAtMachine(machine, io.uid === 0);
  const who = await becomeScanner(context, read.places.database, accountsOf(machine));
  return {
    file,
    isNamed: file !== systemConfigFile,
    read,
    machine,
    facts,
    started: io.uid,
    ...who,
    own: { program: ownProgram(context, machine) },
    now: began,
    elapsed: () => io.now() - began,
    calendar: occurrencesOf,
    clockFault: (db) => clockFault(db, began),
    visitMail: () => visitMail(context, read),
  };
}

/** @param machine what is looked at beside the folders of the configuration; null for this machine */
export async function doctor(
  context: Context,
  { suggestJobs }: DoctorOptions,
  machine: Machine | null = null,
): Promise<ExitCode> {
  const { io, json, options } = context;
  // A faulty configuration knows no jobs, and cannot tell which are missing.
  if (suggestJobs) await loadedConfig(context);
  const request = await examination(context, machine);
  const { examine, suggest } = await import('../../doctor/examine.ts');
  if (suggestJobs) {
    io.out.write(await suggest(request, io.env));
    return 0;
  }
  const { findings, suggestions } = await examine(request);
  const { doctorLines, severityOf } = await import('../../render/doctor.ts');
  const view = {
    now: request.now,
    file: request.file,
    site: request.read.config?.site ?? null,
    findings,
    suggestions: suggestions.jobs,
  };
  if (json) {
    const { doctorDocument, toJson } = await import('../../render/json/index.ts');
    io.out.write(toJson(doctorDocument(view)));
  } else if (options.quiet !== true) writeEach(io.out, doctorLines(view, context.outScreen));
  return exitCodes[severityOf(view)];
}
