/** Parses a report, and holds the answer against everything that its types promise, and some more. */
import assert from 'node:assert/strict';
import { type ParsedReport, refusalReasons, type Stage } from '../../src/core/report.ts';
import { parseReport } from '../../src/deposits/report/parse.ts';
import { zone } from '../deposits/report/samples.ts';

const prototypes: readonly object[] = [Object.prototype, Array.prototype, Map.prototype];
const keysOf = (): number => prototypes.reduce((sum, one) => sum + Reflect.ownKeys(one).length, 0);
const keysBefore = keysOf();

/** Written here once more, so that the sanitiser is not its own judge. */
const unprintable = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u;

function assertSize(size: number | null): void {
  assert.ok(size === null || (Number.isSafeInteger(size) && size >= 0 && !Object.is(size, -0)));
}

function assertHash(hash: string | null): void {
  if (hash !== null) assert.match(hash, /^[0-9a-f]{64}$/);
}

function assertTime(time: number | null): void {
  assert.ok(time === null || Number.isSafeInteger(time));
}

function assertStage(stage: Stage | null): void {
  if (stage === null) return;
  assert.ok(stage.ok === null || typeof stage.ok === 'boolean');
  assertTime(stage.startedAt);
  assertTime(stage.finishedAt);
  assertSize(stage.size);
  assertHash(stage.sha256);
  assert.ok(stage.error === null || stage.error.length <= 2_000);
}

function assertForPeople(text: string | null): void {
  if (text === null) return;
  assert.ok(text.length > 0 && text.length < 1_000);
  assert.doesNotMatch(text, unprintable);
}

function assertFileName(name: string | null): void {
  if (name === null) return;
  assert.ok(name !== '' && !name.startsWith('.') && name.trim() === name);
  assert.ok(!/[/\\]/.test(name) && Buffer.byteLength(name) <= 255);
  assert.doesNotMatch(name, unprintable);
}

/** Plain objects and lists of own data, all the way down: nothing that a key such as `__proto__` could have made. */
function assertPlain(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  const prototype: unknown = Object.getPrototypeOf(value);
  assert.ok(prototype === (Array.isArray(value) ? Array.prototype : Object.prototype));
  for (const key of Reflect.ownKeys(value)) {
    assert.ok(typeof key === 'string' && key !== '__proto__' && key !== 'constructor');
    assertPlain((value as Record<string, unknown>)[key]);
  }
}

export function checked(bytes: Uint8Array): ParsedReport {
  const parsed = parseReport(bytes, zone);
  assert.equal(keysOf(), keysBefore, 'a prototype was changed');
  assertPlain(parsed);
  if (parsed.kind === 'refused') {
    assert.ok(refusalReasons.includes(parsed.reason));
    assertForPeople(parsed.message);
    return parsed;
  }
  assert.ok(parsed.agentId.length > 0 && parsed.agentId.length <= 255);
  assertTime(parsed.report.startedAt);
  assert.ok(Number.isSafeInteger(parsed.report.endedAt));
  for (const entry of parsed.report.entries) {
    assert.ok(entry.database.length <= 255);
    Object.values(entry.stages).forEach(assertStage);
    for (const { size, sha256 } of [entry.expected, entry.raw]) {
      assertSize(size);
      assertHash(sha256);
    }
    assertFileName(entry.file);
    assertForPeople(entry.unverifiable);
    assertForPeople(entry.incomplete);
    // Nothing can be promoted without a name and a hash, nor without stages that say so.
    if (entry.unverifiable === null)
      assert.ok(entry.file !== null && entry.expected.sha256 !== null);
    if (entry.incomplete === null)
      assert.ok(entry.stages.backup !== null && entry.stages.transfer !== null);
    for (const stage of Object.values(entry.stages))
      if (stage?.ok === null) assert.ok(entry.incomplete);
  }
  return parsed;
}

/** What JSON.parse, which is laxer, makes of the same bytes; undefined when it refuses them. */
export function laxly(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(
      Buffer.from(bytes)
        .toString()
        .replace(/^\ufeff/, ''),
    );
  } catch {
    return undefined;
  }
}
