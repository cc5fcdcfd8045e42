/** The time that a mail server is given is its own: nothing that keeps the thread busy is done meanwhile. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { lookAtMachine, type Examination } from '../../src/doctor/examination.ts';
import { examine } from '../../src/doctor/examine.ts';
import { makeMachine, now, scanner } from './support.ts';

test('the mail server is visited before the database is read', async () => {
  const { machine } = makeMachine();
  let visited = false;
  const examination: Examination = {
    file: '/nowhere/config.yaml',
    isNamed: true,
    read: {
      config: null,
      problems: [],
      places: { deposits: null, validated: null, database: null },
      text: null,
    },
    machine,
    facts: await lookAtMachine(machine, false),
    started: 0,
    scanner,
    owner: 'none',
    own: { program: ['/usr/bin/backupmon'] },
    now,
    elapsed: () => {
      assert.ok(visited, 'the database is read while the mail server is visited');
      return 0;
    },
    calendar: () => {
      throw new Error('no job is due');
    },
    clockFault: async () => null,
    visitMail: async () => {
      await wait(20);
      visited = true;
      return null;
    },
  };
  await examine(examination);
  assert.ok(visited);
});
