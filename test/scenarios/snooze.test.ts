/** Times without alarms, asked for or planned: nobody is told meanwhile, everything else stays as it is, and what lasts is told afterwards. */
import assert from 'node:assert/strict';
import { chmodSync, chownSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { end, noon, scanAt, startedWith } from '../support/evening.ts';
import { day, hour, minute, type World } from '../support/world.ts';

const ajv = new Ajv2020({ strict: false, allErrors: true });

function matches(schema: 'status' | 'history' | 'scan', text: string): unknown {
  const file = join(import.meta.dirname, `../../schemas/${schema}.schema.json`);
  const check =
    ajv.getSchema(schema) ??
    ajv.compile({ ...(JSON.parse(readFileSync(file, 'utf8')) as object), $id: schema });
  const document: unknown = JSON.parse(text);
  assert.equal(check(document), true, JSON.stringify(check.errors));
  return document;
}

interface Told {
  readonly subject: string;
  readonly events: readonly {
    readonly change: string;
    readonly name: string;
    readonly jobs: readonly { readonly job: string; readonly since: string }[];
  }[];
}

const rules = 'defaults: { schedule: 0 20 * * *, grace: 5m, settle: 0s, timezone: UTC }\n';
const two = 'agents:\n  paris: { databases: [a] }\n  lyon: { databases: [shop] }\n';
const silent = 'agents:\n  paris: { databases: [a, b, c] }\n  lyon: { databases: [shop] }\n';

/** A world that tells a command. @param more after `notifications` */
async function worldWith(agents = two, more = '', options = '  remind: []\n'): Promise<World> {
  const world = await startedWith(rules + agents);
  world.configure(
    `${rules}${agents}notifications:\n  command: { run: [/bin/sh, -c, 'cat >> "$0"; printf "\\0" >> "$0"', ${world.root}/inbox] }\n${options}${more}`,
  );
  return world;
}

function told(world: World): Told[] {
  const inbox = join(world.root, 'inbox');
  if (!existsSync(inbox)) return [];
  const texts = readFileSync(inbox, 'utf8').split('\0').slice(0, -1);
  return texts.map((text) => JSON.parse(text) as Told);
}

/** `opened paris/a` and so on, oldest first. */
const heard = (world: World): string[] =>
  told(world).flatMap(({ events }) => events.map(({ change, name }) => `${change} ${name}`));

const lyon = (world: World, index = 0): unknown =>
  world.deposit({
    agent: 'lyon',
    database: 'shop',
    endedAt: end + index * day,
    content: `shop ${index}`,
  });

const paris = (world: World, index = 0, bytes?: Buffer): unknown =>
  world.deposit({
    database: 'a',
    endedAt: end + index * day,
    content: `a ${index}`,
    ...(bytes !== undefined && { bytes }),
  });

const scan = (world: World, now: number, ...more: string[]) => world.run(now, 'scan', ...more);

test('nobody is told of a job that is snoozed, until that is over by itself: then of what lasts, once', async () => {
  const world = await worldWith();
  const asked = await world.run(noon, 'snooze', 'paris/a', '--for', '1d');
  assert.deepEqual(
    [asked.code, asked.out, asked.err],
    [
      0,
      'no alarms about paris/a until 2026-06-21T12:00:00Z, for 1d; `backupmon snooze paris/a --off` ends that\n',
      '',
    ],
  );
  lyon(world);
  for (let now = scanAt; now < noon + day; now += 5 * hour) await scan(world, now);
  await scan(world, noon + day - 1);
  assert.deepEqual(heard(world), []);
  for (let index = 0; index < 5; index += 1) await scan(world, noon + day + index * minute);
  assert.deepEqual(heard(world), ['opened paris/a']);
  assert.equal(told(world)[0]?.events[0]?.jobs[0]?.since, '2026-06-20T20:05:00Z');
  const { out } = await world.run(noon + day, 'snooze');
  assert.equal(out, 'nothing is snoozed\n');
});

test('what began and ended meanwhile is never told; what ended meanwhile is told afterwards', async () => {
  const world = await worldWith();
  lyon(world);
  await world.ok(noon, 'snooze', 'paris/a', '--for', '36h');
  await scan(world, scanAt);
  paris(world);
  await scan(world, scanAt + hour);
  assert.deepEqual(world.events().slice(-1), ['paris/a SUCCESS verified']);
  lyon(world, 1);
  await scan(world, scanAt + day);
  // The job is missing again since 20:05 of the second evening, of which the first told nothing.
  await world.ok(scanAt + day + minute, 'snooze', 'paris/a', '--off');
  await scan(world, scanAt + day + 2 * minute);
  assert.deepEqual(heard(world), ['opened paris/a']);
  assert.equal(told(world)[0]?.events[0]?.jobs[0]?.since, '2026-06-21T20:05:00Z');
  await world.ok(scanAt + day + hour, 'snooze', 'paris', '--for', '2h');
  paris(world, 1);
  await scan(world, scanAt + day + 2 * hour);
  assert.deepEqual(heard(world), ['opened paris/a']);
  await scan(world, scanAt + day + 3 * hour);
  assert.deepEqual(heard(world), ['opened paris/a', 'ended paris/a']);
});

test('no reminders meanwhile, and one afterwards', async () => {
  const world = await worldWith(two, '', '  remind: [24h, 48h]\n');
  lyon(world);
  await scan(world, scanAt);
  await world.ok(scanAt + hour, 'snooze', 'paris/a', '--for', '3d');
  for (let index = 1; index <= 3; index += 1) {
    lyon(world, index);
    await scan(world, scanAt + index * day);
  }
  assert.deepEqual(heard(world), ['opened paris/a']);
  for (let index = 0; index < 3; index += 1)
    await scan(world, scanAt + hour + 3 * day + index * minute);
  assert.deepEqual(heard(world), ['opened paris/a', 'reminder paris/a']);
});

test('an agent that is silent is told though one of its jobs is snoozed, and not where the agent is', async () => {
  const world = await worldWith(silent);
  lyon(world);
  await world.ok(noon, 'snooze', 'paris/a', '--for', '2d');
  await world.ok(noon, 'snooze', 'lyon', '--for', '2d');
  await scan(world, scanAt);
  assert.deepEqual(
    told(world).map(({ subject }) => subject),
    ['[backupmon test] paris is silent: 3 backups MISSING'],
  );
  const other = await worldWith(silent);
  lyon(other);
  await other.ok(noon, 'snooze', 'paris', '--for', '2d');
  await scan(other, scanAt);
  // Reports that are refused are the agent's.
  other.deposit({
    database: 'a',
    endedAt: end,
    change: (report) => {
      report.agent_id = 'somebody else';
    },
  });
  const refused = await scan(other, scanAt + minute);
  assert.match(other.events().join('; '), /REPORT_REFUSED/u);
  assert.deepEqual([refused.code, refused.out], [2, '']);
  assert.deepEqual(told(other), []);
});

test('exit codes and status stay as they are, unless --exclude-snoozed; a snoozed job is no news that cron would mail', async () => {
  const world = await worldWith();
  lyon(world);
  await world.ok(noon, 'snooze', 'paris/a', '--for', '1d', '--reason', 'new disk');
  const codes = async (now: number, ...argv: string[]): Promise<(number | null)[]> => [
    (await world.run(now, ...argv)).code,
    (await world.run(now, ...argv, '--exclude-snoozed')).code,
  ];
  const rehearsed = await scan(world, scanAt, '--dry-run', '--exclude-snoozed');
  assert.equal(rehearsed.code, 0);
  const first = await scan(world, scanAt);
  assert.deepEqual([first.code, first.out, first.err], [2, '', '']);
  // Now nothing is new, and nothing looked at.
  assert.deepEqual(await codes(scanAt + minute, 'scan'), [2, 0]);
  assert.deepEqual(await codes(scanAt + minute, 'scan', 'paris/a'), [2, 0]);
  assert.deepEqual(await codes(scanAt + minute, 'status'), [2, 0]);
  assert.deepEqual(await codes(scanAt + minute, 'status', 'paris/a'), [2, 0]);
  assert.deepEqual(await codes(scanAt + minute, 'status', '--nagios'), [2, 0]);
  const nagios = await world.run(scanAt + minute, 'status', '--nagios', '--exclude-snoozed');
  assert.match(nagios.out, /^BACKUPMON OK\b/u);
  const json = await scan(world, scanAt + minute, '--exclude-snoozed', '--json');
  assert.equal((matches('scan', json.out) as { severity: string }).severity, 'ok');
  // What is not snoozed counts.
  await world.ok(scanAt + minute, 'snooze', 'paris/a', '--off');
  assert.deepEqual(await codes(scanAt + 2 * minute, 'scan'), [2, 2]);
  assert.deepEqual(await codes(scanAt + 2 * minute, 'status', '--nagios'), [2, 2]);
});

test('it is seen in status, in the list and in the history, with its reason and who asked for it', async () => {
  const world = await worldWith();
  lyon(world);
  await world.ok(noon, 'snooze', 'paris/a', '--for', '1d', '--reason', 'new\ndisk \u202eon Monday');
  await world.ok(noon, 'snooze', 'lyon', '--for', '12h');
  await scan(world, scanAt);
  const list = await world.run(scanAt, 'snooze');
  assert.equal(list.code, 0);
  assert.match(list.out, /^lyon until 2026-06-21T00:00:00Z \(by [^)]+\)$/mu);
  assert.match(
    list.out,
    /^paris\/a until 2026-06-21T12:00:00Z \(by [^)]+\): new disk on Monday$/mu,
  );
  const table = (await world.run(scanAt, 'status')).out.replaceAll(/\s+/gu, ' ');
  assert.match(table, /paris\/a.*no alarms until 2026-06-21 12:00.*new disk on Monday/u);
  const detail = (await world.run(scanAt, 'status', 'paris/a')).out.replaceAll(/\s+/gu, ' ');
  assert.match(detail, /MISSING.*no alarms until 2026-06-21 12:00.*new disk on Monday/u);
  const status = matches('status', (await world.run(scanAt, 'status', '--json')).out);
  const { jobs } = status as { jobs: { job: string; status: string; snoozed: object | null }[] };
  assert.deepEqual(
    jobs.map(({ job, status: state, snoozed }) => [job, state, snoozed]),
    [
      [
        'paris/a',
        'MISSING',
        { until: '2026-06-21T12:00:00Z', reason: 'new disk on Monday', by: 'root' },
      ],
      ['lyon/shop', 'SUCCESS', { until: '2026-06-21T00:00:00Z', reason: null, by: 'root' }],
    ],
  );
  await world.ok(scanAt, 'snooze', 'paris/a', '--off');
  const history = matches('history', (await world.run(scanAt, 'history', '--json')).out);
  const { events } = history as { events: Record<string, unknown>[] };
  assert.deepEqual(
    events
      .filter(({ status: state }) => state === 'NOTICE')
      .map(({ agent, database, reason, operator, severity }) => [
        agent,
        database,
        reason,
        operator,
        severity,
      ]),
    [
      ['paris', 'a', 'snooze_ended', 'root', 'ok'],
      ['lyon', null, 'snoozed', 'root', 'ok'],
      ['paris', 'a', 'snoozed', 'root', 'ok'],
    ],
  );
  const text = (await world.run(scanAt, 'history', 'paris/a')).out.replaceAll(/\s+/gu, ' ');
  assert.match(text, /no alarms until 2026-06-21T12:00:00Z: new/u);
});

