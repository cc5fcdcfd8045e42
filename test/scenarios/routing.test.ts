/** Who hears of what: everybody of theirs, in one message where it is the same, and nobody a word of what is not theirs. */
import assert from 'node:assert/strict';
import { existsSync, rmSync } from 'node:fs';
import { after, before, beforeEach, describe, it } from 'node:test';
import { end, scanAt, startedWith } from '../support/evening.ts';
import { startMailServer, type MailServer, type Received } from '../support/mail-server.ts';
import { day, hour, minute, type World } from '../support/world.ts';

const rules = 'defaults: { schedule: 0 20 * * *, grace: 5m, settle: 0s }\n';
const agents = 'agents:\n  paris: { databases: [a, b] }\n  lyon: { databases: [shop, crm] }\n';
const jobs = ['paris/a', 'paris/b', 'lyon/shop', 'lyon/crm'];

/** Addresses by the jobs and the severity that they want. */
const readers = {
  anna: 'Anna Berg <anna@example.org>',
  bert: 'bert@example.org',
  paris: '{ address: Paul <paris@example.org>, jobs: [paris] }',
  lyon: '{ address: lyon@example.org, jobs: [lyon] }',
  shop: '{ address: shop@example.org, jobs: [lyon/shop] }',
  critical: '{ address: critical@example.org, severity: critical }',
  parisCritical: '{ address: paris-critical@example.org, jobs: [paris], severity: critical }',
} as const;

