/** `backupmon scan`: one pass. */
import { composeAll } from '../../alarms/tell.ts';
import { occurrencesOf } from '../../calendar/occurrences.ts';
import { writeConfigCache } from '../../config/cache.ts';
import { formatDuration } from '../../core/duration.ts';
import type { Config } from '../../core/job.ts';
import { muteOf } from '../../core/mute.ts';
import { takeLock, type Lock } from '../../db/lock.ts';
import { openDatabase, withDatabase, type OpenDatabase } from '../../db/open.ts';
import type { Database } from '../../db/schema.ts';
import { beginScan, finishScan, unfinishedScan, type ScanRecord } from '../../db/scans.ts';
import type { PassOutcome, PassRequest } from '../../pass/request.ts';
import { recordScanTrouble } from '../../pass/scan-trouble.ts';
import { scan as runPass } from '../../pass/scan.ts';
import { checkMarker, checkWritable } from '../../validated/tree.ts';
import { version } from '../../version.ts';
import { presentMutes } from '../../views/status-view.ts';
import {
  exitCodes,
  loadedConfig,
  writeEach,
  writePieces,
  writeSentence,
  type Context,
  type ExitCode,
} from '../context.ts';
import { checkClock } from '../check-clock.ts';
import { becomeOwner } from '../owner.ts';
import { finishedPass } from '../finished-pass.ts';
import { knownProblem, UserProblem } from '../problems.ts';
import { passView, severityOf, type Told } from '../pass-view.ts';
import { progressLine } from '../progress.ts';
import { readerFor } from '../reader.ts';
import { selector } from '../selection.ts';
import { deliver } from '../ways.ts';

/** Readers hold the lock for an instant, to see whether somebody else does. */
const LOCK_WAIT_MS = 300;
/** Between taking the lock and recording itself, and again before it lets go, a pass needs some milliseconds. */
const LOCK_ATTEMPTS = 10;

export interface ScanOptions {
  readonly dryRun: boolean;
  readonly excludeSnoozed: boolean;
}

function exitCodeOf(outcome: PassOutcome, told: Told): ExitCode {
  const blocked = outcome.changes.filter((change) => change.blocked !== null);
  if (blocked.some(({ job }) => told.isCounted(job.id))) return 3;
  return exitCodes[severityOf(outcome, told)];
}

async function toldOf(
  db: Database,
  config: Config,
  now: number,
  { excludeSnoozed }: ScanOptions,
): Promise<Told> {
  const mutes = await presentMutes({ db, config, calendar: occurrencesOf, now });
  const isSnoozed = (name: string): boolean => muteOf(mutes, name) !== null;
  return { isSnoozed, isCounted: (name) => !(excludeSnoozed && isSnoozed(name)) };
}

const runningPass = (config: Config): Promise<ScanRecord | null> =>
  withDatabase(config.database, 'read', unfinishedScan);

/** The lock, or the pass that holds it. @throws UserProblem when something else holds it */
async function lockOrOther(config: Config): Promise<Lock | ScanRecord> {
  for (let attempt = 0; attempt < LOCK_ATTEMPTS; attempt += 1) {
    const lock = takeLock(config.database, LOCK_WAIT_MS);
    if (lock !== null) return lock;
    const other = await runningPass(config);
    if (other !== null) return other;
  }
  throw new UserProblem(
    'locked',
    `${config.database}.lock is held, but no scan is recorded as running: nothing was scanned`,
    { hint: `init-db holds it too; \`fuser ${config.database}.lock\` names the process` },
  );
}

/** Another pass holds the lock: that is fine, unless it has been at it for too long. */
async function yieldTo(context: Context, config: Config, other: ScanRecord): Promise<ExitCode> {
  const { io } = context;
  const now = io.now();
  const age = now - other.startedAt;
  if (age > config.scanTimeout) {
    throw new UserProblem(
      'scan_stuck',
      `another scan has been running for ${formatDuration(age)}, longer than scan_timeout (${formatDuration(config.scanTimeout)})`,
      {
        hint: 'look for the process `backupmon scan`; the lock is freed as soon as it ends',
      },
    );
  }
  const notice = 'another scan is running: nothing to do';
  if (context.json) {
    const { passDocument, toJson } = await import('../../render/json/index.ts');
    const nothing = { events: [], unexpected: [], news: [], blocked: [] };
    const about = { now, command: 'scan', severity: 'ok', dryRun: false } as const;
    io.out.write(toJson(passDocument({ ...about, ...nothing, notices: [notice] })));
  } else if (context.options.verbose === true) writeSentence(io.err, notice, 'ok');
  return 0;
}

function requestFor(
  context: Context,
  config: Config,
  db: OpenDatabase['db'],
  now: number,
  names: readonly string[],
  options: ScanOptions,
  told: Told,
  passId: number | null,
): PassRequest {
  const progress = progressLine(context);
  return {
    config,
    db,
    calendar: occurrencesOf,
    now,
    passId,
    complete: names.length === 0,
    inScope: selector(names, config.jobs),
    isCounted: told.isCounted,
    dryRun: options.dryRun,
    program: context.io.program.command,
    openReader: (bytes, files) => {
      progress.expect(files, bytes);
      return readerFor(config, { bytes, files }, context.io, progress.onBytes);
    },
    onFile: progress.onFile,
    onVerbose: (line) => {
      if (context.options.verbose === true) writeSentence(context.io.err, line, 'ok');
    },
    onEnd: progress.end,
  };
}

