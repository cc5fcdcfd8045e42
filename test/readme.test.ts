/** What the README promises by the word. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { reasons } from '../src/core/reasons.ts';
import { statuses } from '../src/core/statuses.ts';

const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8');

test('every reason is listed, once', () => {
  const found = /These are all reasons[^]*?\n\n(?<list>[^]*?)\n\n/u.exec(readme);
  const paragraph = found?.groups?.['list'] ?? '';
  const listed = [...paragraph.matchAll(/`(?<word>[a-z_]+)`/gu)].map(
    ({ groups }) => groups?.['word'],
  );
  assert.deepEqual(new Set(listed), new Set(Object.keys(reasons)));
  assert.equal(listed.length, Object.keys(reasons).length);
});

test('every status is listed', () => {
  for (const status of statuses) assert.ok(readme.includes(`| \`${status}\``), status);
});
