/** Reports that were somebody else's, or were true once. */
import assert from 'node:assert/strict';
import { copyFileSync, existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { day, hour, minute } from '../support/world.ts';
import { Siege } from './support.ts';

const good = 'paris/compta SUCCESS verified';
const forged = 'paris REPORT_REFUSED forged';
const replayed = 'paris/compta UNKNOWN replayed';

test("case 10: a report in another agent's name is forged: an alarm, told once, never moved, and lyon keeps its own status", async () => {
  const siege = await Siege.begin();
  const { world, now } = siege;
  const reports = ['pariſ', 'paris/', 'nobody', 'LYON', 'lyon'].map((name) => {
    const made = siege.deposit({
      agent: 'paris',
      database: 'shop',
      file: 'shop.sql.gz',
      content: 'not of lyon',
      change: (report) => {
        report.agent_id = name;
        for (const { BACKUP } of Object.values(report.databases)) BACKUP.status = false;
      },
    });
    return made.report;
  });
  const texts = reports.map((path) => readFileSync(path));
  const ran = world.process(['scan']);
  siege.holds(ran, { code: 2, events: [forged] });
  assert.match(
    ran.out,
    /paris .* names agent "[\w/]+" but lies in the folder of paris \(and 4 more reports\)/u,
  );
  assert.deepEqual(world.sql("select severity, cycle, count from events where reason = 'forged'"), [
    { severity: 'critical', cycle: null, count: 5 },
  ]);
  const again = world.process(['scan']);
  assert.equal(again.out, '');
  siege.holds(again, { code: 0, events: [forged] });
  assert.deepEqual(
    reports.map((path) => readFileSync(path)),
    texts,
  );
  assert.deepEqual((await world.statusOf(now + minute, 'lyon/shop')).status, 'SUCCESS');
});

test("case 10: lyon's own report, copied, is forged too; paris in capitals is paris", async () => {
  const siege = await Siege.begin();
  const { world } = siege;
  const own = readdirSync(world.zone('lyon', 'log')).find((name) => name.endsWith('.json')) ?? '';
  copyFileSync(world.zone('lyon', 'log', own), world.zone('paris', 'log', own));
  copyFileSync(world.zone('lyon', 'log', own), world.zone('paris', own));
  siege.deposit({
    content: 'today',
    change: (report) => {
      report.agent_id = 'PARIS';
    },
  });
  siege.holds(siege.scan(), { code: 2, events: [forged, good], published: 1 });
  assert.ok(existsSync(world.zone('paris', 'log', own)) && existsSync(world.zone('paris', own)));
});

/** Yesterday's report of paris, as it lies in the archive, with the file that it was about. */
function yesterday(siege: Siege): { readonly text: Buffer; readonly bytes: Buffer } {
  const { world } = siege;
  const [name = ''] = readdirSync(world.zone('paris', 'log', '_archive'));
  const [version = ''] = world.versions('paris/compta');
  return {
    text: readFileSync(world.zone('paris', 'log', '_archive', name)),
    bytes: readFileSync(world.tree('paris/compta', version, 'compta.sql.gz')),
  };
}

test("case 10: yesterday's report again, with yesterday's file: ignored, today's version stays the current one", async () => {
  const siege = await Siege.begin();
  const { world, now } = siege;
  const old = yesterday(siege);
  const today = siege.deposit({ content: 'today' });
  siege.holds(await siege.look(), { code: 0, events: [good], published: 1 });
  for (const path of [
    world.zone('paris', 'log', 'again.json'),
    world.zone('paris', 'STATUS.json'),
  ]) {
    writeFileSync(path, old.text);
    writeFileSync(today.file, old.bytes);
    siege.holds(siege.scan(), { code: 0, events: [good], published: 1 });
    assert.deepEqual(readFileSync(world.tree('paris/compta/current/compta.sql.gz')), today.bytes);
    assert.equal(existsSync(path), false, 'put back into the archive');
  }
  const { status, reason, sha256 } = await world.statusOf(now + minute, 'paris/compta');
  assert.deepEqual([status, reason, sha256 === null], ['SUCCESS', 'verified', false]);
});

test("case 10: yesterday's report before today's: it covers nothing, and today is MISSING at the deadline", async () => {
  const siege = await Siege.begin();
  const { world, now } = siege;
  const old = yesterday(siege);
  writeFileSync(world.zone('paris', 'log', 'again.json'), old.text);
  siege.holds(siege.scan(), { code: 0, events: [] });
  const late = await world.run(now + hour, 'scan');
  siege.holds(late, { code: 2, events: ['paris/compta MISSING no_report'] });
});

test('case 10: the same report under two names is judged once', async () => {
  const siege = await Siege.begin();
  const { world } = siege;
  const { report } = siege.deposit({ content: 'today' });
  for (const path of [world.zone('paris', 'STATUS.json'), world.zone('paris', 'log', 'b.json')])
    copyFileSync(report, path);
  siege.holds(siege.scan(), { code: 0, events: [good], published: 1 });
  siege.holds(await siege.look(), { code: 0, events: [good], published: 1 });
});

const older: Readonly<Record<string, (siege: Siege) => void>> = {
  "yesterday's, written in another way": (siege) => {
    const { text } = yesterday(siege);
    writeFileSync(siege.world.zone('paris', 'log', 'again.json'), `${text.toString()}\n`);
  },
  'one of another file, a second older': (siege) => {
    siege.deposit({ content: 'older', file: 'older.gz', endedAt: siege.now - minute - 1000 });
  },
  'one of 1970': (siege) => {
    siege.deposit({ content: 'older', file: 'older.gz', endedAt: 0 });
  },
  'one that says it failed': (siege) => {
    siege.deposit({
      endedAt: siege.now - day,
      bytes: null,
      change: (report) => {
        for (const { BACKUP } of Object.values(report.databases)) BACKUP.status = false;
      },
    });
  },
};

for (const [what, put] of Object.entries(older)) {
  test(`case 10: a report older than the last judged, ${what}: noted as replayed, and changes nothing`, async () => {
    const siege = await Siege.begin();
    const { world, now } = siege;
    const { bytes } = siege.deposit({ content: 'today' });
    siege.holds(await siege.look(), { code: 0, events: [good], published: 1 });
    const before = await world.statusOf(now + minute, 'paris/compta');
    put(siege);
    siege.holds(siege.scan(), { code: 0, events: [good, replayed], published: 1 });
    assert.deepEqual(readFileSync(world.tree('paris/compta/current/compta.sql.gz')), bytes);
    // How many files lie there is no part of it.
    const after = await world.statusOf(now + minute, 'paris/compta');
    assert.deepEqual({ ...after, deposit_files: 0 }, { ...before, deposit_files: 0 });
    assert.deepEqual(readdirSync(world.zone('paris', 'log')), ['_archive']);
  });
}