test('a second snooze replaces the first, also by a shorter one; --off where nothing is snoozed', async () => {
  const world = await worldWith();
  await world.ok(noon, 'snooze', 'paris', '--for', '3d');
  await world.ok(noon, 'snooze', 'paris', '--for', '1h');
  const { out } = await world.run(noon, 'snooze');
  assert.match(out, /^paris until 2026-06-20T13:00:00Z \(by [^)]+\)\n$/u);
  const off = await world.run(noon, 'snooze', 'lyon', '--off');
  assert.deepEqual([off.code, off.out], [0, 'alarms about lyon are not snoozed: nothing to do\n']);
});

test('what makes no sense is refused in one sentence, and changes nothing', async () => {
  const world = await worldWith();
  const cases: [string[], RegExp][] = [
    [['rome/a', '--for', '1d'], /no job is named "rome\/a"/u],
    [['rome', '--off'], /no job is named "rome"/u],
    [['paris/a'], /snooze needs --for, or --off/u],
    [['paris/a', '--reason', 'x'], /snooze needs --for, or --off/u],
    [['paris/a', '--for', 'ever'], /--for ever is no duration/u],
    [['paris/a', '--for', '0s'], /--for 0s is no duration/u],
    [['paris/a', '--for=-1d'], /--for -1d is no duration/u],
    [['paris/a', '--for', '54w'], /--for 54w is longer than a year/u],
    [['paris/a', '--off', '--for', '1d'], /--off takes neither --for nor --reason/u],
    [['paris/a', '--off', '--reason', 'x'], /--off takes neither --for nor --reason/u],
    [['--for', '1d'], /which job or agent\? none was named/u],
    [['--off'], /which job or agent\? none was named/u],
    [['paris/a', 'lyon', '--for', '1d'], /takes at most one name|too many/u],
  ];
  for (const [argv, expected] of cases) {
    const { code, out, err } = await world.run(noon, 'snooze', ...argv);
    assert.deepEqual([code, out], [3, ''], argv.join(' '));
    assert.match(err, expected);
    assert.ok(err.trimEnd().split('\n').length <= 2, err);
  }
  assert.equal((await world.run(noon, 'snooze')).out, 'nothing is snoozed\n');
});

