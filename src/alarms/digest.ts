/** How everything stands, when the configuration asks for it: so that silence never has to be interpreted. */
import type { DigestJob, DigestLetter } from '../core/letter.ts';
import { digestSubject } from '../core/letter-subject.ts';
import { isNamed } from '../core/routing.ts';
import { openIncidents } from '../db/incidents.ts';
import { givenUpSince, insertMessage } from '../db/messages.ts';
import { getMeta, passesSince, setMeta, type ScanCounts } from '../db/scans.ts';
import type { Database } from '../db/schema.ts';
import type { JobView, StatusView } from '../render/views.ts';
import { statusView, summaryOf } from '../views/status-view.ts';
import { messageIdOf } from './compose.ts';
import { recipientsOf } from './recipients.ts';
import type { AlarmRequest } from './request.ts';

/** More lines than this are counted only. */
const DIGEST_JOBS = 500;

export type PassCounts = Pick<ScanCounts, 'published' | 'pruned'>;
type PassesDone = Pick<DigestLetter, 'published' | 'pruned' | 'scans'>;

const lastDigest = async ({ db }: AlarmRequest): Promise<number | null> => {
  const text = await getMeta(db, 'digest_at');
  return text === null ? null : Number(text);
};

/** Since when the digest that is due tells; null where none is. Where none was ever sent, the time begins now. */
async function dueSince(request: AlarmRequest): Promise<number | null> {
  const { config, calendar, now, db, complete } = request;
  const { digest, email } = config.notifications;
  if (digest === null || email === null || !complete) return null;
  const last = await lastDigest(request);
  const due = calendar(digest, config.timezone).atOrBefore(now);
  // The clock was ahead of the present one, or nothing is known yet.
  if (last === null || last > now) await setMeta(db, 'digest_at', String(now));
  return last === null || last > now || due === null || due <= last ? null : last;
}

function toDigestJob({ job, standing, ...view }: JobView): DigestJob {
  const { held, blocked, snoozed, newest } = view;
  return {
    name: job.id,
    status: standing.status,
    severity: standing.severity,
    since: standing.since,
    size: newest?.size ?? null,
    sizes: view.sizes,
    versions: view.versions,
    lastSuccessAt: view.lastSuccessAt,
    nextDue: standing.nextDue,
    held: held === null ? null : { size: held.size, heldAt: held.heldAt, path: held.path },
    blocked: blocked?.message ?? null,
    snoozedUntil: snoozed?.until ?? null,
  };
}

const isBad = ({ standing }: JobView): boolean =>
  standing.severity === 'critical' || standing.severity === 'warning';
const isDoubtful = ({ blocked, held }: JobView): boolean => blocked !== null || held !== null;

/** Worst first, as they come; among those that are well, the doubtful ones. */
function byWeight(left: JobView, right: JobView): number {
  if (isBad(left) || isBad(right)) return Number(isBad(right)) - Number(isBad(left));
  return Number(isDoubtful(right)) - Number(isDoubtful(left));
}

/** @param refused agents whose reports are refused */
function letterFor(
  { config, now }: AlarmRequest,
  view: StatusView,
  refused: readonly string[],
  undelivered: number,
  names: readonly string[] | null,
  about: PassesDone & Pick<DigestLetter, 'since'>,
): DigestLetter {
  const jobs = view.jobs.filter(({ job }) => isNamed(names, job.id)).toSorted(byWeight);
  const letter = {
    kind: 'digest',
    site: config.site,
    at: now,
    timezone: config.timezone,
    ...about,
    summary: summaryOf(jobs),
    jobs: jobs.slice(0, DIGEST_JOBS).map(toDigestJob),
    jobCount: jobs.length,
    undelivered,
    doubtful: {
      blocked: jobs.filter(({ blocked }) => blocked !== null).length,
      held: jobs.filter(({ held }) => held !== null).length,
      refused: refused.filter((agent) => isNamed(names, agent)).length,
    },
  } as const;
  return { ...letter, subject: digestSubject(letter) };
}

/** Of all passes since then, and of the present one, whose row has no counts yet. */
async function doneSince(db: Database, since: number, present: PassCounts): Promise<PassesDone> {
  const { scans, published, pruned } = await passesSince(db, since);
  return {
    scans: scans + 1,
    published: published + present.published,
    pruned: pruned + present.pruned,
  };
}

/**
 * Within the transaction of the other messages, before they are added: what is undelivered is what was so before.
 * @param present what the pass that sends it has done
 */
export async function composeDigest(request: AlarmRequest, present: PassCounts): Promise<void> {
  const since = await dueSince(request);
  if (since === null) return;
  const { db, config, calendar, now } = request;
  const source = { config, db, calendar, now, running: true };
  const view = await statusView(
    source,
    config.jobs.filter((job) => job.enabled),
  );
  const about = { since, ...(await doneSince(db, since, present)) };
  const refused = [...(await openIncidents(db)).values()].flatMap(({ subject }) =>
    subject.kind === 'refused' ? subject.name : [],
  );
  const missed = view.undelivered.length + (await givenUpSince(db, since));
  const readers = recipientsOf(request.config).filter(({ way }) => way === 'email');
  const groups = Map.groupBy(readers, ({ jobs }) => JSON.stringify(jobs));
  for (const [index, list] of [...groups.values()].entries()) {
    await insertMessage(db, {
      way: 'email',
      recipients: [...new Set(list.map(({ recipient }) => recipient))],
      messageId: messageIdOf(request, 'digest', index + 1),
      thread: null,
      letter: letterFor(request, view, refused, missed, list[0]?.jobs ?? null, about),
      createdAt: now,
    });
  }
  await setMeta(db, 'digest_at', String(now));
}
