/** The table of docs/security.md promises a test for each case. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

const project = join(import.meta.dirname, '../..');

test('each case of docs/security.md is a test of that name, and each such test is in the table', () => {
  const table = readFileSync(join(project, 'docs/security.md'), 'utf8');
  const promised = [...table.matchAll(/^\| (\d+[a-z]?) +\|/gmu)].map(([, number]) => number ?? '');
  const sources = globSync('test/**/*.test.ts', { cwd: project }).map((file) =>
    readFileSync(join(project, file), 'utf8'),
  );
  const tests = sources.flatMap((source) =>
    [...source.matchAll(/['"`]case (\d+[a-z]?): /gu)].map(([, number]) => number ?? ''),
  );
  assert.ok(promised.length > 25);
  assert.deepEqual([...new Set(tests)].toSorted(), promised.toSorted());
});
