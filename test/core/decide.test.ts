/** What is decided about the reports of one job. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PendingEntry } from '../../src/core/decision.ts';
import {
  day,
  failed,
  found,
  hour,
  jobWith,
  minute,
  monday,
  report,
  Story,
  withFile,
} from './support.ts';

const job = jobWith();
const absent = (pending: PendingEntry): PendingEntry => withFile(pending, { kind: 'absent' });
const status = (story: Story) => story.state.standing?.status;
const keys = (story: Story) => story.versions.map((one) => one.endedAt);
const passed = monday + 90 * minute;

test('a good backup becomes a version and covers its cycle', () => {
  const story = new Story(job);
  assert.deepEqual(story.scan(monday, [report(monday - minute)]), ['SUCCESS verified']);
  assert.deepEqual(keys(story), [monday - minute]);
  assert.deepEqual(story.scan(passed), []);
  assert.equal(story.state.settledThrough, monday);
  assert.equal(story.state.lastSuccessAt, monday - minute);
});

test('of several reports of one cycle each is judged, and the newest end time decides', () => {
  const story = new Story(job);
  const said = story.scan(monday, [failed(monday - minute), report(monday - hour)]);
  assert.deepEqual(said, ['SUCCESS verified', 'FAILED backup_failed']);
  assert.equal(status(story), 'FAILED');
  assert.deepEqual(story.scan(monday + hour, [report(monday + minute)]), ['SUCCESS verified']);
  assert.equal(status(story), 'SUCCESS');
  assert.deepEqual(story.scan(passed), []);
});

test('a report older than the last judged is replayed: it changes nothing', () => {
  const story = new Story(job);
  story.scan(monday, [report(monday - minute)]);
  const before = story.state;
  assert.deepEqual(story.scan(monday + minute, [failed(monday - hour)]), [
    'UNKNOWN replayed (history)',
  ]);
  assert.deepEqual(story.state, before);
});

test('a report of the same end time with other content is a correction, and displaces what it corrects', () => {
  const story = new Story(job);
  story.scan(monday, [report(monday - minute, 'z first')]);
  assert.deepEqual(story.scan(monday + 1, [report(monday - minute, 'a second')]), [
    'SUCCESS verified',
  ]);
  assert.deepEqual(
    story.versions.map((one) => one.sha256),
    ['a second'],
  );
});

test('of two reports of the same end time in one scan, the one written later is the correction', () => {
  const written = (at: number) => ({
    arrival: { reportChangedAt: at, fileChangedAt: null, temporaryChangedAt: null },
  });
  const story = new Story(job);
  story.scan(monday, [
    { ...failed(monday - minute), ...written(20) },
    report(monday - minute, 'first', written(10)),
  ]);
  assert.equal(status(story), 'FAILED');
});

test('a report whose file a newer report names is superseded: it covers its cycle, and is no status', () => {
  const story = new Story(job);
  const older = absent(report(monday, 'old', { name: 'compta.gz' }));
  const newer = report(monday + day, 'new', { name: 'compta.gz' });
  assert.deepEqual(story.scan(monday + day + hour, [newer, older]), [
    'UNKNOWN superseded (history)',
    'SUCCESS verified',
  ]);
  assert.deepEqual(story.missing, []);
  assert.equal(story.state.standing?.cycle, monday + day);
});

test('a report whose own file is as reported is not superseded, though a newer one names it', () => {
  const story = new Story(job);
  const said = story.scan(monday + day, [
    report(monday, 'same', { name: 'compta.gz' }),
    report(monday + day, 'same', { name: 'compta.gz' }),
  ]);
  assert.deepEqual(said, ['SUCCESS verified', 'HASH_MISMATCH same_file']);
});

test('two reports that name no file do not supersede each other', () => {
  const nameless = (pending: PendingEntry): PendingEntry => ({
    ...pending,
    entry: { ...pending.entry, file: null, unverifiable: 'no usable file name' },
  });
  const story = new Story(job);
  const said = story.scan(monday, [nameless(report(monday - 2)), nameless(report(monday - 1))]);
  assert.deepEqual(said, Array(2).fill('TRANSFER_INTEGRITY_FAILED not_verifiable'));
});

const again = (pending: PendingEntry, story: Story): PendingEntry => ({
  ...pending,
  judgedBefore: story.state.standing,
});

test('judged again with the same result is confirmed only, with another it is a new event', () => {
  const story = new Story(job);
  const bad = absent(report(monday));
  story.scan(monday + minute, [bad]);
  const before = story.state;
  assert.deepEqual(story.scan(monday + 2 * minute, [again(bad, story)]), []);
  assert.deepEqual(story.last?.confirmed, [bad.key]);
  assert.deepEqual(story.state, before);
  assert.deepEqual(story.scan(monday + hour, [again(report(monday), story)]), ['SUCCESS verified']);
  assert.equal(story.state.since, monday + hour);
  assert.deepEqual(keys(story), [monday]);
});

test('a good backup whose file was touched equals its own version: that is confirmed, not "unchanged"', () => {
  const story = new Story(job);
  story.scan(monday, [report(monday)]);
  assert.deepEqual(story.scan(monday + hour, [again(report(monday), story)]), []);
  assert.equal(status(story), 'SUCCESS');
});

test('a good backup whose file now equals another version is news', () => {
  const story = new Story(job);
  story.scan(monday, [report(monday)]);
  story.versions = [{ ...found(monday - day), sha256: 'other' }];
  const said = story.scan(monday + 1, [again(report(monday, 'other'), story)]);
  assert.deepEqual(said, ['HASH_MISMATCH same_file']);
});

test('judged again after a later cycle was missed it belongs to its own cycle, and the job stays MISSING', () => {
  const story = new Story(job);
  story.scan(monday, [absent(report(monday))]);
  story.scan(passed + day);
  const unsaid = { status: 'UNKNOWN', reason: '', message: '', cycle: null } as const;
  const mended = { ...report(monday), judgedBefore: unsaid };
  assert.deepEqual(story.scan(passed + day + 1, [mended]), ['SUCCESS verified (history)']);
  assert.equal(story.last?.decided[0]?.cycle, monday);
  assert.equal(status(story), 'MISSING');
});

test('what is decided is told in the order in which it happened', () => {
  const story = new Story(job);
  story.scan(passed + 2 * day, [report(monday + day)], { lost: [found(monday - day)] });
  assert.deepEqual(
    story.last?.decided.map(({ about, cycle }) => [about, cycle]),
    [
      ['lost', null],
      ['cycle', monday],
      ['entry', monday + day],
      ['cycle', monday + 2 * day],
    ],
  );
});