describe('who hears of what', () => {
  let server: MailServer;
  before(async () => {
    server = await startMailServer();
  });
  after(() => server.stop());
  beforeEach(() => server.clear());

  async function worldWith(...to: (keyof typeof readers)[]): Promise<World> {
    const world = await startedWith(rules + agents);
    const list = to.map((name) => `      - ${readers[name]}\n`).join('');
    world.configure(
      `${rules}${agents}notifications:\n  remind: []\n  email:\n    smtp: { host: 127.0.0.1, port: ${server.port}, tls: off }\n    from: Backups <backupmon@example.org>\n    to:\n${list}`,
    );
    return world;
  }

  /** The round of that evening of all that is well, and what is not, and a scan. */
  async function evening(
    world: World,
    index: number,
    bad: { readonly missing?: readonly string[]; readonly damaged?: readonly string[] } = {},
  ): Promise<void> {
    const { missing = [], damaged = [] } = bad;
    for (const job of jobs.filter((name) => !missing.includes(name))) {
      const [agent = '', database = ''] = job.split('/');
      const bytes = damaged.includes(job) ? { bytes: Buffer.from('damaged') } : {};
      const content = `${database} ${index}`;
      world.deposit({ agent, database, endedAt: end + index * day, content, ...bytes });
    }
    await world.run(scanAt + index * day, 'scan');
  }

  /** All that arrived since it was asked last. */
  async function received(): Promise<readonly Received[]> {
    const messages = await server.messages();
    server.clear();
    return messages;
  }

  /** Names of those who got each message, and its subject without the beginning that all have. */
  async function heard(): Promise<[string, string | undefined][]> {
    return (await received()).map(({ to, mail: { subject } }) => [
      to.map((address) => address.replace('@example.org', '')).join(' '),
      subject?.replace('[backupmon test] ', ''),
    ]);
  }

  /** Everything of a mail that somebody can read. */
  const wordsOf = ({ raw, mail: { subject, text, html } }: Received): string =>
    [raw.split('\r\n\r\n')[0], subject, text, html].join('\n');

  it('those with the same news share one message, in which each of them is named', async () => {
    const world = await worldWith('anna', 'bert', 'critical');
    await evening(world, 0, { missing: ['paris/a'] });
    const [only, ...others] = await received();
    assert.equal(others.length, 0);
    assert.ok(only !== undefined);
    const { to } = only.mail;
    assert.deepEqual(only.to, ['anna@example.org', 'bert@example.org', 'critical@example.org']);
    assert.equal(
      Array.isArray(to) ? '' : to?.text,
      'anna@example.org, bert@example.org, critical@example.org',
    );
    assert.equal(only.from, 'backupmon@example.org');
    assert.equal(only.mail.from?.text, '"Backups" <backupmon@example.org>');
  });

  it('each hears of the own jobs, and nothing of others', async () => {
    const world = await worldWith('anna', 'paris', 'lyon', 'shop');
    await evening(world, 0, { missing: ['paris/a', 'lyon/shop', 'lyon/crm'] });
    const messages = await received();
    assert.deepEqual(
      messages.map(({ to, mail: { subject } }) => [to[0]?.split('@')[0], subject]),
      [
        ['anna', '[backupmon test] 2 critical: paris/a MISSING, lyon is silent: 2 backups MISSING'],
        ['paris', '[backupmon test] paris/a MISSING'],
        ['lyon', '[backupmon test] lyon is silent: 2 backups MISSING'],
        ['shop', '[backupmon test] lyon is silent: 1 backup MISSING'],
      ],
    );
    assert.equal(new Set(messages.map(({ mail }) => mail.messageId)).size, 4);
    const [, paris, lyon, shop] = messages.map(wordsOf);
    assert.doesNotMatch(paris ?? '', /lyon|shop|crm|anna/iu);
    assert.doesNotMatch(lyon ?? '', /paris|anna/iu);
    assert.doesNotMatch(shop ?? '', /paris|anna|crm/iu);
  });

  it('an agent is silent: who has one of its jobs hears of that one; who has others hears nothing', async () => {
    const world = await worldWith('paris', 'shop');
    await evening(world, 0, { missing: ['lyon/shop', 'lyon/crm'] });
    assert.deepEqual(await heard(), [['shop', 'lyon is silent: 1 backup MISSING']]);
    await evening(world, 1);
    assert.deepEqual(await heard(), [['shop', 'Re: lyon is silent: 1 backup MISSING']]);
    await evening(world, 2, { missing: ['lyon/crm'] });
    assert.deepEqual(await heard(), []);
  });

  it('severity: critical hears of what becomes critical and of its end, and of no warning', async () => {
    const world = await worldWith('anna', 'critical', 'parisCritical');
    for (let index = 0; index < 2; index += 1) await evening(world, index);
    // The same content once more is a warning.
    const again = (database: string, content: string): unknown =>
      world.deposit({ database, endedAt: end + 2 * day, content });
    again('a', 'a 1');
    again('b', 'b 2');
    for (const database of ['shop', 'crm'])
      world.deposit({ agent: 'lyon', database, endedAt: end + 2 * day, content: `${database} 2` });
    await world.run(scanAt + 2 * day, 'scan');
    const [first, ...others] = await received();
    assert.deepEqual(first?.to, ['anna@example.org']);
    assert.equal(others.length, 0);
    await evening(world, 3, { damaged: ['paris/a'] });
    const worse = await received();
    assert.deepEqual(
      worse.map(({ to, mail: { subject, inReplyTo } }) => [to[0], subject, inReplyTo]),
      [
        ['anna@example.org', 'Re: [backupmon test] paris/a UNCHANGED', first?.mail.messageId],
        ['critical@example.org', '[backupmon test] paris/a TRANSFER DAMAGED', undefined],
        ['paris-critical@example.org', '[backupmon test] paris/a TRANSFER DAMAGED', undefined],
      ],
    );
    await evening(world, 4);
    const over = await received();
    assert.deepEqual(
      over.map(({ to, mail: { inReplyTo } }) => [to, inReplyTo]),
      [first, ...worse.slice(1)].map((one) => [one?.to, one?.mail.messageId]),
    );
    for (const { mail } of over) assert.match(mail.text ?? '', /^RECOVERED paris\/a after /u);
  });

  it('what was critical and is a warning now is told to who was told that it is critical, and so is its end', async () => {
    const world = await worldWith('critical');
    for (let index = 0; index < 2; index += 1) await evening(world, index);
    await evening(world, 2, { damaged: ['paris/a'] });
    assert.deepEqual(await heard(), [['critical', 'paris/a TRANSFER DAMAGED']]);
    for (const job of jobs) {
      const [agent = '', database = ''] = job.split('/');
      const content = job === 'paris/a' ? 'a 1' : `${database} 3`;
      world.deposit({ agent, database, endedAt: end + 3 * day, content });
    }
    await world.run(scanAt + 3 * day, 'scan');
    const [better, ...others] = await received();
    assert.equal(others.length, 0);
    assert.match(better?.mail.text ?? '', /^BETTER, STILL WARNING paris\/a unchanged /u);
    await evening(world, 4);
    assert.deepEqual(await heard(), [['critical', 'Re: paris/a TRANSFER DAMAGED']]);
  });

  it('an address that is written twice gets one message of each', async () => {
    const world = await worldWith('anna', 'anna', 'bert');
    await evening(world, 0, { missing: ['paris/a'] });
    assert.deepEqual(await heard(), [['anna bert', 'paris/a MISSING']]);
  });

  it('a webhook and a command are told of theirs as well, whatever mail does', async () => {
    const world = await worldWith('anna');
    const inbox = `${world.root}/inbox`;
    const command = (name: string, more: string): string =>
      `    - { name: ${name}, run: [/bin/sh, -c, 'echo "$1 $BACKUPMON_SUBJECT" >> $0', ${inbox}, ${name}], ${more} }\n`;
    world.configure(
      `${rules}${agents}notifications:\n  remind: []\n  email:\n    smtp: { host: 127.0.0.1, port: 1, tls: off }\n    from: b@example.org\n    to: [anna@example.org]\n  command:\n${command('ours', 'jobs: [paris/a]')}${command('theirs', 'jobs: [lyon]')}${command('grave', 'severity: critical')}`,
    );
    await evening(world, 0, { missing: ['paris/a'] });
    await world.run(scanAt + hour, 'scan');
    await world.run(scanAt + hour + minute, 'scan');
    assert.deepEqual(world.read(inbox).trimEnd().split('\n').toSorted(), [
      'grave [backupmon test] paris/a MISSING',
      'ours [backupmon test] paris/a MISSING',
    ]);
  });

  it('who is named only now hears of what goes on, once, and of its end', async () => {
    const world = await worldWith('anna');
    await evening(world, 0, { missing: ['paris/a'] });
    await heard();
    const text = world.read(world.configFile);
    world.configure(text.slice(text.indexOf('defaults')).concat(`      - ${readers.bert}\n`));
    for (let index = 1; index < 4; index += 1) await world.run(scanAt + index * minute, 'scan');
    const [late, ...more] = await received();
    assert.equal(more.length, 0);
    assert.deepEqual(late?.to, ['bert@example.org']);
    assert.match(late.mail.text ?? '', /^CRITICAL paris\/a MISSING since 2026-06-20 20:05 UTC/u);
    await evening(world, 1);
    const [first, second, ...others] = await received();
    assert.equal(others.length, 0);
    assert.deepEqual([first?.to, second?.to], [['anna@example.org'], ['bert@example.org']]);
    assert.equal(second?.mail.inReplyTo, late.mail.messageId);
    for (const one of [first, second]) assert.match(one?.mail.text ?? '', /^RECOVERED paris\/a/u);
  });
});