test(
  'who does not own the database is told who does',
  { skip: process.getuid?.() === 0 ? false : 'skipped, because only root can become another user' },
  async () => {
    const world = await worldWith();
    chmodSync(world.root, 0o755);
    chmodSync(world.configFile, 0o644);
    const nobody = 65_534;
    chownSync(join(world.root, 'state'), 0, nobody);
    const { code, err } = world.process(['snooze', 'paris', '--for', '1d'], {
      uid: nobody,
      gid: nobody,
    });
    assert.equal(code, 3);
    assert.match(err, /belongs to root.*sudo -u root backupmon/su);
  },
);

test('planned times: by the time zone of the file, for those that are named, as if they were snoozed', async () => {
  const window = "{ schedule: '0 22 * * *', for: 2h, jobs: [paris], reason: restart }";
  const world = await worldWith(two, `timezone: Europe/Berlin\nmaintenance: [${window}]\n`);
  // 22:20 in Berlin is within, 20:20 would not be.
  const first = await scan(world, scanAt, '--exclude-snoozed');
  assert.equal(first.code, 2);
  assert.match(first.out, /lyon\/shop/u);
  assert.doesNotMatch(first.out, /paris/u);
  assert.deepEqual(heard(world), ['opened lyon/shop']);
  const list = await world.run(scanAt, 'snooze');
  assert.equal(list.out, 'paris until 2026-06-20T22:00:00Z (maintenance): restart\n');
  const status = await world.run(scanAt, 'status', '--json', 'paris/a', '--exclude-snoozed');
  assert.equal(status.code, 0);
  const { jobs } = matches('status', status.out) as { jobs: { snoozed: object | null }[] };
  assert.deepEqual(jobs[0]?.snoozed, {
    until: '2026-06-20T22:00:00Z',
    reason: 'restart',
    by: null,
  });
  await scan(world, end + 2 * hour - 11 * minute);
  assert.deepEqual(heard(world), ['opened lyon/shop']);
  const after = await scan(world, end + 2 * hour - 10 * minute, '--exclude-snoozed');
  assert.equal(after.code, 2);
  assert.deepEqual(heard(world), ['opened lyon/shop', 'opened paris/a']);
  assert.equal((await world.run(noon, 'snooze')).out, 'nothing is snoozed\n');
});

test('a planned time for all: nobody hears of anything, nor that it is over in the middle of it', async () => {
  const world = await worldWith(two, "maintenance: [{ schedule: '0 20 * * 6', for: 1h }]\n");
  const { code, out } = await scan(world, scanAt, '--exclude-snoozed');
  assert.deepEqual([code, out], [0, '']);
  lyon(world);
  await scan(world, scanAt + 30 * minute);
  assert.match((await world.run(scanAt, 'snooze')).out, /^everything until /u);
  await scan(world, scanAt + hour);
  assert.deepEqual(heard(world), ['opened paris/a']);
});
