/** Names of users and groups, as the system knows them. */

/** None for a number that has no name. */
function fieldsOf(database: 'passwd' | 'group', id: number): readonly string[] {
  try {
    // Loaded here: a tenth of a bare start, and seldom needed.
    const { execFileSync } = process.getBuiltinModule('node:child_process');
    return execFileSync('getent', [database, String(id)], { encoding: 'utf8' }).split(':');
  } catch {
    return [];
  }
}

/** null for a number that has no name. */
const nameIn = (database: 'passwd' | 'group', id: number): string | null =>
  fieldsOf(database, id)[0] || null;

export const userName = (uid: number): string | null => nameIn('passwd', uid);

/** With the number of the user's own group; null for a number that has no name. */
export function userOf(uid: number): { readonly name: string; readonly gid: number } | null {
  const [name = '', , , gid] = fieldsOf('passwd', uid);
  return name === '' ? null : { name, gid: Number(gid) };
}

/** For people. */
export const userText = (uid: number): string => userName(uid) ?? `uid ${uid}`;

/** The present user and group, as `install -o` and `-g` take them: a number where there is no name. */
export function ownNames(): { readonly user: string; readonly group: string } {
  const uid = process.getuid?.() ?? 0;
  const gid = process.getgid?.() ?? 0;
  return {
    user: userName(uid) ?? String(uid),
    group: nameIn('group', gid) ?? String(gid),
  };
}
