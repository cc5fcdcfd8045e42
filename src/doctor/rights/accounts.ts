/** Names of users and groups, and who is in a group; asked of the system once each. */
import type { Machine } from '../machine.ts';

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
  readonly group: (key: number | string) => Promise<Group | null>;
  /**
   * Names of all who are known to be in a group, also as their own one: of that no directory service is asked for all of its users.
   * null where there is no such group.
   * @param users whom to ask for in any case, by number
   */
  readonly membersOf: (
    key: number | string,
    users: readonly number[],
  ) => Promise<ReadonlySet<string> | null>;
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

function userOf([name = '', , uid, gid]: readonly string[]): User {
  return { name, uid: Number(uid), gid: Number(gid) };
}

/** As getent(1) answers, which knows LDAP and its like too. */
export function accountsOf({ ask }: Pick<Machine, 'ask'>): Accounts {
  const fields = async (database: string, key: number | string): Promise<string[] | null> => {
    const { code, out } = await ask('getent', database, String(key));
    return code === 0 ? (out.split('\n', 1)[0] ?? '').split(':') : null;
  };
  const user = remembered(async (key: number | string): Promise<User | null> => {
    const found = await fields('passwd', key);
    return found === null ? null : userOf(found);
  });
  const groupFields = remembered((key: number | string) => fields('group', key));
  const group = async (key: number | string): Promise<Group | null> => {
    const found = await groupFields(key);
    if (found === null) return null;
    const [name = '', , , members = ''] = found;
    return { name, members: members.split(',').filter((member) => member !== '') };
  };
  const usersOf = remembered(async (source: string): Promise<User[]> => {
    const { code, out } = await ask('getent', '-s', source, 'passwd');
    return code === 0 ? out.split('\n').map((line) => userOf(line.split(':'))) : [];
  });
  const membersOf: Accounts['membersOf'] = async (key, users) => {
    const found = await group(key);
    if (found === null) return null;
    const own = Number((await groupFields(key))?.[2]);
    const asked = await Promise.all(users.map(user));
    const known = [...(await usersOf('files')), ...asked.filter((one) => one !== null)];
    const theirs = known.filter(({ gid, name }) => name !== '' && gid === own);
    return new Set([...found.members, ...theirs.map(({ name }) => name)]);
  };
  const userWord = async (uid: number): Promise<string> => (await user(uid))?.name ?? String(uid);
  return {
    user,
    group,
    membersOf,
    userWord,
    groupWord: async (gid) => (await group(gid))?.name ?? String(gid),
    userText: async (uid) => (await user(uid))?.name ?? `uid ${uid}`,
  };
}
