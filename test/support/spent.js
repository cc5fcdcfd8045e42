/**
 * Preloaded by spent.ts: leaves in a file what the process has used when it exits. The peak is not resourceUsage()'s, which survives exec
 * and so would be the parent's.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

const file = process.env['SPENT_FILE'];
if (isMainThread && file !== undefined) {
  const counted = (/** @type {string} */ path, /** @type {RegExp} */ line) =>
    Number(line.exec(readFileSync(path, 'utf8'))?.[1]);
  process.on('exit', () => {
    const { user, system } = process.cpuUsage();
    const spent = {
      read: counted('/proc/self/io', /^rchar: (\d+)$/m),
      peak: counted('/proc/self/status', /^VmHWM:\s+(\d+) kB$/m) * 1024,
      cpu: (user + system) / 1000,
    };
    writeFileSync(file, JSON.stringify(spent));
  });
}
