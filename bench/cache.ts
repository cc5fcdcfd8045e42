/** The state that the page cache is in before a run. */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Command } from './measure.ts';

export const caches = ['warm', 'cold'] as const;
export type Cache = (typeof caches)[number];

const switchFile = '/proc/sys/vm/drop_caches';
const bundle = path.resolve(import.meta.dirname, '../dist');

/** Why the cache cannot be emptied, as a phrase; null when it can. */
export function whyNotCold(): string | null {
  try {
    accessSync(switchFile, constants.W_OK);
    return null;
  } catch {
    return `${switchFile} cannot be written (it takes root, and no container)`;
  }
}

/** What a run before has left to be written must not count as this one's. */
const flush = (): void => {
  spawnSync('sync');
};

/** The files are to be cold, not the programs: those are loaded again, as far as one can see from outside. */
function loadPrograms(): void {
  readFileSync(process.execPath);
  for (const name of readdirSync(bundle)) readFileSync(`${bundle}/${name}`);
  for (const program of ['openssl', 'sha256sum', 'gzip', 'pigz', 'zstd', 'xargs', 'cp'])
    spawnSync(program, [program === 'openssl' ? 'version' : '--version'], { stdio: 'ignore' });
}

/** The command, with the cache brought into that state before each of its runs, untimed. */
export function inCache(cache: Cache, command: Command): Command {
  const before = (): void => {
    command.before?.();
    flush();
    if (cache === 'warm') return;
    writeFileSync(switchFile, '3');
    loadPrograms();
  };
  return { ...command, before };
}
