/** The mark of our databases, which stays readable where SQLite does not take the file any more. */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';

/** SQLite's application_id of our files: "bmon". */
export const APPLICATION_ID = 0x62_6d_6f_6e;
/** Bytes into the file, by SQLite's file format. */
const APPLICATION_ID_AT = 68;

/** Whether a file has the mark at its place, whatever else is wrong with it. false where it may not be read or is no regular file. */
export function isMarked(file: string): boolean {
  let descriptor: number | null = null;
  try {
    descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
    if (!fstatSync(descriptor).isFile()) return false;
    const mark = Buffer.alloc(4);
    return (
      readSync(descriptor, mark, 0, mark.length, APPLICATION_ID_AT) === mark.length &&
      mark.readUInt32BE(0) === APPLICATION_ID
    );
  } catch (error) {
    if (error instanceof Error && 'syscall' in error) return false;
    throw error;
  } finally {
    if (descriptor !== null) closeSync(descriptor);
  }
}
