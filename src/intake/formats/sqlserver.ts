/** Backups of SQL Server: recognised and named. Where they end is not documented, so that nothing more can be proved here. */
import type { Format } from './format.ts';
import { unproved } from './unproved.ts';

/** A compressed backup begins with this. Observed, not documented. */
const COMPRESSED = 'MSSQLBAK';
/** An uncompressed one is in the Microsoft Tape Format (MTF 1.00a), whose first descriptor block is of this type. */
const TAPE = 'TAPE';
/** The software that wrote the medium, named within that block. Other programs use the format too, NTBackup for one. */
const SOFTWARE = Buffer.from('Microsoft SQL Server', 'utf16le');

const startsWith = (head: Buffer, mark: string): boolean =>
  head.subarray(0, mark.length).equals(Buffer.from(mark, 'latin1'));

export const sqlServer: Format = {
  recognises: (head) =>
    startsWith(head, COMPRESSED) || (startsWith(head, TAPE) && head.includes(SOFTWARE)),
  check: unproved({
    kind: 'sqlserver',
    describe: (head) =>
      startsWith(head, COMPRESSED) ? 'SQL Server backup (compressed)' : 'SQL Server backup',
    shortfall: 'the end of a SQL Server backup cannot be checked here',
  }),
};
