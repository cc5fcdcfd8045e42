/** `backupmon doctor`: looks at the machine as an experienced administrator would. Changes nothing that stays, and sends nothing. */
import { occurrencesOf } from '../../calendar/occurrences.ts';
import { systemConfigFile } from '../../config/find.ts';
import type { Examination } from '../../doctor/examination.ts';
import type { Machine } from '../../doctor/machine.ts';
import type { MailFacts } from '../../doctor/notifications/notifications.ts';
import type { ReadConfiguration } from '../../doctor/places.ts';
import type { SmtpServer } from '../../core/notifications.ts';
import { Trouble } from '../../files/trouble.ts';
import { clockFault } from '../../pass/clock.ts';
import {
  configFileOf,
  exitCodes,
  faulty,
  writeEach,
  type Context,
  type ExitCode,
} from '../context.ts';
import { UserProblem } from '../problems.ts';
import { becomeScanner } from '../scanner.ts';
import { passwordOf } from '../ways.ts';

/** Milliseconds for all that goes over the network. */
const NETWORK_LIMIT_MS = 10_000;

export interface DoctorOptions {
  readonly suggestJobs: boolean;
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
  const { user, passwordFile } = server;
  // What the scan has in its environment, or from its unit, is not known here.
  if (!given && user !== null && (passwordFile === null || isCredential(passwordFile))) {
    const error = await visitSmtp(withoutLogin(server), null, NETWORK_LIMIT_MS);
    return { server, login: false, error };
  }
  try {
    const password = passwordOf(email, io);
    const error = await visitSmtp(server, password, NETWORK_LIMIT_MS);
    return { server, login: user !== null, error };
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

async function examination(
  context: Context,
  read: ReadConfiguration,
  given: Machine | null,
): Promise<Examination> {
  const { io } = context;
  const began = io.now();
  const file = configFileOf(context);
  const { machineAt } = await import('../../doctor/machine.ts');
  const { accountsOf } = await import('../../doctor/rights/accounts.ts');
  const { lookAtMachine } = await import('../../doctor/examination.ts');
  const machine = given ?? machineAt();
  const facts = await lookAtMachine(machine, io.uid === 0);
  const who = await becomeScanner(io, read.places, accountsOf(machine));
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
  const { readConfiguration } = await import('../../doctor/places.ts');
  // Once: it may be a pipe.
  const read = await readConfiguration(configFileOf(context), io.env);
  // A faulty configuration knows no jobs, and cannot tell which are missing.
  if (suggestJobs && read.config === null) throw await faulty(context, read.problems);
  const request = await examination(context, read, machine);
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