/** A world that tells commands: each writes its name, what has changed and of which jobs. */
async function told(
  agentsText: string,
  commands: Readonly<Record<string, string>>,
): Promise<{ readonly world: World; readonly heard: () => string[] }> {
  const world = await startedWith(rules + agentsText);
  const list = Object.entries(commands).map(
    ([name, more]) =>
      `    - { name: ${name}, run: [/bin/sh, -c, '{ echo "$1"; cat; printf "\\0"; } >> $0', ${world.root}/inbox, ${name}]${more} }\n`,
  );
  world.configure(
    `${rules}${agentsText}notifications:\n  remind: []\n  command:\n${list.join('')}`,
  );
  const heard = (): string[] => {
    const inbox = `${world.root}/inbox`;
    if (!existsSync(inbox)) return [];
    const parts = world.read(inbox).split('\0').slice(0, -1);
    rmSync(inbox);
    return parts.map((part) => {
      const name = part.slice(0, part.indexOf('\n'));
      const { events } = JSON.parse(part.slice(name.length)) as {
        events: { change: string; jobs: { job: string }[] }[];
      };
      const items = events.map(
        ({ change, jobs: own }) => `${change} ${own.map(({ job }) => job).join(' ')}`,
      );
      return `${name}: ${items.join(', ')}`;
    });
  };
  return { world, heard };
}

