/** Names of users and groups, and who is in a group; asked of the system once each. */
import type { Machine } from './machine.ts';

export interface Group {
  readonly name: string;
  /** Those that it names as members; whoever has it as his own group is none of them. */
  readonly members: readonly string[];
}

export interface User {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

export interface Accounts {
  /** By number or name; null where there is none. */
  readonly user: (key: number | string) => Promise<User | null>;
  readonly group: (gid: number) => Promise<Group | null>;
  /** As chown takes it. */
  readonly userWord: (uid: number) => Promise<string>;
  readonly groupWord: (gid: number) => Promise<string>;
  /** For people. */
  readonly userText: (uid: number) => Promise<string>;
}

function remembered<Key, Value>(ask: (key: Key) => Promise<Value>): (key: Key) => Promise<Value> {
  const known = new Map<Key, Promise<Value>>();
  return (key) => {
    const answer = known.get(key) ?? ask(key);
    known.set(key, answer);
    return answer;
  };
}

/** As getent(1) answers, which knows LDAP and its like too. */
export function accountsOf({ ask }: Pick<Machine, 'ask'>): Accounts {
  const fields = async (database: string, key: number | string): Promise<string[] | null> => {
    const { code, out } = await ask('getent', database, String(key));
    return code === 0 ? (out.split('\n', 1)[0] ?? '').split(':') : null;
  };
  const user = remembered(async (key: number | string): Promise<User | null> => {
    const found = await fields('passwd', key);
    if (found === null) return null;
    const [name = '', , uid, gid] = found;
    return { name, uid: Number(uid), gid: Number(gid) };
  });
  const group = remembered(async (gid: number): Promise<Group | null> => {
    const found = await fields('group', gid);
    if (found === null) return null;
    const [name = '', , , members = ''] = found;
    return { name, members: members.split(',').filter((member) => member !== '') };
  });
  const userWord = async (uid: number): Promise<string> => (await user(uid))?.name ?? String(uid);
  return {
    user,
    group,
    userWord,
    groupWord: async (gid) => (await group(gid))?.name ?? String(gid),
    userText: async (uid) => (await user(uid))?.name ?? `uid ${uid}`,
  };
}
