import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { areas } from '../../src/core/finding.ts';

test('docs/doctor.md lists the areas, in the order in which they are told', () => {
  const text = readFileSync(join(import.meta.dirname, '../../docs/doctor.md'), 'utf8');
  const [, table = ''] = text.split(/^\| area .*$/mu);
  const rows = table.matchAll(/^\| `(?<area>[a-z ]+)`/gmu);
  const listed = [...rows].map(({ groups }) => groups?.['area']?.replace(' ', '_'));
  assert.deepEqual(listed, areas);
});