const late = `agents:
  paris:
    databases:
      a: {}
      b: {}
      c: { schedule: 0 22 * * * }
`;

it('a job that joins what is known already: who has only that one hears of it, and others nothing new', async () => {
  const { world, heard } = await told(late, { all: '', c: ', jobs: [paris/c]' });
  await world.run(scanAt, 'scan');
  assert.deepEqual(heard(), ['all: opened paris/a paris/b']);
  for (let index = 0; index < 3; index += 1)
    await world.run(scanAt + 2 * hour + index * minute, 'scan');
  assert.deepEqual(heard(), ['c: opened paris/c']);
  for (const database of ['a', 'b', 'c'])
    world.deposit({ database, endedAt: scanAt + 3 * hour, content: database });
  await world.run(scanAt + 4 * hour, 'scan');
  assert.deepEqual(heard(), ['all: ended paris/a paris/b paris/c', 'c: ended paris/c']);
});

it('an agent is silent, and one of its jobs is snoozed: who has only that one hears of it when that is over', async () => {
  const { world, heard } = await told(agents, {
    all: '',
    a: ', jobs: [paris/a]',
    b: ', jobs: [paris/b]',
  });
  for (const database of ['shop', 'crm'])
    world.deposit({ agent: 'lyon', database, endedAt: end, content: database });
  await world.ok(scanAt - hour, 'snooze', 'paris/a', '--for', '3h');
  await world.run(scanAt, 'scan');
  assert.deepEqual(heard(), ['all: opened paris/a paris/b', 'b: opened paris/b']);
  await world.run(scanAt + hour, 'scan');
  assert.deepEqual(heard(), []);
  for (let index = 0; index < 3; index += 1)
    await world.run(scanAt + 2 * hour + index * minute, 'scan');
  assert.deepEqual(heard(), ['a: opened paris/a']);
});

it('what ended and came back while it was snoozed goes on for those who know of it, to its end', async () => {
  const { world, heard } = await told('agents: { paris: { databases: [a] } }\n', {
    grave: ', severity: critical',
  });
  const paris = (index: number, more: object = {}): unknown =>
    world.deposit({ database: 'a', endedAt: end + index * day, content: `a ${index}`, ...more });
  paris(0);
  await world.run(scanAt, 'scan');
  paris(1, { bytes: Buffer.from('damaged') });
  await world.run(scanAt + day, 'scan');
  assert.deepEqual(heard(), ['grave: opened paris/a']);
  await world.ok(scanAt + day, 'snooze', 'paris', '--for', '50h');
  paris(2);
  await world.run(scanAt + 2 * day, 'scan');
  // The same content once more is a warning only.
  paris(3, { content: 'a 2' });
  await world.run(scanAt + 3 * day, 'scan');
  assert.deepEqual(heard(), []);
  await world.run(scanAt + 3 * day + 3 * hour, 'scan');
  assert.deepEqual(heard(), ['grave: improved paris/a']);
  paris(4);
  await world.run(scanAt + 4 * day, 'scan');
  assert.deepEqual(heard(), ['grave: ended paris/a']);
});

it('an agent is heard of again: what is left of its silence is not told once more, and its end is', async () => {
  const { world, heard } = await told('agents: { paris: { databases: [a, b, c] } }\n', {
    all: '',
    b: ', jobs: [paris/b]',
  });
  await world.run(scanAt, 'scan');
  assert.deepEqual(heard(), ['all: opened paris/a paris/b paris/c', 'b: opened paris/b']);
  world.deposit({ database: 'a', endedAt: scanAt + minute });
  for (let index = 0; index < 3; index += 1)
    await world.run(scanAt + hour + index * minute, 'scan');
  assert.deepEqual(heard(), ['all: ended paris/b paris/c paris/a', 'b: ended paris/b']);
  world.deposit({ database: 'b', endedAt: scanAt + 2 * hour });
  await world.run(scanAt + 3 * hour, 'scan');
  assert.deepEqual(heard(), ['all: ended paris/b', 'b: ended paris/b']);
  // The next evening is another one.
  await world.run(scanAt + day, 'scan');
  assert.match(heard().join('; '), /all: opened .*paris\/b.*; b: opened paris\/b/u);
});
