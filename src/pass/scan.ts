/**
 * One pass: gather what each agent reports, read every new file once, decide, bring versions into the tree, record, tidy up.
 * Agents are gathered first, so that it is known how much there is to read; then they are finished one after the other, those with
 * the least to do first, while the files of the next ones are already being read.
 */
import { reading } from '../db/open.ts';
import { closeFolder, openFolder, type Folder } from '../files/folder.ts';
import { Trouble } from '../files/trouble.ts';
import { orderedReader } from '../intake/reader.ts';
import { latestPassedOf, memoisedCalendar, scheduleKeys } from './calendar.ts';
import { setAsideFuture } from './clock.ts';
import { finishAll } from './finish.ts';
import { checkPaths, loadMemory } from './memory.ts';
import { outcomeOf } from './outcome.ts';
import { planAll } from './plan.ts';
import type { PrepareContext } from './prepare.ts';
import type { PassOutcome, PassRequest } from './request.ts';
import type { Running, Work } from './running.ts';
import type { TidyContext } from './tidy-step.ts';
import { cleanUp } from './tidy-tree.ts';
import { dropLostHolds, forgetVanished, retire, tellLinks } from './upkeep.ts';

function openDeposits(path: string): Folder | Trouble {
  try {
    return openFolder(path);
  } catch (error) {
    if (error instanceof Trouble) return error;
    throw error;
  }
}

/** Reads, decides and records everything that was planned. Returns how many bytes were read. */
async function carryOut(
  running: Running,
  base: PrepareContext,
  works: readonly Work[],
): Promise<number> {
  const { request } = running;
  const waiting = works.flatMap(({ round, jobs }) => {
    const opened = new Set(jobs.map((open) => open.job));
    return round?.toJudge.filter((item) => opened.has(item.job)) ?? [];
  });
  const size = waiting.reduce((sum, item) => sum + (item.entry.expected.size ?? 0), 0);
  const reader = request.openReader(size, waiting.length);
  let bytes = 0;
  let files = 0;
  const context: PrepareContext = {
    ...base,
    intake: {
      reader,
      validated: request.dryRun ? null : request.config.validated,
      program: request.program,
      reflink: true,
    },
    onFile: (item) => {
      bytes += item.bytesRead;
      files += 1;
      request.onFile({ files, bytes });
    },
  };
  try {
    await finishAll(running, context, works);
    return bytes;
  } finally {
    request.onEnd();
    await reader.close();
  }
}

/** @throws ConfigConflict when the paths of jobs and what lies in the tree do not go together */
export async function scan(request: PassRequest): Promise<PassOutcome> {
  const { config, db, now, dryRun } = request;
  const { validated, archiveReports } = config;
  const deposits = openDeposits(config.deposits);
  try {
    const tidy: TidyContext = { db, validated, archiveReports, onVerbose: request.onVerbose };
    const notices = dryRun ? [] : await setAsideFuture(db, now);
    const pruned = dryRun ? 0 : await cleanUp(tidy);
    const memory = await reading(db, () => loadMemory(db));
    checkPaths(config.jobs, memory);
    if (!dryRun) await dropLostHolds(request, memory);
    const calendar = memoisedCalendar(request.calendar);
    const context: PrepareContext = {
      db,
      memory,
      calendar,
      latestPassed: latestPassedOf(calendar, now),
      scheduleKey: scheduleKeys(),
      validated,
      now,
      complete: request.complete,
      intake: {
        reader: orderedReader(() => undefined),
        validated: null,
        program: request.program,
        reflink: false,
      },
      onFile: () => undefined,
    };
    const running: Running = {
      request,
      deposits,
      memory,
      calendar,
      tidy,
      events: [],
      notices,
      settled: new Map(),
      pruned,
      noLinks: false,
    };
    const works = await reading(db, () => planAll(running, context));
    const bytesRead = await carryOut(running, context, works);
    if (!dryRun && request.complete) {
      await retire(request, memory);
      // Where the drop zone cannot be read, nothing is known of what is in it.
      if (!(deposits instanceof Trouble)) await forgetVanished(request, memory);
    }
    if (!dryRun) await tellLinks(running);
    return await outcomeOf(running, works, bytesRead);
  } finally {
    if (!(deposits instanceof Trouble)) closeFolder(deposits);
  }
}
