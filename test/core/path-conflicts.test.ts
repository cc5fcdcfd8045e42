/** Whose versions lie where a job is to put its own. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pathConflicts } from '../../src/core/path-conflicts.ts';
import { jobWith } from './support.ts';

const job = (id: string, path: string) => ({ ...jobWith(), id, path });
const version = (folder: string, owner: string) => ({ folder, owner });
const lying = [
  version('paris/compta/20260620T183735Z', 'paris/compta'),
  version('old/crm/20260620T183735Z', 'paris/crm'),
];

const cases: readonly [string, string, string, boolean][] = [
  ['its own path', 'paris/compta', 'paris/compta', false],
  ['a path where nothing lies', 'paris/wiki', 'paris/wiki', false],
  ['a folder beside', 'paris/wiki', 'paris/compta2', false],
  ['another job’s path', 'paris/wiki', 'paris/compta', true],
  ['another job’s path in other letters', 'paris/wiki', 'Paris/COMPTA', true],
  ['a folder inside another job’s path', 'paris/wiki', 'old/crm/wiki', true],
  ['another job’s former path', 'paris/wiki', 'old/crm', true],
  ['its own former path', 'paris/crm', 'old/crm', false],
];

for (const [name, id, path, conflict] of cases) {
  test(`${name}: ${conflict ? 'a conflict' : 'none'}`, () => {
    const found = pathConflicts([job(id, path)], lying);
    assert.equal(found.length, conflict ? 1 : 0);
    if (conflict) assert.match(found[0] ?? '', new RegExp(`"${path}" of ${id}`, 'u'));
  });
}
