/**
 * Preloaded by bench/measure.ts: leaves the peak of resident memory, in KiB, in a file when the process exits. Not resourceUsage():
 * its peak survives exec, and so would be the parent's.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

const file = process.env['BENCH_PEAK_FILE'];
if (isMainThread && file !== undefined) {
  process.on('exit', () => {
    const [, peak = ''] =
      /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
    writeFileSync(file, peak);
  });
}
