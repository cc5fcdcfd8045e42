/** Examinations by the user that scans: permissions are asked for whoever runs the process. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import type { Finding } from '../../src/core/finding.ts';
import type { Scanner } from '../../src/doctor/look.ts';
import { scanner } from './support.ts';

/** A user that scans, whose names are his numbers. */
export const scannerOf = (uid: number): Scanner => ({
  ...scanner,
  uid,
  gid: uid,
  user: String(uid),
  group: String(uid),
});

/**
 * Runs a script in a process of that user.
 *
 * @param script prints findings as JSON; modules are named as seen from this folder, and `given` is the array of what it was given
 */
export function asUser(uid: number, script: string, given: readonly unknown[]): Finding[] {
  const resolved = script.replaceAll(
    /import\('(\.[^']+)'\)/gu,
    (_, name: string) => `import(${JSON.stringify(import.meta.resolve(name))})`,
  );
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      `const given = JSON.parse(process.argv[1]);\n${resolved}`,
      JSON.stringify(given),
    ],
    { encoding: 'utf8', uid, gid: uid, cwd: '/' },
  );
  assert.equal(stderr, '');
  return JSON.parse(stdout) as Finding[];
}
