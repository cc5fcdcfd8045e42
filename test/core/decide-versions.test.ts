/** Versions published, held, pruned, adopted and lost. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ContentFact } from '../../src/core/content.ts';
import type { FoundVersion, PendingEntry } from '../../src/core/decision.ts';
import { newState } from '../../src/core/state.ts';
import { worthCopying } from '../../src/core/worth-copying.ts';
import {
  contentFact,
  day,
  failed,
  found,
  hour,
  jobWith,
  keepLast,
  minute,
  monday,
  report,
  Story,
  watched,
  withFile,
} from './support.ts';

const job = jobWith();
const status = (story: Story) => story.state.standing?.status;
const keys = (story: Story) => story.versions.map((one) => one.endedAt);
const passed = monday + 90 * minute;

const sizes = Array.from({ length: 7 }, (_, index) => ({
  cycle: monday - (index + 1) * day,
  size: 1_000_000,
}));
const huge = (endedAt: number) => report(endedAt, `huge ${endedAt}`, { size: 90_000_000 });

test('a suspicious size is held, from the third cycle critical, until a normal backup', () => {
  const story = new Story(job, watched(job, { sizes }));
  for (const [cycle, severity] of ['warning', 'warning', 'critical'].entries()) {
    const pending = huge(monday + cycle * day);
    assert.deepEqual(story.scan(pending.endedAt, [pending]), ['SIZE_ANOMALY too_large']);
    assert.equal(story.state.standing?.severity, severity);
    assert.deepEqual([story.last?.hold, story.last?.publish], [pending.key, []]);
  }
  story.scan(monday + 3 * day, [report(monday + 3 * day)]);
  assert.deepEqual([story.last?.endHold, story.last?.hold], [true, null]);
  assert.deepEqual(story.state.heldCycles, []);
});

test('a hold that a normal backup ends within the scan leaves nothing held', () => {
  const story = new Story(job, watched(job, { sizes }));
  story.scan(monday + minute, [huge(monday), report(monday + 1)]);
  assert.deepEqual([story.last?.endHold, story.last?.hold], [true, null]);
});

test('a hold that begins after a normal backup of the same scan is not ended by it', () => {
  const story = new Story(job, watched(job, { sizes }));
  const held = huge(monday + 1);
  story.scan(monday + minute, [report(monday), held]);
  assert.deepEqual([story.last?.endHold, story.last?.hold], [false, held.key]);
});

test('retention is suspended while the newest cycle is not healthy, and never takes the newest version', () => {
  const story = new Story(job);
  story.scan(monday, [report(monday)]);
  story.scan(monday + day + 1, [report(monday + day), failed(monday + day + 1)]);
  assert.equal(story.last?.retention, null);
  assert.deepEqual(keys(story), [monday, monday + day]);
  story.scan(passed + 2 * day);
  assert.equal(status(story), 'MISSING');
  assert.equal(story.last?.retention, null);
  story.scan(monday + 3 * day, [report(monday + 3 * day)]);
  assert.deepEqual(keys(story), [monday + 3 * day]);
});

test('a version that retention would remove at once is judged and not published', () => {
  const story = new Story(jobWith({ keep: keepLast(2) }));
  const list = [0, 1, 2].map((cycle) => report(monday + cycle * day));
  assert.deepEqual(story.scan(monday + 3 * day, list), Array(3).fill('SUCCESS verified'));
  assert.deepEqual(keys(story), [monday + day, monday + 2 * day]);
  assert.deepEqual(
    story.last?.publish,
    list.slice(1).map((one) => one.key),
  );
});

test('two files of one content in one scan are one version; one of another kind is held', () => {
  const dump = (endedAt: number, sha256: string, more: Partial<ContentFact> = {}) => {
    const pending = report(endedAt, sha256);
    const { size } = pending.entry.expected;
    const { raw } = pending.entry;
    const content = { ...contentFact, raw: { size: raw.size ?? 0, sha256: raw.sha256 }, ...more };
    return withFile(pending, { kind: 'read', size: size ?? 0, sha256, content });
  };
  const story = new Story(job, watched(job));
  const first = dump(monday, 'one');
  const second = dump(monday + minute, 'two');
  const third = dump(monday + 2 * minute, 'three', { fingerprint: 'print-c', kind: 'sql' });
  assert.deepEqual(story.scan(monday + hour, [first, second, third]), [
    'SUCCESS verified',
    'HASH_MISMATCH same_fingerprint',
    'SIZE_ANOMALY kind_changed',
  ]);
  assert.deepEqual(story.last?.publish, [first.key]);
});

test('an unchanged backup publishes nothing and removes nothing', () => {
  const story = new Story(job);
  story.scan(monday, [report(monday, 'same')]);
  assert.deepEqual(story.scan(monday + day, [report(monday + day, 'same')]), [
    'HASH_MISMATCH same_file',
  ]);
  assert.deepEqual(keys(story), [monday]);
  assert.equal(story.state.lastSuccessAt, monday + day);
});

test('an adopted version covers the cycle of its time, and falls under retention', () => {
  const story = new Story(job);
  const adopted = [found(monday), found(monday - day)];
  assert.deepEqual(story.scan(passed, [], { adopted }), Array(2).fill('SUCCESS version_adopted'));
  assert.deepEqual(story.missing, []);
  assert.deepEqual(
    story.last?.retention?.map((one) => one.keep),
    [true, false],
  );
});

test('a version adopted behind the newest report covers its cycle, and is no status', () => {
  const story = new Story(job);
  const more = { adopted: [found(monday)] };
  story.scan(monday + day, [failed(monday + day)]);
  assert.deepEqual(story.missing, [monday]);
  const other = new Story(
    job,
    watched(job, { lastJudgedEnd: monday + day, coveredThrough: monday + day }),
  );
  assert.deepEqual(other.scan(monday + day, [], more), ['SUCCESS version_adopted (history)']);
  assert.deepEqual(other.missing, []);
});

test('a report that equals an adopted version is unchanged, not copied again', () => {
  const story = new Story(job, newState);
  const more = { adopted: [found(monday)] };
  assert.deepEqual(story.scan(monday + day, [report(monday + day, `content of ${monday}`)], more), [
    'SUCCESS version_adopted',
    'HASH_MISMATCH same_file',
  ]);
});

test('a report whose file is another by now alarms nobody when the backup that it tells of is in the tree', () => {
  const gone = (pending: PendingEntry) => withFile(pending, { kind: 'absent' });
  const story = new Story(job);
  const late = gone(report(monday + 500, `content of ${monday}`));
  assert.deepEqual(story.scan(monday + hour, [late], { adopted: [found(monday)] }), [
    'SUCCESS version_adopted',
    'UNKNOWN superseded (history)',
  ]);
  assert.deepEqual([status(story), story.state.lastJudgedEnd], ['SUCCESS', monday + 500]);
  // Another second, other bytes, or a report that was judged before: then it says what it says.
  for (const pending of [
    report(monday + 1500, `content of ${monday}`),
    report(monday + 500, 'other content'),
    report(monday + 500, `content of ${monday}`, {
      judgedBefore: { status: 'SUCCESS', reason: 'verified', message: '', cycle: monday },
    }),
  ]) {
    const other = new Story(job);
    assert.deepEqual(
      other.scan(monday + hour, [gone(pending)], { adopted: [found(monday)] }).at(-1),
      'TRANSFER_INTEGRITY_FAILED file_absent',
    );
  }
});

test('a lost version is critical until the next healthy one, and counts for nothing', () => {
  const story = new Story(job);
  story.scan(monday, [report(monday, 'same')]);
  const [version] = story.versions;
  assert.ok(version !== undefined);
  story.versions = [];
  const lost = [{ ...version, message: 'gone' }];
  assert.deepEqual(story.scan(monday + hour, [], { lost }), ['MISSING version_lost']);
  assert.equal(story.last?.retention, null);
  assert.deepEqual(story.scan(passed), []);
  assert.equal(story.state.standing?.reason, 'version_lost');
  assert.deepEqual(story.scan(monday + day, [report(monday + day, 'same')]), ['SUCCESS verified']);
});

test('a lost version named by a later cycle of another schedule does not outlast the next healthy one', () => {
  const story = new Story(job);
  const lost = [{ ...found(monday - day), cycle: monday + 9 * day, message: 'gone' }];
  story.scan(monday - minute, [], { lost });
  assert.deepEqual(story.scan(monday, [report(monday)]), ['SUCCESS verified']);
  assert.equal(status(story), 'SUCCESS');
});

test('worth a copy is what retention would keep, but not what the newest version already holds', () => {
  const known = { ...found(monday), rawSha256: 'raw old' };
  const worth = (versions: readonly FoundVersion[], ...list: readonly PendingEntry[]) => [
    ...worthCopying({ job, versions }, list),
  ];
  const first = report(monday + day);
  const second = report(monday + 2 * day);
  assert.deepEqual(worth([], first, second), [second.key]);
  assert.deepEqual(worth([known], first), [first.key]);
  assert.deepEqual(worth([known], report(monday + day, known.sha256)), []);
  assert.deepEqual(worth([known], report(monday + day, 'old')), []);
  assert.deepEqual(worth([{ ...known, inPlace: false }], report(monday + day, 'old')).length, 1);
  assert.deepEqual(worth([{ ...known, rawSha256: null }], report(monday + day, 'old')).length, 1);
});
