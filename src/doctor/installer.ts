/** How a program is installed on this machine. */
import type { Machine } from './machine.ts';

const managers: Readonly<Record<string, readonly string[]>> = {
  'apt-get': ['apt-get', 'install', '-y'],
  dnf: ['dnf', 'install', '-y'],
  zypper: ['zypper', 'install', '-y'],
  apk: ['apk', 'add'],
  pacman: ['pacman', '-S'],
};

/** The command of the package manager that is here, without the package; null for none that is known. */
export function installerOf({ find }: Pick<Machine, 'find'>): readonly string[] | null {
  const name = Object.keys(managers).find((program) => find(program) !== null);
  return name === undefined ? null : (managers[name] ?? null);
}
