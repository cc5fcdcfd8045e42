/** A control group of its own, which an init may divide further. */
import { mkdirSync, readFileSync, readdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';

/** Below that of this process, in the hierarchy of version 2; null where there is none, or it cannot be changed. */
export function makeGroup(): string | null {
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8').split('\n');
  const mount = mounts.find((line) => line.includes(' - cgroup2 '))?.split(' ')[4];
  const own = /^0::(?<path>.*)$/mu.exec(readFileSync('/proc/self/cgroup', 'utf8'))?.groups?.[
    'path'
  ];
  if (mount === undefined || own === undefined) return null;
  const group = join(mount, own, `machine-${process.pid}`);
  try {
    mkdirSync(group);
    return group;
  } catch {
    return null;
  }
}

const sub = (group: string): string[] =>
  readdirSync(group, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(group, entry.name));

/** With all groups in it. Processes that end hold theirs for some moments more; one that stays is empty, and does no harm. */
export function removeGroup(group: string | null): void {
  if (group === null) return;
  for (const each of sub(group)) removeGroup(each);
  for (let turn = 0; turn < 200; turn += 1) {
    try {
      rmdirSync(group);
      return;
    } catch {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
    }
  }
}
