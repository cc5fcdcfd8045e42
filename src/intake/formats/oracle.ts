/**
 * Exports of Oracle: recognised and named. Their formats are not documented, and neither says where it ends, so that nothing more can be
 * proved here.
 */
import type { Format } from './format.ts';
import { unproved } from './unproved.ts';

/** The classic `exp`: a byte 3, two bytes of character set, then `EXPORT:V11.02.00`. Observed in published listings of such files. */
const classic = /^.{3}EXPORT:V(?<version>\d[\d.]{0,19})/su;

/**
 * Data Pump: two bytes of version (0.1 for 10g to 5.x for 18c and later), and in the same block of 4096 bytes the name of the job,
 * `"SYS"."SYS_EXPORT_SCHEMA_01"`, and the version of the database, `11.02.00.04.00`.
 */
const jobName = /"[^"\0]{1,128}"\."[^"\0]{1,128}"/u;
const databaseVersion = /(?<![\d.])\d\d\.\d\d\.\d\d\.\d\d\.\d\d(?![\d.])/u;

function isDataPump(head: Buffer): boolean {
  const [major = 255, minor = 255] = head;
  if (major > 9 || minor > 9) return false;
  const text = head.toString('latin1');
  return jobName.test(text) && databaseVersion.test(text);
}

const exported = (head: Buffer): string | undefined =>
  // Text would begin with a letter.
  (head[0] ?? 0) < 32
    ? classic.exec(head.toString('latin1', 0, 64))?.groups?.['version']
    : undefined;

function describe(head: Buffer): string {
  const version = exported(head);
  if (version !== undefined) return `Oracle export file (exp ${version})`;
  const database = databaseVersion.exec(head.toString('latin1'))?.[0] ?? 'unknown';
  return `Oracle Data Pump file (database ${database})`;
}

export const oracle: Format = {
  recognises: (head) => exported(head) !== undefined || isDataPump(head),
  check: unproved({
    kind: 'oracle',
    describe,
    shortfall: 'the end of an Oracle dump cannot be checked here',
  }),
};
