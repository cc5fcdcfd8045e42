/** To whom something is granted by its mode and by its access control list, and how that is taken away. */
import type { Mode } from './access.ts';

export interface Entry {
  readonly kind: 'user' | 'group';
  /** A number where there is no name. */
  readonly name: string;
  /** It is that of the owning group, which cannot be removed. */
  readonly owning: boolean;
  /** As it stands there: `rwx`, `r--`. */
  readonly bits: string;
  /** What the mask leaves of it. */
  readonly effective: string;
}

/** What is granted beside the owner and everybody. `unknown`: there may be a list, and it could not be read. */
export type AccessList = readonly Entry[] | 'unknown';

/** `read`: to read or to write, as nobody may who is not to know what stands there. */
export type Right = 'read' | 'write';

/** One that has the right by the bits of the group, or by an entry of the list. */
export interface Grantee {
  readonly kind: 'user' | 'group';
  /** A number where there is no name. */
  readonly name: string;
  /** Arguments of setfacl(1) that leave it everything else. */
  readonly without: readonly string[];
}

export interface Granted {
  readonly all: boolean;
  /** Beside its owner and everybody, whoever they are. */
  readonly some: readonly Grantee[];
  /** Taken from the group by its bits; with a list these are its mask, by which the user that scans may have his right. */
  readonly byBits: boolean;
}

const letters: Readonly<Record<Right, RegExp>> = { read: /[rw]/u, write: /w/u };
const digits: Readonly<Record<Right, number>> = { read: 6, write: 2 };

/** `rwx` of three bits. */
const wordOf = (bits: number): string =>
  ['r', 'w', 'x'].map((letter, index) => ((bits & (4 >> index)) === 0 ? '-' : letter)).join('');

/** getfacl(1) writes a space in a name as `\040`, and setfacl(1) takes it so. */
const plain = (name: string): string =>
  name.replaceAll(/\\([0-7]{3})/gu, (_, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  );

/** Beside the owner somebody may have the right. */
export const isGranted = ({ mode }: Pick<Mode, 'mode'>, right: Right): boolean =>
  (mode & (digits[right] * 0o11)) !== 0;

/** To whom the right is granted, whoever that is. @param group the name of the owning group */
export function grantedBy(
  { mode }: Pick<Mode, 'mode'>,
  group: string,
  list: AccessList | undefined,
  right: Right,
): Granted {
  const digit = digits[right];
  const all = (mode & digit) !== 0;
  const byBits = list === undefined;
  // The most that a list grants: without these bits nobody has it.
  if ((mode & (digit << 3)) === 0) return { all, some: [], byBits };
  const less = (bits: string): string => (right === 'read' ? '---' : bits.replace('w', '-'));
  if (list === undefined || list === 'unknown') {
    // Of the owning group only: whoever else a list names keeps what he has.
    const without = ['-m', `g::${less(wordOf((mode >> 3) & 7))}`];
    return { all, some: [{ kind: 'group', name: group, without }], byBits };
  }
  const some = list.flatMap(({ kind, name, owning, bits, effective }): Grantee[] => {
    if (!letters[right].test(effective)) return [];
    const rest = less(bits);
    const entry = `${kind === 'user' ? 'u' : 'g'}:${owning ? '' : name}`;
    const isGone = rest === '---' && !owning;
    return [
      { kind, name: plain(name), without: isGone ? ['-x', entry] : ['-m', `${entry}:${rest}`] },
    ];
  });
  return { all, some, byBits };
}

/** Who else may, and the command without its path that takes that away. */
export interface Others {
  readonly all: boolean;
  readonly text: string;
  readonly words: readonly string[];
}

/** As people call them. */
export const textOf = ({ kind, name }: Pick<Grantee, 'kind' | 'name'>): string =>
  kind === 'group' ? `the group ${name}` : name;

/**
 * The mask of a list stays as it is: `chmod g-w` would cut it, and with it what the user that scans may do; calculated anew it could grant
 * others more than they had.
 */
export const closingSome = (some: readonly Grantee[], byBits: boolean, right: Right): string[] =>
  byBits
    ? ['chmod', right === 'write' ? 'g-w' : 'g-rwx']
    : ['setfacl', '-n', ...some.flatMap(({ without }) => without)];

/** `some` are the strangers among those to whom it is granted; null where there are none. */
export function othersOf(
  { all, byBits }: Granted,
  some: readonly Grantee[],
  right: Right,
): Others | null {
  if (all) {
    const words = ['chmod', right === 'write' ? 'o-w' : 'o-rwx'];
    return { all, text: 'everybody on this machine', words };
  }
  if (some.length === 0) return null;
  return { all, text: some.map(textOf).join(', '), words: closingSome(some, byBits, right) };
}
