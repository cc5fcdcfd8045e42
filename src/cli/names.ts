/** Names of users and groups, as the system knows them. */

/** null for a number that has no name. */
function nameIn(database: 'passwd' | 'group', id: number): string | null {
  try {
    // Loaded here: a tenth of a bare start, and seldom needed.
    const { execFileSync } = process.getBuiltinModule('node:child_process');
    const line = execFileSync('getent', [database, String(id)], { encoding: 'utf8' });
    return line.slice(0, line.indexOf(':')) || null;
  } catch {
    return null;
  }
}

export const userName = (uid: number): string | null => nameIn('passwd', uid);

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
