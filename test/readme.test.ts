/** What the README promises by the word. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { reasons } from '../src/core/reasons.ts';
import { statuses } from '../src/core/statuses.ts';

/** Tables are padded by the formatter. */
const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8').replaceAll(
  / +/gu,
  ' ',
);

test('every reason is listed, with what it says', () => {
  for (const [reason, meaning] of Object.entries(reasons)) {
    assert.ok(readme.includes(`| \`${reason}\` | ${meaning} |`), reason);
  }
  const listed = readme.match(/^\| `[a-z_]+` \|/gmu) ?? [];
  assert.equal(listed.length, Object.keys(reasons).length);
});

test('every status is listed', () => {
  for (const status of statuses) assert.ok(readme.includes(`| \`${status}\``), status);
});
