/** How much memory a process of its own needed at most. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Ran, World } from './world.ts';

const preload = pathToFileURL(join(import.meta.dirname, '../../bench/peak.js')).href;

/** The program as a process of its own, and its peak of resident memory in MiB; without the tools that it starts. */
export function withPeak(
  world: World,
  run: (options: { readonly env: Record<string, string> }) => Ran,
): Ran & { readonly peak: number } {
  const file = join(world.root, 'peak');
  const ran = run({ env: { NODE_OPTIONS: `--import=${preload}`, BENCH_PEAK_FILE: file } });
  return { ...ran, peak: Number(readFileSync(file, 'utf8')) / 1024 };
}