async function print(
  context: Context,
  config: Config,
  outcome: PassOutcome,
  now: number,
  dryRun: boolean,
  told: Told,
): Promise<void> {
  const view = passView(config, outcome, { now, command: 'scan', dryRun }, told);
  const { out, err } = context.io;
  if (context.json) {
    const { jsonPieces, passDocument } = await import('../../render/json/index.ts');
    writePieces(out, jsonPieces(passDocument(view)));
    return;
  }
  if (context.options.quiet === true) return;
  const { newsLines, passEventLines } = await import('../../render/pass-lines.ts');
  if (context.options.verbose === true || dryRun)
    writeEach(out, passEventLines(view, context.outScreen));
  writeEach(out, newsLines(view, context.outScreen));
  if (out.terminal && !dryRun && view.news.length === 0) {
    const { counts } = outcome;
    writeSentence(
      err,
      `${counts.jobs} jobs looked at, ${counts.events} new conclusions, ${counts.published} versions published; see \`backupmon status\``,
      'ok',
    );
  }
}

async function rehearse(
  context: Context,
  config: Config,
  names: readonly string[],
  now: number,
  options: ScanOptions,
): Promise<ExitCode> {
  return withDatabase(config.database, 'read', async (db) => {
    checkMarker(config.validated);
    const told = await toldOf(db, config, now, options);
    const outcome = await runPass(requestFor(context, config, db, now, names, options, told, null));
    await print(context, config, outcome, now, true, told);
    return exitCodeOf(outcome, told);
  });
}

/** Does a part of a scan; where it cannot be done, that is told to whom the configuration names, and thrown. */
async function tellingTrouble<Result>(
  context: Context,
  config: Config,
  db: Database,
  now: number,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    const { code = 'bug', message = 'a bug ended it' } = knownProblem(error) ?? {};
    const { tellScanTrouble } = await import('../scan-trouble.ts');
    await tellScanTrouble(context, config, db, now, { reason: code, message });
    throw error;
  }
}

/** What the pass found is recorded, and told to whom the configuration names. */
async function locked(
  context: Context,
  config: Config,
  names: readonly string[],
  now: number,
  options: ScanOptions,
): Promise<ExitCode> {
  return withDatabase(config.database, 'write', async (db) => {
    const complete = names.length === 0;
    await tellingTrouble(context, config, db, now, async () => {
      checkMarker(config.validated);
      checkWritable(config.validated);
      await checkClock(db, now);
    });
    const passId = await beginScan(db, {
      command: 'scan',
      startedAt: now,
      complete,
      program: version,
    });
    const told = await toldOf(db, config, now, options);
    const request = requestFor(context, config, db, now, names, options, told, passId);
    const alarms = { db, config, calendar: occurrencesOf, now, complete };
    const outcome = await finishedPass(db, passId, context, async () => {
      const found = await tellingTrouble(context, config, db, now, () => runPass(request));
      // A scan of some jobs says nothing of those that kept all from being scanned.
      if (complete) await recordScanTrouble(db, now, null);
      await composeAll(alarms, found.counts);
      await deliver(context, { ...alarms, passId, onVerbose: request.onVerbose });
      return found;
    });
    const code = exitCodeOf(outcome, told);
    await finishScan(db, passId, context.io.now(), code, outcome.counts);
    await print(context, config, outcome, now, false, told);
    if (config.metrics !== null) {
      const { writeMetrics } = await import('../metrics.ts');
      await writeMetrics(context, config, db);
    }
    return code;
  });
}

export async function scan(
  context: Context,
  names: readonly string[],
  options: ScanOptions,
): Promise<ExitCode> {
  const config = await loadedConfig(context);
  const now = context.io.now();
  selector(names, config.jobs);
  if (options.dryRun) return rehearse(context, config, names, now, options);
  becomeOwner(config.database, context.io.uid);
  const { heartbeat } = config.notifications;
  const work = (onBegin: () => void): Promise<ExitCode> =>
    scanOnce(context, config, names, now, options, onBegin);
  if (heartbeat === null || names.length > 0) return work(() => undefined);
  const { withHeartbeat } = await import('../heartbeat.ts');
  return withHeartbeat(context, heartbeat, work);
}

/** @param begin is told when it is its turn, and not when another scan is running */
async function scanOnce(
  context: Context,
  config: Config,
  names: readonly string[],
  now: number,
  options: ScanOptions,
  onBegin: () => void,
): Promise<ExitCode> {
  // Says what is wrong with the database before a lock file is made beside it.
  await openDatabase(config.database, 'read').close();
  const lock = await lockOrOther(config);
  if ('startedAt' in lock) return yieldTo(context, config, lock);
  try {
    onBegin();
    writeConfigCache(config, context.io.env, version);
    return await locked(context, config, names, now, options);
  } finally {
    lock.release();
  }
}
