/**
 * Case 15, from end to end: agents put every hostile text of the table into everything that they can name or fill, and no command
 * shows anything of it that a terminal, a journal or Nagios would obey.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { nasty } from '../render/hostile.ts';
import { minute, launch, World } from '../support/world.ts';

const texts = Object.entries(nasty);
const jobs = ['failed', 'named', 'filled', 'shaped', 'content'];
const agents = texts.map((_, index) => `agent${index}`);
const yaml = `defaults: { schedule: every 24h, size_change: off }
agents:
${agents.map((agent) => `  ${agent}: { databases: [${jobs.join(', ')}] }\n`).join('')}`;

/** Nothing that a terminal obeys, hides or reorders; line feeds are ours. */
const forbidden = /(?!\n)[\p{Cc}\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}\u2028\u2029]/u;
/** What the texts would write, if one of them could begin a line. */
const forged = /^(?:<\d>|forged|OK -|Bcc:)/m;

function assertHarmless(text: string, what: string): void {
  assert.doesNotMatch(text, forbidden, what);
  assert.doesNotMatch(text, forged, what);
}

/** The nearest that a file system takes. */
const asFileName = (text: string): string => {
  const name = Buffer.from(text.replaceAll(/[/\0]/g, '_')).subarray(0, 200);
  return `x${name.toString().replaceAll('\ufffd', '')}`;
};

const world = new World(yaml);
const now = Date.now();
const endedAt = now - 10 * minute;

/** Longer ones are refused. */
const nameOf = (text: string): string => text.slice(0, 255);

/** One round: a report with the text in every field, some that are refused, and files of such names. */
function depositFor(agent: string, text: string): void {
  const name = asFileName(text);
  const stages = { BACKUP: 'BACKUP', COMPRESS: 'COMPRESS', TRANSFER: 'TRANSFER' } as const;
  world.deposit({
    agent,
    database: 'content',
    // Not a dump: its last line is shown.
    content: Buffer.from(`${text}\n${text}`),
    endedAt,
    report: `${name}.json`,
    change: (report) => {
      const good = report.databases['content'];
      if (good === undefined) return;
      const copy = (): typeof good => structuredClone(good);
      const [failed, named, filled] = [copy(), copy(), copy()];
      for (const stage of Object.values(stages)) {
        Object.assign(failed[stage], { status: false, error_message: text });
        Object.assign(filled[stage], {
          status: text,
          sha256: text,
          size: text,
          start_time: text,
          end_time: text,
          error_message: text,
          [text]: text,
        });
      }
      named.staged_file_name = text;
      // Object.fromEntries makes an own key of `__proto__`.
      report.databases = Object.fromEntries([
        ...Object.entries({ ...report.databases, failed, named, filled, shaped: text as never }),
        [nameOf(text), copy()],
      ]);
      Object.assign(report, { overall_status: text, logs_summary: text, [`x${text}`]: text });
    },
  });
  const log = (file: string, content: string): void =>
    writeFileSync(world.zone(agent, 'log', file), content);
  const report = { agent_id: agent, operation_end_time: new Date(endedAt).toISOString() };
  log('a-forged.json', JSON.stringify({ ...report, agent_id: text, databases: {} }));
  log('b-time.json', JSON.stringify({ ...report, operation_end_time: text, databases: {} }));
  log('c-shape.json', JSON.stringify({ ...report, databases: text }));
  log('d-text.json', text);
  log('e-twice.json', `{${JSON.stringify(text)}: 1, ${JSON.stringify(text)}: 2}`);
  log(`f${name}.json`, JSON.stringify({ ...report, databases: { [text]: text } }).slice(0, -9));
  writeFileSync(world.zone(agent, 'database', name), text);
  mkdirSync(join(world.deposits, `${name}${agent}`));
}

/** People's outputs, after the scan has recorded everything. */
const shown: readonly (readonly string[])[] = [
  ['status'],
  ['status', '--problems'],
  ['status', '--nagios'],
  ['history', '--limit', '100000'],
  ['history', '--limit', '100000', ...agents],
  ['-v', 'scan'],
  ['-v', 'scan', '--dry-run'],
];

