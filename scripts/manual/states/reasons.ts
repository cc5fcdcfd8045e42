/** Every reason below the statuses that it may follow. */
import { reasons, type Reason } from '../../../src/core/reasons.ts';
import type { Status } from '../../../src/core/statuses.ts';
import { ofContent } from './reasons-of-content.ts';
import { ofFailed, ofTransfer } from './reasons-of-failure.ts';
import { ofHeld } from './reasons-of-held.ts';
import { ofMissing, ofUnknown } from './reasons-of-missing.ts';
import { ofNotices, ofReports } from './reasons-of-reports.ts';
import { ofSuccess, ofUnchanged } from './reasons-of-success.ts';
import type { ReasonText } from './text.ts';

const all = {
  SUCCESS: ofSuccess,
  HASH_MISMATCH: ofUnchanged,
  SIZE_ANOMALY: ofHeld,
  FAILED: ofFailed,
  TRANSFER_INTEGRITY_FAILED: ofTransfer,
  CONTENT_INVALID: ofContent,
  MISSING: ofMissing,
  UNKNOWN: ofUnknown,
  REPORT_REFUSED: ofReports,
  NOTICE: ofNotices,
} as const satisfies Readonly<Record<Status, Readonly<Partial<Record<Reason, ReasonText>>>>>;

type Told = { [Key in keyof typeof all]: keyof (typeof all)[Key] }[keyof typeof all];
/** Does not compile where a reason has no text. */
const everyReasonIsTold: Exclude<Reason, Told> extends never ? true : Exclude<Reason, Told> = true;

export interface ToldReason extends ReasonText {
  readonly reason: Reason;
  /** The line of the catalogue. */
  readonly says: string;
}

/** The reasons that may follow a status, in the order of the catalogue. */
export function reasonsOf(status: Status): ToldReason[] {
  const texts: Readonly<Partial<Record<Reason, ReasonText>>> = all[status];
  return (everyReasonIsTold ? (Object.keys(reasons) as Reason[]) : []).flatMap((reason) => {
    const text = texts[reason];
    return text === undefined ? [] : [{ reason, says: reasons[reason], ...text }];
  });
}
