/** `scan --json`, `promote --json` and `history --json`: lists of events. */
import type { HistoryView, PassView } from '../views.ts';
import { Entries } from './document.ts';
import { eventObject, unexpectedCount, unexpectedObjects } from './event.ts';
import { time } from './time.ts';

export function passDocument(view: PassView): object {
  return {
    schema: `backupmon.${view.command}/1`,
    generated_at: time(view.now),
    severity: view.severity,
    dry_run: view.dryRun,
    events: new Entries(view.events, eventObject),
    unexpected: unexpectedObjects(view.unexpected),
    unexpected_count: unexpectedCount(view.unexpected),
    notices: [...view.notices],
    blocked: view.blocked.map(({ job, reason, since, message }) => ({
      job,
      reason,
      since: time(since),
      message,
    })),
  };
}

export function historyDocument(view: HistoryView): object {
  return {
    schema: 'backupmon.history/1',
    generated_at: time(view.now),
    events: new Entries(view.events, eventObject),
    limited: view.limited,
  };
}
