/** What Debian's cron does not take in a crontab: for one such line it passes over the whole file. */
import { parseTimes } from './cron-times.ts';
import type { Machine } from './machine.ts';

export interface Fault {
  /** From 1; null where it is the whole file. */
  readonly line: number | null;
  readonly why: string;
}

/** null where it cannot be told. */
export type HasUser = (name: string) => Promise<boolean | null>;

/** Asks getent(1), which knows LDAP and its like too; each name once. */
export function userFinder({ ask }: Pick<Machine, 'ask'>): HasUser {
  const known = new Map<string, Promise<boolean | null>>();
  // It exits 2 for a name that nobody has.
  const answer = async (name: string): Promise<boolean | null> => {
    const { code } = await ask('getent', 'passwd', name);
    return code === 0 ? true : code === 2 ? false : null;
  };
  return (name) => {
    const asked = known.get(name) ?? answer(name);
    known.set(name, asked);
    return asked;
  };
}

/** `NAME=value`: not without a value, and nothing behind a closing quote. */
const setting = /^\s*(?:'[^']*'|"[^"]*"|[^\s='"]*)\s*=\s*(?:'[^']*'|"[^"]*"|[^\s'"].*)\s*$/u;
const timed = /^\s*(@\S*|\S+(?:\s+\S+){0,4})(?:\s+(.*))?$/u;

/** @param owner whose crontab it is; null for those of the system */
async function faultOfLine(
  line: string,
  owner: string | null,
  hasUser: HasUser,
): Promise<string | null> {
  if (/^\s*(?:#|$)/u.test(line) || setting.test(line)) return null;
  const [, schedule = '', rest = ''] = timed.exec(line) ?? [];
  const times = parseTimes(schedule);
  if (times.kind === 'refused') return times.why;
  if (owner !== null) return null;
  const user = rest.split(/\s+/u, 1)[0] ?? '';
  if (user === '') return 'it names no user';
  return (await hasUser(user)) === false ? `there is no user ${user}` : null;
}

/** The first fault, or null. */
export async function faultIn(
  text: string,
  owner: string | null,
  hasUser: HasUser,
): Promise<Fault | null> {
  if (owner !== null && (await hasUser(owner)) === false) {
    return { line: null, why: `there is no user ${owner}, and cron passes over the crontab` };
  }
  for (const [index, content] of text.split('\n').entries()) {
    const why = await faultOfLine(content, owner, hasUser);
    const line = index + 1;
    if (why !== null)
      return { line, why: `cron passes over the whole file for line ${line}: ${why}` };
  }
  return null;
}
