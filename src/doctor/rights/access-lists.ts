/** Access control lists: where there are some, the bits of the group tell the most that any of them grants, and not who may write. */
import type { AccessList, Entry } from './grants.ts';
import type { Machine } from '../machine.ts';

/** Lines of getfacl(1) for one file. null: it has nothing but its mode. */
export function parseAccessList(text: string): readonly Entry[] | null {
  const owningGroup = /^# group: (.*)$/mu.exec(text)?.[1] ?? '';
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  let isList = false;
  const entries = lines.flatMap((line): Entry[] => {
    const [kind = '', name = '', bits = ''] = line.split(/[:\t]/u);
    if (kind === 'mask' || name !== '') isList = true;
    const owning = kind === 'group' && name === '';
    if ((kind !== 'user' && kind !== 'group') || (name === '' && !owning)) return [];
    // `rwx  #effective:r-x`
    const effective = /#effective:(\S+)/u.exec(line)?.[1] ?? bits;
    return [{ kind, name: owning ? owningGroup : name, owning, bits, effective }];
  });
  return isList ? entries : null;
}

/** At once for many: a process for each would cost more than all else. */
const AT_ONCE = 200;

/** By halves where one of them cannot be told: it may have gone meanwhile. false: getfacl cannot be run, or takes too long. */
async function readSome(
  machine: Pick<Machine, 'ask'>,
  paths: readonly string[],
  found: Map<string, AccessList>,
): Promise<boolean> {
  const { code, out } = await machine.ask('getfacl', '-pe', '--', ...paths);
  if (code === null) return false;
  if (code !== 0) {
    // What it says of one that it cannot read is unknown.
    if (paths.length < 2) return true;
    const middle = Math.ceil(paths.length / 2);
    return (
      (await readSome(machine, paths.slice(0, middle), found)) &&
      (await readSome(machine, paths.slice(middle), found))
    );
  }
  // One block each, in the order of the arguments.
  for (const [index, block] of out.trimEnd().split('\n\n').entries()) {
    const path = paths[index];
    if (path === undefined) continue;
    const list = parseAccessList(block);
    if (list === null) found.delete(path);
    else found.set(path, list);
  }
  return true;
}

/** By path; those without a list are left out. All are `unknown` where getfacl is not installed. */
export async function accessListsOf(
  machine: Pick<Machine, 'ask'>,
  paths: readonly string[],
): Promise<ReadonlyMap<string, AccessList>> {
  const found = new Map<string, AccessList>(paths.map((path) => [path, 'unknown']));
  for (let start = 0; start < paths.length; start += AT_ONCE) {
    if (!(await readSome(machine, paths.slice(start, start + AT_ONCE), found))) break;
  }
  return found;
}
