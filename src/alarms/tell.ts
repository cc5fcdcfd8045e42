/**
 * What people are told after a pass: in one transaction messages are made of everything that was recorded and not told yet, by this pass or
 * by one that was killed before it came here. They are delivered after that (deliver.ts).
 */
import { forgetAlarmsBefore } from '../db/alarms.ts';
import { openIncidents } from '../db/incidents.ts';
import { forgetMessagesBefore } from '../db/messages.ts';
import { transaction } from '../db/open.ts';
import { presentMutes } from '../views/status-view.ts';
import { composeDigest, type PassCounts } from './digest.ts';
import { composeMessages } from './compose.ts';
import { addReminders, takeNews } from './news.ts';
import { hasWays, type AlarmRequest } from './request.ts';

/** How long it is known what was told, when, and to whom. */
const MEMORY_MS = 90 * 24 * 3_600_000;

/** @param present what the pass has done */
export async function composeAll(request: AlarmRequest, present: PassCounts): Promise<void> {
  const { db, config, now } = request;
  // What nobody can be told is kept for the day when somebody can.
  const everything = [{ jobs: null, until: Infinity, reason: null, operator: null }];
  const mutes = hasWays(config) ? await presentMutes(request) : everything;
  await transaction(db, async () => {
    await composeDigest(request, present);
    const open = await openIncidents(db);
    await addReminders(request, open, mutes);
    await composeMessages(request, await takeNews(request, open, mutes), open, mutes);
    if (!request.complete) return;
    await forgetAlarmsBefore(db, now - MEMORY_MS);
    await forgetMessagesBefore(db, now - MEMORY_MS);
  });
}
