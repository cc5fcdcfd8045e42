/** Mail as people find it, through a real mail server: one thread for one problem, and nothing in it that an agent could use. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { ParsedMail } from 'mailparser';
import { end, scanAt, startedWith } from '../support/evening.ts';
import { cannotDeliver, startMta, type Mta } from '../support/mta.ts';
import { day, hour, minute, World } from '../support/world.ts';

const rules =
  'defaults: { schedule: 0 22 * * *, timezone: Europe/Berlin, grace: 5m, settle: 0s }\n';
const agents = 'agents:\n  paris: { databases: [a] }\n  lyon: { databases: [shop] }\n';

const htmlOf = ({ html }: ParsedMail): string => (html === false ? '' : (html ?? ''));

describe('mail through a mail server', { skip: cannotDeliver() }, () => {
  let mta: Mta;
  let seen = 0;
  before(async () => {
    mta = await startMta();
  });
  after(() => mta.stop());

  /** Watched from noon on, with one version of paris/a that is well. @param user of the address */
  async function worldWith(way: string, user: string, more = ''): Promise<World> {
    const world = await startedWith(rules + agents);
    both(world, 0, {});
    await world.run(scanAt, 'scan');
    world.configure(
      `${rules}${agents}notifications:\n  remind: [24h]\n  email:\n    ${way}\n    from: Backups <backupmon@example.org>\n    to: [${user}@example.org${more}]\n`,
    );
    await world.run(scanAt + minute, 'scan');
    return world;
  }

  /** The round of an evening; null where paris sends nothing. */
  function both(
    world: World,
    index: number,
    paris: Partial<Parameters<World['deposit']>[0]> | null,
  ): void {
    const endedAt = end + index * day;
    world.deposit({ agent: 'lyon', database: 'shop', endedAt, content: `shop ${index}` });
    if (paris !== null) world.deposit({ database: 'a', endedAt, content: `a ${index}`, ...paris });
  }

  /** So many more that have come for a user, oldest first. */
  async function received(user: string, count: number): Promise<readonly ParsedMail[]> {
    seen += count;
    const all = await mta.delivered(seen);
    assert.equal(all.length, seen, all.map(({ mail: { subject } }) => subject).join('\n'));
    return all
      .filter((one) => one.user === user)
      .map(({ mail }) => mail)
      .toSorted((one, other) => (one.date?.getTime() ?? 0) - (other.date?.getTime() ?? 0));
  }

  const ways: readonly [string, () => string][] = [
    ['smtp', () => `smtp: { host: 127.0.0.1, port: ${mta.port}, tls: off }`],
    ['sendmail', () => `sendmail: ${mta.sendmail}`],
  ];
  for (const [name, way] of ways)
    it(`by ${name}: a problem from its beginning to its end is one thread`, async () => {
      const world = await worldWith(way(), name);
      // Missing at first, then it comes damaged; a day later people are reminded, and then it is well.
      both(world, 1, null);
      await world.run(scanAt + day, 'scan');
      world.deposit({ database: 'a', endedAt: end + day + hour, bytes: Buffer.from('damaged') });
      await world.run(scanAt + day + 2 * hour, 'scan');
      both(world, 2, null);
      await world.run(end + 2 * day, 'scan');
      await world.run(scanAt + 2 * day, 'scan');
      both(world, 3, {});
      await world.run(scanAt + 3 * day, 'scan');
      const mails = await received(name, 5);
      const [first, ...others] = mails;
      assert.ok(first !== undefined && others.length === 4);
      assert.equal(first.subject, '[backupmon test] paris/a MISSING');
      assert.deepEqual([first.inReplyTo, first.references], [undefined, undefined]);
      for (const mail of others) {
        assert.equal(mail.subject, 'Re: [backupmon test] paris/a MISSING');
        assert.equal(mail.inReplyTo, first.messageId);
        assert.deepEqual([mail.references].flat(), [first.messageId]);
      }
      assert.equal(new Set(mails.map(({ messageId }) => messageId)).size, 5);
      for (const mail of mails) {
        assert.equal(mail.headers.get('auto-submitted'), 'auto-generated');
        assert.equal(mail.from?.text, '"Backups" <backupmon@example.org>');
        assert.match(mail.messageId ?? '', /^<backupmon\.[\w.-]+@example\.org>$/u);
      }
      for (const mail of mails) assert.ok(htmlOf(mail).startsWith('<!'));
      const lines = mails.map(({ text = '' }) => text.split('\n')[0] ?? '');
      const expected = [
        /^CRITICAL paris\/a MISSING since 2026-06-21 20:05 UTC$/u,
        /^CHANGED, STILL CRITICAL paris\/a TRANSFER DAMAGED since 2026-06-21 20:05 UTC$/u,
        /^CHANGED, STILL CRITICAL paris\/a MISSING since 2026-06-21 20:05 UTC$/u,
        /^STILL CRITICAL paris\/a MISSING for 1d/u,
        /^RECOVERED paris\/a after 2d \(was critical\)$/u,
      ];
      for (const [index, line] of lines.entries()) assert.match(line, expected[index] ?? /^$/u);
      missingSaysAll(world, first);
      damageSaysAll(others[0]);
    });

  function missingSaysAll(world: World, mail: ParsedMail): void {
    const { text = '' } = mail;
    assert.match(text, /Deadline: 2026-06-21T20:05:00Z = 2026-06-21 22:05 \(Europe\/Berlin\)/u);
    assert.match(text, /safe: the version of 2026-06-20 20:10 UTC, 1d ago/u);
    const path = `${world.tree('paris/a/current')}/a.sql.gz`;
    for (const said of [path, 'backupmon status paris/a', 'What to do'])
      for (const body of [text, htmlOf(mail)]) assert.ok(body.includes(said), said);
  }

  function damageSaysAll(mail: ParsedMail | undefined): void {
    assert.ok(mail !== undefined);
    const text = (mail.text ?? '').replaceAll(/\s+/gu, ' ');
    assert.match(text, /Reported size: \d+ bytes Found size: 7 bytes/u);
    assert.match(text, /Reported SHA-256: [0-9a-f]{64}/u);
    assert.match(htmlOf(mail), /TRANSFER DAMAGED/u);
  }

  it('what an agent wrote reaches no header and no markup', async () => {
    const world = await worldWith(ways[0]?.[1]() ?? '', 'hostile');
    const hostile = `boom\r\nBcc: evil@example.org\r\n\r\n<script>alert(1)</script> & "quoted" \u202egnp.exe\u202c\u2066 \u001b[31m ${'long '.repeat(20_000)}end`;
    both(world, 1, {
      change: ({ databases }) => {
        for (const entry of Object.values(databases)) {
          entry.BACKUP = { status: false, error_message: hostile };
          entry.TRANSFER = { status: false, error_message: hostile };
        }
      },
    });
    await world.run(scanAt + day, 'scan');
    const [mail, ...others] = await received('hostile', 1);
    assert.ok(mail !== undefined && others.length === 0);
    assert.equal(mail.subject, '[backupmon test] paris/a FAILED');
    assert.equal(mail.bcc, undefined);
    const headers = mail.headerLines.map(({ line }) => line).join('\n');
    assert.doesNotMatch(headers, /evil|boom|script/u);
    const html = htmlOf(mail);
    const { text = '' } = mail;
    assert.match(text.replaceAll(/\s+/gu, ' '), /boom Bcc: evil@example\.org <script>/u);
    assert.ok(html.includes('&lt;script&gt;'));
    assert.doesNotMatch(html, /<script/iu);
    for (const body of [text, html]) {
      assert.doesNotMatch(body, /[\u202a-\u202e\u2066-\u2069]|(?!\n)\p{Cc}/u);
      assert.ok(body.length < 40_000, `${body.length}`);
    }
    assert.doesNotMatch(text, /^Bcc:|^boom/mu);
  });

  it('the built program, as a process of its own, sends it too', async () => {
    const built = new World(
      `defaults: { schedule: every 24h, settle: 0s }\nagents: { paris: { databases: [a] } }\nnotifications:\n  email:\n    ${ways[0]?.[1]()}\n    from: backupmon@example.org\n    to: [built@example.org]\n`,
    );
    built.deposit({ database: 'a', endedAt: Date.now() - minute, bytes: Buffer.from('damaged') });
    assert.equal(built.process(['init-db']).code, 0);
    assert.equal(built.process(['scan']).code, 2);
    const [mail] = await received('built', 1);
    assert.equal(mail?.subject, '[backupmon test] paris/a TRANSFER DAMAGED');
    const tried = built.process(['notify', '--test', 'email']);
    assert.deepEqual([tried.code, tried.out], [0, 'email to built@example.org: sent\n']);
    assert.equal((await received('built', 1)).length, 2);
  });

  it('one recipient of two is refused by the server: the other has it, and is not told twice', async () => {
    const world = await worldWith(ways[0]?.[1]() ?? '', 'known', `, ${mta.refused}`);
    both(world, 1, null);
    await world.run(scanAt + day, 'scan');
    await world.run(scanAt + day + 2 * hour, 'scan');
    const mails = await received('known', 1);
    assert.equal(mails.length, 1);
    const { out } = await world.run(scanAt + day + 2 * hour, 'status', '--json');
    const { undelivered } = JSON.parse(out) as { undelivered: { recipient: string }[] };
    assert.deepEqual(
      undelivered.map(({ recipient }) => recipient),
      [mta.refused],
    );
  });
});
