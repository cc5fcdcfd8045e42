/** Access control lists: where there are some, the bits of the group tell the most that any of them grants, and not who may write. */
import { openToOthers, type Mode } from './access.ts';
import type { Scanner } from './look.ts';
import type { Machine } from './machine.ts';

/** Who may write beside the owner and everybody. */
export interface Writers {
  /** Names, or numbers where there are none. */
  readonly users: readonly string[];
  readonly groups: readonly string[];
  /** The owning group, where it is one of them: its entry cannot be removed. */
  readonly owning?: string;
}

/** The user that scans, and root: they may write anywhere. */
export const expectedWriters = (scanner: Scanner): ReadonlySet<string> =>
  new Set([scanner.user, String(scanner.uid), scanner.group, String(scanner.gid), 'root']);

/**
 * Arguments of setfacl(1) that take the right to write from some of a list. The mask stays as it is: `chmod g-w` would cut it, and with it
 * what the user that scans may do; calculated anew it could grant others more than they had.
 */
export function takingAway(
  { owning }: Writers,
  users: readonly string[],
  groups: readonly string[],
): string[] {
  return [
    '-n',
    ...users.flatMap((user) => ['-x', `u:${user}`]),
    ...groups.flatMap((group) => (group === owning ? ['-m', 'g::r-x'] : ['-x', `g:${group}`])),
  ];
}

/** Who else may write, and the command without its path that takes that away. */
export interface Others {
  readonly all: boolean;
  readonly text: string;
  readonly words: readonly string[];
}

/** null: nobody but the owner, the user that scans and root. */
export function othersOf(
  mode: Pick<Mode, 'mode' | 'gid'>,
  list: Writers | undefined,
  scanner: Scanner,
): Others | null {
  if ((mode.mode & 0o002) !== 0)
    return { all: true, text: 'everybody on this machine', words: ['chmod', 'o-w'] };
  if (list === undefined) {
    if (openToOthers(mode, scanner) === null) return null;
    return { all: false, text: `the group ${mode.gid}`, words: ['chmod', 'g-w'] };
  }
  const expected = expectedWriters(scanner);
  const users = list.users.filter((user) => !expected.has(user));
  const groups = list.groups.filter((group) => !expected.has(group));
  if (users.length + groups.length === 0) return null;
  const text = [...users, ...groups.map((group) => `the group ${group}`)].join(', ');
  return { all: false, text, words: ['setfacl', ...takingAway(list, users, groups)] };
}

/** Lines of getfacl(1) for one file. null: it has nothing but its mode. */
export function parseAccessList(text: string): Writers | null {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const entries = lines.map((line) => {
    const [kind = '', name = '', granted = ''] = line.split(':');
    // `rwx  #effective:r-x`: what the mask leaves.
    const effective = /#effective:(\S+)/u.exec(line)?.[1] ?? granted;
    return { kind, name, mayWrite: effective.includes('w') };
  });
  if (!entries.some(({ kind, name }) => kind === 'mask' || name !== '')) return null;
  const writing = (wanted: string): string[] =>
    entries.flatMap(({ kind, name, mayWrite }) =>
      kind === wanted && mayWrite && name !== '' ? name : [],
    );
  const owningGroup = entries.some(
    ({ kind, name, mayWrite }) => kind === 'group' && name === '' && mayWrite,
  );
  const group = /^# group: (.*)$/mu.exec(text)?.[1] ?? '';
  return {
    users: writing('user'),
    groups: [...writing('group'), ...(owningGroup && group !== '' ? [group] : [])],
    ...(owningGroup && group !== '' ? { owning: group } : {}),
  };
}

/** At once for many: a process for each would cost more than all else. */
const AT_ONCE = 200;

/** By path; those without a list, and all of them where getfacl is not installed, are left out. */
export async function readAccessLists(
  { ask }: Pick<Machine, 'ask'>,
  paths: readonly string[],
): Promise<ReadonlyMap<string, Writers>> {
  const found = new Map<string, Writers>();
  for (let start = 0; start < paths.length; start += AT_ONCE) {
    const some = paths.slice(start, start + AT_ONCE);
    const { code, out } = await ask('getfacl', '-pe', '--', ...some);
    if (code !== 0) continue;
    // One block each, in the order of the arguments.
    for (const [index, block] of out.trimEnd().split('\n\n').entries()) {
      const writers = parseAccessList(block);
      const path = some[index];
      if (writers !== null && path !== undefined) found.set(path, writers);
    }
  }
  return found;
}
