/** Reports as bytes: whatever an agent sends, the answer is one typed value or one reason, and nothing else happens. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytesOf, canonical, canonicalEntry, oldStyle } from '../deposits/report/samples.ts';
import { fuzz } from './inputs.ts';
import { changedBytes, words } from './random.ts';
import { checked, laxly } from './report-answer.ts';

const several = {
  ...canonical,
  databases: { 'Yaoundé 💥': canonicalEntry, crm: null, ...oldStyle.databases },
};
const real = [
  bytesOf(canonical),
  bytesOf(oldStyle),
  bytesOf(several),
  bytesOf(JSON.stringify(several)),
  bytesOf(`\ufeff${JSON.stringify(oldStyle)}`),
];

/** What means something to JSON, to our parser, to UTF-8, or to objects of JavaScript. */
const textTokens = [
  ...words(String.raw`{ } [ ] : , " \ \u \ud83d \u0000 null true - 1e999 9007199254740993 -0 0x1 01
    "__proto__": "constructor": "databases":{}, "agent_id":"a", "status": "size":" "sha256":"" "../x"
    2026-06-20T18:37:35Z 0000-00-00 9999-12-31T23:59:60 [[[[[[[[[[[`),
  '\ufeff',
  '\0',
  '\u202e',
].map((text) => Buffer.from(text));
const brokenCharacters = [
  Buffer.from([0xff, 0xfe]),
  Buffer.from([0xed, 0xa0, 0x80]),
  Buffer.from([0xc0, 0x80]),
  Buffer.from([0xf4, 0x90, 0x80, 0x80]),
  Buffer.from([0xe2, 0x82]),
];
const tokens = [...textTokens, ...brokenCharacters];

/** What is accepted is JSON, and says who sent it. */
function answered(bytes: Uint8Array): void {
  const parsed = checked(bytes);
  if (parsed.kind === 'refused') return;
  const document = laxly(bytes) as { agent_id: string; databases: object };
  assert.equal(document.agent_id, parsed.agentId);
  assert.equal(parsed.report.entries.length, Object.keys(document.databases).length);
}

fuzz('report: arbitrary bytes', (random) => random.bytes(random.below(120)), answered);

fuzz(
  'report: bytes of real reports changed',
  (random) => changedBytes(real, tokens, random),
  answered,
);

fuzz(
  'report: cut anywhere',
  (random) => {
    const whole = random.pick(real);
    return whole.subarray(0, random.below(whole.length));
  },
  (bytes) => {
    const parsed = checked(bytes);
    assert.equal(parsed.kind === 'refused' && parsed.reason, 'cut_short');
  },
);

test('each original is accepted, and one member twice never is', () => {
  for (const bytes of real) answered(bytes);
  for (const bytes of real.slice(0, 3)) {
    assert.equal(checked(bytes).kind, 'report');
    const lines = Buffer.from(bytes).toString().split('\n');
    for (const [index, line] of lines.entries()) {
      if (!/": .*,$/.test(line)) continue;
      const parsed = checked(Buffer.from(lines.toSpliced(index, 0, line).join('\n')));
      assert.ok(parsed.kind === 'refused' && parsed.reason === 'unreadable');
      assert.match(parsed.message, /occurs twice/);
    }
  }
});
