/** Access control lists: where there are some, the bits of the group tell the most that any of them grants, and not who may write. */
import type { Machine } from './machine.ts';

/** Who may write beside the owner and everybody. */
export interface Writers {
  /** Names, or numbers where there are none. */
  readonly users: readonly string[];
  readonly groups: readonly string[];
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
