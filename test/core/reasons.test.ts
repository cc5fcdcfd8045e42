import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reasons } from '../../src/core/reasons.ts';
import { refusalReasons } from '../../src/core/report.ts';

test('a reason is a word for scripts, and says something to people in one phrase', () => {
  for (const [reason, meaning] of Object.entries(reasons)) {
    assert.match(reason, /^[a-z]+(_[a-z]+)*$/u);
    assert.match(meaning, /^[a-z].{5,120}[^.]$/u);
    assert.doesNotMatch(meaning, /[|\n]/u);
  }
});

test('every reason for a refusal is a reason', () => {
  for (const reason of refusalReasons) assert.ok(Object.hasOwn(reasons, reason), reason);
});
