/** Users that crontabs name, asked of getent(1), which knows LDAP and its like too. */
import type { Machine } from '../machine.ts';

export interface CronUser {
  /** null where it cannot be told. */
  readonly exists: boolean | null;
  /** null where it is not known. */
  readonly uid: number | null;
  /** '' where it is not known. */
  readonly home: string;
}

export type FindUser = (name: string) => Promise<CronUser>;

/** Asks for each name once. */
export function userFinder({ ask }: Pick<Machine, 'ask'>): FindUser {
  const known = new Map<string, Promise<CronUser>>();
  const answer = async (name: string): Promise<CronUser> => {
    const { code, out } = await ask('getent', 'passwd', name);
    const [, , uid = '', , , home = ''] = code === 0 ? out.trim().split(':') : [];
    // It exits 2 for a name that nobody has.
    const exists = code === 0 ? true : code === 2 ? false : null;
    return { exists, uid: /^\d+$/u.test(uid) ? Number(uid) : null, home };
  };
  return (name) => {
    const asked = known.get(name) ?? answer(name);
    known.set(name, asked);
    return asked;
  };
}
