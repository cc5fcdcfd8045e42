/**
 * What one agent may ask of one scan. Whatever it deposits, the others wait no longer for it than this takes; what is left over waits for
 * the next scans, of which each gets further.
 */
import { MAX_REPORT_BYTES } from '../deposits/report/parse.ts';

/** Reports that are opened. */
export const REPORTS_PER_SCAN = 1000;
/** Bytes of reports that are read. */
export const REPORT_BYTES_PER_SCAN = 4 * MAX_REPORT_BYTES;
/** Backups that are judged: databases of jobs, in all of its reports. */
export const BACKUPS_PER_SCAN = 10_000;

/** Names in the drop zone that no configuration knows; together they have one agent's allowance. */
export const STRANGERS_PER_SCAN = 1000;

/** Counts down. Nothing is begun when something is used up; what was begun is done, so the least is one report. */
export class Allowance {
  #reports = REPORTS_PER_SCAN;
  #bytes = REPORT_BYTES_PER_SCAN;
  #backups = BACKUPS_PER_SCAN;

  /** Takes a report of so many bytes; false when it has to wait. Those too large to be read cost none. */
  takeReport(bytes: number): boolean {
    if (this.#reports <= 0 || this.#bytes <= 0 || this.#backups <= 0) return false;
    this.#reports -= 1;
    if (bytes <= MAX_REPORT_BYTES) this.#bytes -= bytes;
    return true;
  }

  takeBackups(count: number): void {
    this.#backups -= count;
  }
}
