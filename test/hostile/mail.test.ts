/** Case 24: a mail server that is down, slow, picky or not to be trusted. The scan goes on as ever, and who has not heard yet hears later. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { end, scanAt, startedWith } from '../support/evening.ts';
import { startMailServer, type MailServer } from '../support/mail-server.ts';
import { day, hour, minute, type World } from '../support/world.ts';

const rules = 'defaults: { schedule: 0 20 * * *, grace: 5m, settle: 0s }\n';
const agents = 'agents:\n  paris: { databases: [a] }\n  lyon: { databases: [shop] }\n';
const [anna, bert] = ['anna@example.org', 'bert@example.org'];

describe('case 24: mail that does not go through', () => {
  let server: MailServer;
  let world: World;
  before(async () => {
    server = await startMailServer();
  });
  after(() => server.stop());

  /** The world in which paris's backup is missing, and lyon's is there. */
  async function begin(behaviour: Parameters<MailServer['behave']>[0]): Promise<void> {
    await server.behave({});
    server.clear();
    world = await startedWith(rules + agents);
    world.configure(
      `${rules}${agents}notifications:\n  remind: []\n  email:\n    smtp: { host: 127.0.0.1, port: ${server.port}, tls: starttls, ca_file: ${server.caFile} }\n    from: backupmon@example.org\n    to: [${anna}, ${bert}]\n`,
    );
    world.deposit({ agent: 'lyon', database: 'shop', endedAt: end });
    await server.behave(behaviour);
  }

  /** A scan whose result is the same whatever the mail server does. */
  async function scan(now: number): Promise<void> {
    const { code, out } = await world.run(now, 'scan', '--json');
    assert.equal(code, 2);
    assert.equal((JSON.parse(out) as { severity: string }).severity, 'critical');
    assert.equal((await world.statusOf(now, 'lyon/shop')).status, 'SUCCESS');
    assert.equal((await world.statusOf(now, 'paris/a')).status, 'MISSING');
  }

  /** Who has got how many, and whether all of them are one message. */
  async function heard(): Promise<{ to: string[]; ids: number }> {
    const messages = await server.messages();
    const to = messages.flatMap((message) => message.to);
    return { to, ids: new Set(messages.map(({ mail }) => mail.messageId)).size };
  }

  async function undelivered(
    now: number,
  ): Promise<{ recipient: string; error: string; since: string }[]> {
    const { out } = await world.run(now, 'status', '--json');
    return (
      JSON.parse(out) as { undelivered: { recipient: string; error: string; since: string }[] }
    ).undelivered;
  }

  /** Scans each minute for so long; then what was not delivered has been. */
  async function scanUntilDelivered(from: number): Promise<void> {
    for (let now = from; now <= from + 10 * minute; now += minute) await world.run(now, 'scan');
    assert.deepEqual(await undelivered(from + 10 * minute), []);
  }

  const troubles: readonly [string, Parameters<MailServer['behave']>[0], RegExp][] = [
    ['closes the connection', { drop: 'greeting' }, /127\.0\.0\.1:\d+: /u],
    ['closes it in the middle of a mail', { drop: 'data' }, /127\.0\.0\.1:\d+: /u],
    ['is too busy', { banner: '421 too busy' }, /421 too busy/u],
    ['has a certificate for another host', { certificate: 'other-host' }, /certificate/u],
    ['has an expired certificate', { certificate: 'expired' }, /certificate/u],
    ['does not know STARTTLS', { starttls: false }, /TLS/u],
    ['takes nothing', { refuse: '554 no' }, /554 no/u],
    ['does not know anybody yet', { greylist: true }, /451/u],
  ];
  for (const [name, behaviour, error] of troubles) {
    it(`a mail server that ${name}: told later, once`, async () => {
      await begin(behaviour);
      await scan(scanAt);
      const waiting = await undelivered(scanAt);
      assert.deepEqual(
        waiting.map(({ recipient }) => recipient),
        [anna, bert],
      );
      for (const one of waiting) assert.match(one.error, error);
      assert.deepEqual((await heard()).to, []);
      if (behaviour.greylist !== true) await server.behave({});
      await scanUntilDelivered(scanAt + minute);
      assert.deepEqual(await heard(), { to: [anna, bert], ids: 1 });
    });
  }

  it('one of two recipients is rejected: he alone is tried again', async () => {
    await begin({ reject: [bert] });
    await scan(scanAt);
    await scan(scanAt + hour);
    assert.deepEqual((await heard()).to, [anna]);
    assert.deepEqual(
      (await undelivered(scanAt)).map(({ recipient }) => recipient),
      [bert],
    );
    const { out } = await world.run(scanAt + hour, 'status');
    assert.match(
      out,
      /1 alarm is not delivered by email to bert@example\.org, .*550 no such\s+user/su,
    );
    await server.behave({});
    await scanUntilDelivered(scanAt + 10 * hour);
    assert.deepEqual(await heard(), { to: [anna, bert], ids: 1 });
  });

  it('a server that says nothing costs a scan less than half a minute', async () => {
    await begin({ stall: 'greeting' });
    const began = performance.now();
    await scan(scanAt);
    assert.ok(performance.now() - began < 30_000);
    assert.equal((await undelivered(scanAt)).length, 2);
    await server.behave({});
    await scanUntilDelivered(scanAt + minute);
  });

  it('it is tried less and less often, and given up after three days, which the history tells', async () => {
    await begin({ refuse: '554 no' });
    for (let now = scanAt; now <= scanAt + 3 * day + 4 * hour; now += 30 * minute) {
      // That nothing else is missing keeps it to one message.
      if ((now - scanAt) % day === 0)
        world.deposit({
          agent: 'lyon',
          database: 'shop',
          endedAt: now - 10 * minute,
          content: `at ${now}`,
        });
      await world.run(now, 'scan');
    }
    const now = scanAt + 4 * day;
    // It goes on: what waits now was written after that.
    for (const { since } of await undelivered(now))
      assert.ok(Date.parse(since) >= scanAt + 3 * day, since);
    const { out } = await world.run(now, 'history', '--json', '--status', 'NOTICE');
    const { events } = JSON.parse(out) as { events: Record<string, string | number | null>[] };
    assert.deepEqual(
      events.map(({ agent, reason, severity, count }) => [agent, reason, severity, count]),
      [[null, 'alarm_given_up', 'warning', 2]],
    );
    const message = String(events[0]?.['message']);
    const [, times] = /tried (\d+) times/u.exec(message) ?? [];
    assert.ok(Number(times) >= 20 && Number(times) <= 30, message);
    assert.match(
      message,
      /^"\[backupmon test\] paris\/a MISSING" was not delivered by email to anna@example\.org, bert@example\.org: tried \d+ times in 3d .*554 no/u,
    );
  });

  it('what was given up is told anew where it goes on, when the server takes mail again', async () => {
    await begin({ refuse: '554 no' });
    await scan(scanAt);
    world.deposit({
      agent: 'lyon',
      database: 'shop',
      endedAt: scanAt + 4 * day - hour,
      content: 'later',
    });
    await world.run(scanAt + 4 * day, 'scan');
    await server.behave({});
    await world.run(scanAt + 4 * day + hour, 'scan');
    assert.deepEqual((await heard()).to, [anna, bert]);
    const [{ mail } = { mail: undefined }] = await server.messages();
    assert.match(mail?.subject ?? '', /paris\/a MISSING/u);
    const { out } = await world.run(scanAt + 4 * day + hour, 'status');
    assert.match(out, /alarms could not be delivered in the\s+last 7 days/u);
  });

  it('a password file that cannot be read, and a way that is no longer configured', async () => {
    await begin({});
    const configure = (email: string): void =>
      world.configure(`${rules}${agents}notifications:\n  remind: []\n${email}`);
    configure(
      `  email: { smtp: { host: 127.0.0.1, port: ${server.port}, user: u, password_file: /absent }, from: b@example.org, to: [${anna}] }\n`,
    );
    await scan(scanAt);
    assert.match((await undelivered(scanAt))[0]?.error ?? '', /cannot read \/absent/u);
    configure('');
    await scan(scanAt + hour);
    assert.deepEqual(await undelivered(scanAt + hour), []);
  });
});
