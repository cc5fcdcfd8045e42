/** Links that come while the scan is at work, at the very moments at which they could lead it elsewhere. */
import assert from 'node:assert/strict';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Meddling } from './meddler.ts';
import { Siege, snapshot, type Outcome } from './support.ts';

interface Swap {
  readonly what: string;
  /** What paris's report describes: its own file, or the secret that the link leads to. */
  readonly claims: 'own' | 'secret';
  readonly at: Omit<Meddling, 'run'>;
  /** In paris's folder; $OUTSIDE is a folder with the secret in every place. */
  readonly run: string;
  readonly outcome: Outcome;
}

const file = '/paris/database/compta.sql.gz';
const report = '/log/STATUS.json';
const swapFile = 'ln -s "$OUTSIDE/compta.sql.gz" link; mv link database/compta.sql.gz';
const swapFolder = (name: string): string => `mv ${name} aside; ln -s "$OUTSIDE/${name}" ${name}`;
const swapAgent = 'cd ..; mv paris aside; ln -s "$OUTSIDE" paris';
const success = { code: 0, events: ['paris/compta SUCCESS verified'], published: 1 };
const failed = (reason: string): Outcome => ({
  code: 2,
  events: [`paris/compta TRANSFER_INTEGRITY_FAILED ${reason}`],
});

/** The zone is opened twice: to read the reports, and to read and tidy up the files. */
const swaps: readonly Swap[] = [
  {
    what: 'the file, after it was looked at',
    claims: 'secret',
    at: { call: 'lstatSync', path: file, when: 'after', turn: 1 },
    run: swapFile,
    outcome: failed('unsafe_file'),
  },
  {
    what: 'the file, looked at, by a hard link',
    claims: 'secret',
    at: { call: 'lstatSync', path: file, when: 'after', turn: 1 },
    run: 'ln -f "$OUTSIDE/compta.sql.gz" database/compta.sql.gz',
    outcome: failed('unsafe_file'),
  },
  {
    what: 'the file, after it was opened',
    claims: 'own',
    at: { call: 'openSync', path: file, when: 'after', turn: 1 },
    run: swapFile,
    outcome: failed('unsafe_file'),
  },
  {
    what: 'the folder of files, before it is opened',
    claims: 'secret',
    at: { call: 'openSync', path: '/paris/database', when: 'before', turn: 2 },
    run: swapFolder('database'),
    outcome: failed('file_absent'),
  },
  {
    what: 'the folder of files, after it was opened',
    claims: 'own',
    at: { call: 'openSync', path: '/paris/database', when: 'after', turn: 2 },
    run: swapFolder('database'),
    outcome: success,
  },
  {
    what: "the agent's folder, before it is opened",
    claims: 'secret',
    at: { call: 'openSync', path: '/deposits/paris', when: 'before', turn: 2 },
    run: swapAgent,
    outcome: failed('file_absent'),
  },
  {
    what: "the agent's folder, after it was opened",
    claims: 'own',
    at: { call: 'openSync', path: '/deposits/paris', when: 'after', turn: 2 },
    run: swapAgent,
    outcome: success,
  },
  {
    what: 'the log, after the reports were listed',
    claims: 'own',
    at: { call: 'lstatSync', path: report, when: 'after', turn: 1 },
    run: swapFolder('log'),
    outcome: success,
  },
  {
    what: 'the log, before the report is archived',
    claims: 'own',
    at: { call: 'openSync', path: '/paris/log', when: 'before', turn: 2 },
    run: swapFolder('log'),
    outcome: success,
  },
  {
    what: 'the archive, before the report is moved into it',
    claims: 'own',
    at: { call: 'renameSync', path: report, when: 'before', turn: 1 },
    run: 'mv log/_archive aside; ln -s "$OUTSIDE" log/_archive',
    outcome: success,
  },
  {
    what: 'the report, after it was looked at',
    claims: 'own',
    at: { call: 'lstatSync', path: report, when: 'after', turn: 2 },
    run: `mv log/STATUS.json "$OUTSIDE/log"; ln -s "$OUTSIDE/log/STATUS.json" log/STATUS.json`,
    outcome: { code: 1, events: ['paris REPORT_REFUSED unsafe_file'] },
  },
];

for (const { what, claims, at, run, outcome } of swaps) {
  test(`case 3: ${what}, swapped for a link: nothing behind it is read or moved`, async () => {
    const siege = await Siege.begin();
    const { world } = siege;
    const outside = join(world.root, 'outside');
    for (const folder of ['', 'database', 'log']) siege.hide('outside', folder, 'compta.sql.gz');
    const name = { report: 'STATUS.json' };
    if (claims === 'secret') siege.claimSecret(name);
    const own =
      claims === 'own' ? siege.deposit({ content: 'of paris itself', ...name }).bytes : null;
    // Where a folder is swapped, the secret must be the only file that could match.
    if (at.call === 'openSync' && claims === 'secret')
      rmSync(world.zone('paris', 'database', 'compta.sql.gz'));
    const before = [...snapshot(outside).keys()];
    const done = join(world.root, 'done');
    const ran = siege.scan([
      { ...at, run: `cd '${world.zone('paris')}'; OUTSIDE='${outside}'; ${run}; touch '${done}'` },
    ]);
    siege.holds(ran, outcome);
    assert.equal(readFileSync(done, 'utf8'), '', 'it was swapped');
    if (outcome.published === 1 && own !== null)
      assert.deepEqual(readFileSync(world.tree('paris/compta/current/compta.sql.gz')), own);
    const after = [...snapshot(outside).keys()];
    assert.deepEqual(
      after.filter((path) => path !== 'log/STATUS.json'),
      before,
    );
  });
}