describe('case 15: text of agents', () => {
  before(async () => {
    assert.equal((await world.run(now, 'init-db')).code, 0);
    for (const [index, [, text]] of texts.entries()) depositFor(`agent${index}`, text);
    // No text at all: bytes that are no UTF-8.
    const bytes = Buffer.concat([
      Buffer.from(world.zone('agent0', 'log/')),
      Buffer.from([0xff, 0x9b, 0x41]),
      Buffer.from('.json'),
    ]);
    writeFileSync(bytes, '{');
  });

  it('case 15: the first scan shows every conclusion, and nothing harmful', async () => {
    for (const argv of [
      ['-v', 'scan', '--dry-run'],
      ['scan', '--dry-run', '--json'],
      ['-v', 'scan'],
    ]) {
      const ran = await world.run(now, ...argv);
      assert.equal(ran.code, 2, ran.err);
      if (argv.includes('--json')) JSON.parse(ran.out);
      assert.ok(ran.out.split('\n').length > 5 * texts.length);
      assertHarmless(ran.out + ran.err, argv.join(' '));
    }
  });

  it('case 15: status, history and Nagios show nothing harmful', async () => {
    for (const argv of shown) {
      const { code, out, err } = await world.run(now + minute, ...argv);
      assert.notEqual(code, 3, err);
      assertHarmless(out + err, argv.join(' '));
    }
    const nagios = await world.run(now + minute, 'status', '--nagios');
    assert.match(nagios.out, /^BACKUPMON CRITICAL - [^|\n]+ \|[^|\n]+\n[^|]*$/);
  });

  it('case 15: the evidence of each job shows nothing harmful', async () => {
    for (const agent of agents) {
      for (const job of jobs) {
        const { out, err } = await world.ok(now + minute, 'status', `${agent}/${job}`);
        assertHarmless(out + err, `${agent}/${job}`);
      }
    }
  });

  it('case 15: JSON is escaped, and carries the words of the agent as they were', async () => {
    const status = await world.ok(now + minute, 'status', '--json');
    const history = await world.ok(now + minute, 'history', '--json');
    for (const { out } of [status, history]) assertHarmless(out, 'JSON');
    const { unexpected } = JSON.parse(status.out) as {
      unexpected: { agent: string; database: string }[];
    };
    const { events } = JSON.parse(history.out) as {
      events: { job: string; report: { stages: { backup: { error: string | null } } } | null }[];
    };
    for (const [index, [name, text]] of texts.entries()) {
      const failed = events.find((event) => event.job === `agent${index}/failed`);
      assert.ok(failed !== undefined, name);
      // The longest is cut.
      assert.equal(failed.report?.stages.backup.error?.slice(0, 1_999) ?? '', text.slice(0, 1_999));
      const names = unexpected.filter(({ agent }) => agent === `agent${index}`);
      assert.ok(
        names.some(({ database }) => database === nameOf(text)),
        name,
      );
    }
  });

  it('case 15: errors name hostile arguments without harm', async () => {
    for (const [name, text] of texts) {
      for (const argv of [
        ['status', text],
        ['status', '--nagios', text],
        ['status', `agent0/${text}`],
        ['history', text],
        ['history', '--since', text],
        ['history', '--status', text],
        ['history', '--limit', text],
        ['scan', text],
        ['promote', text],
        ['promote', 'agent0/failed', text],
        ['promote', `agent0${text}/failed`],
        [text],
        [`--x${text}`],
        ['status', `--x${text}`],
        ['--config', `/nowhere/${text}`, 'status'],
        ['--config', `/nowhere/${text}`, 'check-config'],
      ]) {
        for (const json of [[], ['--json']]) {
          const { code, out, err } = await world.run(now + minute, ...argv, ...json);
          assertHarmless(out + err, `${name}: ${argv[0]}`);
          if (code === 3 && json.length > 0 && err !== '') JSON.parse(err);
        }
      }
    }
  });
});

describe('case 15: the real program, under the journal', () => {
  it('case 15: an injected line feed forges neither a line nor a priority', async () => {
    const other = new World(yaml);
    await other.ok(Date.now(), 'init-db');
    for (const [index, [, text]] of texts.entries()) {
      other.deposit({
        agent: `agent${index}`,
        database: 'failed',
        endedAt: Date.now() - minute,
        report: `${asFileName(text)}.json`,
        change: ({ databases }) =>
          Object.assign(databases['failed']?.BACKUP ?? {}, { status: false, error_message: text }),
      });
    }
    const journal = join(other.root, 'journal');
    const runs: readonly (readonly [code: number, ...argv: string[]])[] = [
      [2, 'scan'],
      [2, '-v', 'scan'],
      [2, 'status'],
      [2, 'status', 'agent0/failed'],
      [0, 'history'],
      [3, 'status', 'x\n<0>forged'],
    ];
    for (const [code, ...argv] of runs) {
      const { status } = spawnSync('sh', [
        '-c',
        'exec >"$0" 2>&1; export JOURNAL_STREAM=$(stat -c %d:%i "$0"); exec "$@"',
        journal,
        ...launch,
        '--config',
        other.configFile,
        ...argv,
      ]);
      const said = readFileSync(journal, 'utf8');
      assert.equal(status, code, said);
      for (const line of said.split('\n')) if (line !== '') assert.match(line, /^<[3-6]>(?!<)/);
      assertHarmless(said.replaceAll(/^<[3-6]>/gm, ''), argv.join(' '));
    }
  });
});
