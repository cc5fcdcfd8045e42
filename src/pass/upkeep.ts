/** What a pass sets right beside judging: jobs that are not expected any more, holds that are gone, a tree without links. */
import { retireJob } from '../db/jobs.ts';
import { transaction } from '../db/open.ts';
import { getMeta, setMeta } from '../db/scans.ts';
import { deleteHeld, type HeldRecord } from '../db/versions.ts';
import { statPath } from '../files/durable.ts';
import { Trouble } from '../files/trouble.ts';
import { missingPart } from '../validated/compare.ts';
import type { Memory } from './memory.ts';
import type { PassRequest } from './request.ts';
import { forgetJobs } from './record-incidents.ts';
import type { Running } from './running.ts';

/** What cannot be looked at is not absent. */
function isAbsent(path: string): boolean {
  try {
    return statPath(path) === null;
  } catch (error) {
    if (error instanceof Trouble) return false;
    throw error;
  }
}

/** Agents that nobody configures, and whose folders are gone: nobody is reminded of their refused reports for ever. */
export async function forgetVanished(
  { db, config, now }: PassRequest,
  { incidents }: Memory,
): Promise<void> {
  const configured = new Set(config.agents.map(({ id }) => id));
  const vanished = [...incidents.values()].filter(
    ({ subject: { kind, name } }) =>
      kind === 'refused' && !configured.has(name) && isAbsent(`${config.deposits}/${name}`),
  );
  if (vanished.length === 0) return;
  const names = new Set(vanished.map(({ subject }) => subject.name));
  await transaction(db, () => forgetJobs({ db, now, incidents }, names));
}

/** Jobs that were expected and are not any more are neither judged nor counted from now on. */
export async function retire({ db, config, now }: PassRequest, memory: Memory): Promise<void> {
  const enabled = new Set(config.jobs.filter((job) => job.enabled).map((job) => job.id));
  const gone = [...memory.jobs].filter(([id, record]) => record.expected === 1 && !enabled.has(id));
  if (gone.length === 0) return;
  await transaction(db, async () => {
    for (const [, record] of gone) await retireJob(db, record.id);
    const names = new Set(gone.map(([id]) => id));
    await forgetJobs({ db, now, incidents: memory.incidents }, names);
  });
}

function isGone(validated: string, held: HeldRecord): boolean {
  try {
    return missingPart(validated, held) !== null;
  } catch (error) {
    // What cannot be looked at is not gone.
    if (error instanceof Trouble) return false;
    throw error;
  }
}

/** A held copy that is gone can be promoted no more: by a promotion that was killed before it could record itself, or by hand. */
export async function dropLostHolds({ db, config }: PassRequest, memory: Memory): Promise<void> {
  for (const [jobId, held] of memory.held) {
    if (!isGone(config.validated, held)) continue;
    await deleteHeld(db, jobId);
    memory.held.delete(jobId);
  }
}

/** Said once: that `current` cannot be made on this file system. */
export async function tellLinks(running: Running): Promise<void> {
  const { db } = running.request;
  if (!running.noLinks || (await getMeta(db, 'no_links')) !== null) return;
  await setMeta(db, 'no_links', '1');
  running.notices.push(
    `${running.request.config.validated} has no symbolic links: versions are kept, but no \`current\` points to the newest one`,
  );
}
