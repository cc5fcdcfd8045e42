/** How everything stands, once a day, by mail: so that silence never has to be interpreted. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { end, noon, scanAt, startedWith } from '../support/evening.ts';
import { startMailServer, type MailServer } from '../support/mail-server.ts';
import { at, day, hour, minute, type World } from '../support/world.ts';

const rules = 'defaults: { schedule: 0 20 * * *, grace: 5m, settle: 0s, keep: 2 }\n';
const agents =
  'agents:\n  paris: { databases: [a, b] }\n  lyon: { databases: [shop] }\n  oslo: { enabled: false, databases: [old] }\n';
const anna = 'anna@example.org';

/** Of the morning after so many evenings. */
const morning = (index: number): number => at('2026-06-21T08:05:00Z') + index * day;

interface Digest {
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly id: string;
}

describe('the digest', () => {
  let server: MailServer;
  before(async () => {
    server = await startMailServer();
  });
  after(() => server.stop());
  beforeEach(async () => {
    await server.behave({});
    server.clear();
  });

  const mail = (to: string, digest = '0 8 * * *', more = ''): string =>
    `notifications:\n  remind: []\n  digest: ${digest}\n${more}  email:\n    smtp: { host: 127.0.0.1, port: ${server.port}, tls: off }\n    from: backupmon@example.org\n    to: ${to}\n`;

  /** Mail is configured before the first scan that follows. */
  async function worldWith(to = `[${anna}]`, more = ''): Promise<World> {
    const world = await startedWith(rules + agents);
    world.configure(rules + agents + mail(to) + more);
    return world;
  }

  /** All that arrived since it was asked last, alarms left out. */
  async function digests(): Promise<Digest[]> {
    const messages = await server.messages();
    server.clear();
    return messages
      .filter(({ mail: { subject } }) => subject?.includes('digest:') === true)
      .map(({ to, mail: { subject = '', text = '', html, messageId = '' } }) => ({
        to,
        subject,
        text,
        html: html === false ? '' : (html ?? ''),
        id: messageId,
      }));
  }

  async function subjects(): Promise<string[]> {
    return (await digests()).map(({ subject }) => subject);
  }

  /** The round of that evening, of all jobs but those that are named, and a scan. */
  async function evening(world: World, index: number, ...missing: string[]): Promise<void> {
    for (const [agent, database] of [
      ['paris', 'a'],
      ['paris', 'b'],
      ['lyon', 'shop'],
    ] as const) {
      if (missing.includes(database)) continue;
      const content = `${database} ${index}`;
      world.deposit({ agent, database, endedAt: end + index * day, content });
    }
    await world.run(scanAt + index * day, 'scan');
  }

  const allWell = '[backupmon test] digest: all 3 backups are well';

  it('is sent by the first complete scan after its time, once a day; not by the first scan at all', async () => {
    const world = await worldWith();
    // 8 o'clock has passed today; but nobody asked for a digest then.
    await world.run(noon + minute, 'scan');
    await evening(world, 0);
    assert.deepEqual(await subjects(), []);
    for (const now of [morning(0) - 10 * minute, morning(0) - 5 * minute - 1])
      await world.run(now, 'scan');
    await world.run(morning(0), 'scan', 'paris');
    await world.run(morning(0), 'scan', '--dry-run');
    assert.deepEqual(await subjects(), []);
    await world.run(morning(0) + minute, 'scan');
    assert.deepEqual(await subjects(), [allWell]);
    for (let index = 2; index < 6; index += 1) await world.run(morning(0) + index * minute, 'scan');
    await evening(world, 1);
    assert.deepEqual(await subjects(), []);
    await world.run(morning(1), 'scan');
    assert.deepEqual(await subjects(), [allWell]);
  });

  it('comes at its very time, and after the clock was set back over it rather twice than never', async () => {
    const world = await worldWith();
    await evening(world, 0);
    await world.run(at('2026-06-21T08:00:00Z'), 'scan');
    assert.deepEqual(await subjects(), [allWell]);
    await world.run(at('2026-06-21T07:59:50Z'), 'scan');
    await world.run(at('2026-06-21T08:00:10Z'), 'scan');
    assert.deepEqual(await subjects(), [allWell]);
    await evening(world, 1);
    await world.run(morning(1), 'scan');
    assert.deepEqual(await subjects(), [allWell]);
  });

  it('is one after days without a scan, and tells what has become of everything since', async () => {
    const world = await worldWith();
    await evening(world, 0);
    await world.run(morning(4), 'scan');
    const [only, ...others] = await digests();
    assert.equal(others.length, 0);
    assert.equal(only?.subject, '[backupmon test] digest: 3 critical');
    assert.match(only.text, /^Since 2026-06-20 20:20 UTC \(4d 11h\): 1 scan, 0 versions/mu);
  });

  it('says plainly that all is well, and has one line for each job that is expected', async () => {
    const world = await worldWith();
    for (let index = 0; index < 3; index += 1) await evening(world, index);
    await world.run(morning(2), 'scan');
    await evening(world, 3);
    await digests();
    await world.run(morning(3), 'scan');
    const [digest] = await digests();
    assert.equal(digest?.subject, allWell);
    const [first, ...lines] = digest.text.split('\n');
    assert.equal(first, 'All 3 backups are well.');
    for (const name of ['paris/a', 'paris/b', 'lyon/shop']) {
      const own = lines.filter((line) => line.includes(name));
      assert.equal(own.length, 1, digest.text);
      assert.match(own[0] ?? '', /success .* 2 .* 11h ago +in 11h$/u);
    }
    assert.doesNotMatch(digest.text + digest.html, /oslo/u);
    assert.match(digest.html, /ALL WELL/u);
    // The scan of the evening, and the one that sent it; one version of each job more than is kept.
    assert.match(digest.text, /2 scans, 3 versions published, 3 pruned\./u);
  });

  it('counts what the scan that sends it has done: of one scan a day too, all is well', async () => {
    const world = await worldWith();
    await evening(world, 0);
    for (let index = 0; index < 3; index += 1) {
      for (const [agent, database] of [
        ['paris', 'a'],
        ['paris', 'b'],
        ['lyon', 'shop'],
      ] as const) {
        const endedAt = morning(index) - hour;
        world.deposit({ agent, database, endedAt, content: `${database} of the morning ${index}` });
      }
      await world.run(morning(index), 'scan');
      const [digest] = await digests();
      assert.match(digest?.text ?? '', /: 1 scan, 3 versions published, /u);
      assert.doesNotMatch(digest?.subject ?? '', /no scan/u);
    }
  });

  it('names what is bad first, what is held, what is snoozed, and what could not be delivered', async () => {
    const world = await worldWith();
    for (let index = 0; index < 8; index += 1) await evening(world, index);
    await world.run(morning(7), 'scan');
    await digests();
    world.deposit({ database: 'a', endedAt: end + 8 * day, content: 'a'.repeat(500_000) });
    await world.ok(scanAt + 7 * day, 'snooze', 'lyon', '--for', '7d');
    await server.behave({ refuse: '554 no' });
    await evening(world, 8, 'a', 'b', 'shop');
    await world.run(morning(8), 'scan');
    await server.behave({});
    await world.run(morning(8) + hour, 'scan');
    const [digest, ...others] = await digests();
    assert.equal(others.length, 0);
    assert.ok(digest !== undefined);
    assert.equal(
      digest.subject,
      '[backupmon test] digest: 2 critical, 1 warning; 1 held; 1 alarm undelivered',
    );
    const text = digest.text.replaceAll(/\s+/gu, ' ');
    assert.match(text, /^2 critical, 1 warning; 1 held; 1 alarm undelivered 1 alarm could not/u);
    const rows = digest.text.split('\n').filter((line) => /^. (?:missing|size)/iu.test(line));
    assert.deepEqual(
      rows.map((row) => /[a-z]+\/[a-z]+/u.exec(row)?.[0]),
      ['lyon/shop', 'paris/b', 'paris/a'],
    );
    assert.match(text, /Held: not published until you say so paris\/a: .*\.held\/paris\/a\//u);
    assert.match(text, /backupmon promote paris\/a/u);
    assert.match(text, /Snoozed lyon\/shop: no alarms until 2026-07-04 20:20/u);
    assert.doesNotMatch(digest.html, /ALL WELL/u);
  });

  it('tells of their jobs only who asked for some; those with the same jobs share one', async () => {
    const world = await worldWith(
      `[${anna}, { address: Bert <bert@example.org>, jobs: [lyon] }, { address: cleo@example.org, jobs: [lyon], severity: critical }, { address: dora@example.org, jobs: [paris/b] }]`,
    );
    await evening(world, 0, 'b');
    await world.run(morning(0), 'scan');
    const found = await digests();
    assert.deepEqual(
      found.map(({ to, subject }) => [to, subject]),
      [
        [[anna], '[backupmon test] digest: 1 critical, 2 ok'],
        [
          ['bert@example.org', 'cleo@example.org'],
          '[backupmon test] digest: the only backup is well',
        ],
        [['dora@example.org'], '[backupmon test] digest: 1 critical'],
      ],
    );
    assert.equal(new Set(found.map(({ id }) => id)).size, 3);
    const [, ofLyon, ofB] = found;
    assert.doesNotMatch(JSON.stringify(ofLyon), /paris/u);
    assert.doesNotMatch(JSON.stringify(ofB), /lyon|paris\/a/u);
  });

  it('cannot be sent today: it comes later, once, and tomorrow the next', async () => {
    const world = await worldWith();
    await evening(world, 0);
    await server.behave({ refuse: '451 later' });
    await world.run(morning(0), 'scan');
    await server.behave({});
    for (let index = 1; index < 5; index += 1) await world.run(morning(0) + index * minute, 'scan');
    assert.deepEqual(await subjects(), [allWell]);
    await evening(world, 1);
    await world.run(morning(1), 'scan');
    assert.deepEqual(await subjects(), [allWell]);
  });

  it('is no alarm: whatever its severity, nothing of it changes who is told of what', async () => {
    const world = await worldWith();
    await evening(world, 0, 'a');
    const [alarm, ...more] = await server.messages();
    assert.equal(more.length, 0);
    assert.equal(alarm?.mail.subject, '[backupmon test] paris/a MISSING');
    await world.run(morning(0), 'scan');
    server.clear();
    await evening(world, 1);
    const [over] = await server.messages();
    assert.equal(over?.mail.subject, 'Re: [backupmon test] paris/a MISSING');
    assert.equal(over.mail.inReplyTo, alarm.mail.messageId);
  });
});
