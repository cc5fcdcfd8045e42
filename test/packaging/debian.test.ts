/** What the Debian package says of itself, and its scripts: what can be looked at without building it. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { test } from 'node:test';
import { debianChangelog, debianVersion, presentRevision } from '../../scripts/deb/changelog.ts';
import { cannotRun } from '../support/real-dumps.ts';

test(
  'a version before another one is before it for Debian too',
  { skip: cannotRun('dpkg') },
  () => {
    assert.equal(debianVersion('0.2.0'), '0.2.0-1');
    assert.equal(debianVersion('0.2.0-beta.1'), '0.2.0~beta.1-1');
    const versions = ['0.1.9', '0.2.0-beta.1', '0.2.0-beta.2', '0.2.0', '0.10.0'].map(
      debianVersion,
    );
    for (const [index, version] of versions.slice(1).entries()) {
      const { status } = spawnSync('dpkg', [
        '--compare-versions',
        versions[index] ?? '',
        'lt',
        version,
      ]);
      assert.equal(status, 0, version);
    }
  },
);

test('the changelog is one that Debian reads', { skip: cannotRun('dpkg-parsechangelog') }, () => {
  const revision = presentRevision();
  const { status, stdout, stderr } = spawnSync('dpkg-parsechangelog', ['--all', '-l-'], {
    input: debianChangelog(revision),
    encoding: 'utf8',
  });
  assert.deepEqual([status, stderr], [0, '']);
  assert.ok(stdout.includes(`\nVersion: ${revision.version}\n`));
  assert.ok(stdout.includes(`\nTimestamp: ${revision.epoch}\n`));
});

test('the scripts are shell that every Debian has', { skip: cannotRun('dash') }, () => {
  const scripts = globSync('scripts/deb/control/{pre,post}{inst,rm}');
  assert.equal(scripts.length, 4);
  for (const script of scripts) {
    const { status, stderr } = spawnSync('dash', ['-n', script], { encoding: 'utf8' });
    assert.deepEqual([status, stderr], [0, ''], script);
  }
});
