/** Extended headers of tar archives: POSIX.1 pax, "pax Extended Header"; and GNU tar's for files with holes. */

export interface PaxRecords {
  readonly path?: string;
  readonly linkpath?: string;
  readonly size?: number;
  /** The file has holes, and is not stored as it is. */
  readonly sparse?: boolean;
}

/**
 * Reads records of the form `LENGTH KEY=VALUE\n`, where the length counts all of it.
 *
 * @returns those that matter here; null where the header is damaged
 */
export function readPaxRecords(bytes: Buffer): PaxRecords | null {
  const records: { -readonly [Key in keyof PaxRecords]: PaxRecords[Key] } = {};
  // With holes, `path` is a made-up one.
  let realName: string | null = null;
  for (let at = 0; at < bytes.length;) {
    const digits = /^\d{1,7} /.exec(bytes.toString('latin1', at, at + 8))?.[0];
    if (digits === undefined) return null;
    const end = at + Number(digits);
    const equals = bytes.indexOf('=', at + digits.length);
    if (end > bytes.length || bytes[end - 1] !== 0x0a || equals === -1 || equals >= end)
      return null;
    const key = bytes.toString('utf8', at + digits.length, equals);
    const value = bytes.toString('utf8', equals + 1, end - 1);
    at = end;
    // An empty value takes back what was set for all members.
    if (value === '') continue;
    if (key === 'GNU.sparse.name') realName = value;
    else if (key === 'path') records.path = value;
    else if (key === 'linkpath') records.linkpath = value;
    else if (key === 'size') {
      if (!/^\d{1,15}$/.test(value)) return null;
      records.size = Number(value);
    }
    if (key.startsWith('GNU.sparse.') || key === 'SCHILY.realsize') records.sparse = true;
  }
  if (realName !== null) records.path = realName;
  return records;
}
