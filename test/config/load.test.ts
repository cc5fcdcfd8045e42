import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { loadConfig } from '../../src/config/load.ts';
import { head, problemsOf, told, withLines } from './support.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'backupmon-load-'));
after(() => rmSync(folder, { recursive: true }));

function written(content: string | Buffer): string {
  const file = path.join(folder, 'config.yaml');
  writeFileSync(file, content);
  return file;
}

describe('loadConfig', () => {
  it('reads a file, relative to the working folder too', async () => {
    const file = written(withLines(''));
    const loaded = await loadConfig(path.relative(process.cwd(), file), {});
    assert.ok(loaded.kind === 'ok');
    assert.equal(loaded.config.file, file);
  });

  it('accepts a byte order mark and the line ends of Windows', async () => {
    const loaded = await loadConfig(written(`\ufeff${withLines('').replaceAll('\n', '\r\n')}`), {});
    assert.ok(loaded.kind === 'ok');
    assert.deepEqual(loaded.config.jobs[0]?.lines, { schedule: 4 });
  });

  const unreadable = [
    {
      name: 'a missing file',
      file: () => path.join(folder, 'none'),
      message: 'there is no such file',
    },
    { name: 'a folder', file: () => folder, message: 'this is a folder' },
    {
      name: 'a file as folder',
      file: () => path.join(written(''), 'x'),
      message: 'a folder of this path is a file',
    },
    {
      name: 'text in another encoding',
      file: () => written(Buffer.from('# café\nsite: café\n', 'latin1')),
      message: 'line 1 is not valid UTF-8',
    },
    {
      name: 'a wrong byte in the last line',
      file: () => written(Buffer.from('site: a\n\xff', 'latin1')),
      message: 'line 2 is not valid UTF-8',
    },
    {
      name: 'a file that is too large',
      file: () => written(Buffer.alloc(17 * 1024 * 1024, '#')),
      message: 'the file is too large',
    },
  ];
  for (const { name, file, message } of unreadable) {
    it(`tells of ${name}`, async () => {
      const loaded = await loadConfig(file(), {});
      assert.ok(loaded.kind === 'invalid');
      assert.deepEqual(told(loaded.problems), [`-:- ${message}`]);
      assert.ok(path.isAbsolute(loaded.problems[0]?.file ?? ''));
    });
  }

  it('finds the example of the project valid', async () => {
    const example = fileURLToPath(new URL('../../config.example.yaml', import.meta.url));
    const loaded = await loadConfig(example, {});
    assert.equal(loaded.kind, 'ok', JSON.stringify(loaded));
  });
});

describe('problems', () => {
  it('are told all at once, in the order of the file', () => {
    const text = `site: a
site: b
deposits: relative
validated: /mnt/v
databse: /d.db
scan_max_age: 3 hours
defaults: { verify: all, path: "{town}/{database}" }
agents:
  A: { databases: { x: { schedule: "0 25 * * *" }, y: { schedule: "0 20 * * *", grace: 20h } } }
  a: { labels: { site: x, town: t }, databases: [x, x] }
notifications: { email: { smtp: { host: h }, from: a, to: [] } }
`;
    assert.deepEqual(
      problemsOf(text).map(({ line, path: key }) => `${line} ${key}`),
      [
        'null database',
        '2 site',
        '3 deposits',
        '5 databse',
        '6 scan_max_age',
        '7 defaults.verify',
        '7 defaults.path',
        '9 agents.A.databases.x.schedule',
        '9 agents.A.databases.y.grace',
        '10 agents.a',
        '10 agents.a.labels.site',
        '10 agents.a.databases.x.schedule',
        '10 agents.a.databases.x',
        '10 agents.a.databases.x.schedule',
        '11 notifications.email.from',
        '11 notifications.email.to',
      ],
    );
  });

  it('carry the line as it stands in the file, and the width of what is wrong', () => {
    const [problem] = problemsOf(withLines('scan_timeout: 6 hours # long\r\n'));
    assert.deepEqual(problem, {
      file: '/etc/backupmon/config.yaml',
      line: 5,
      column: 15,
      sourceLine: 'scan_timeout: 6 hours # long',
      width: 7,
      path: 'scan_timeout',
      message: '"6 hours" is no duration',
      expected: 'a duration such as 45s, 90m, 24h, 7d, 2w or 1h30m',
      suggestion: '6h',
    });
  });

  it('carry no line that is too long to show', () => {
    const [problem] = problemsOf(withLines(`scan_timeout: 6 # ${'x'.repeat(600)}\n`));
    assert.equal(problem?.sourceLine, null);
    assert.deepEqual([problem?.line, problem?.column], [5, 15]);
  });

  it('say which keys are valid when none is near', () => {
    const [problem] = problemsOf(
      `${head}agents:\n  a: { databases: { x: { keep: { hourly: 3 } } } }\n`,
    );
    assert.equal(problem?.expected, 'one of: last, daily, weekly, monthly, yearly');
  });

  it('of a faulty rule do not breed others', () => {
    // A faulty path, schedule, label or zone must not be judged as if it were the inherited one.
    const text = `${head}agents:\n  a: { path: "{", databases: [x] }\n  b: { path: b, databases: { x: { schedule: x, grace: 1d } } }\n  c: { labels: { l: [] }, path: "{l}", databases: [x] }\n`;
    assert.deepEqual(
      problemsOf(text).map(({ path: key }) => key),
      ['agents.a.path', 'agents.b.databases.x.schedule', 'agents.c.labels.l'],
    );
  });

  it('of ten thousand jobs are found in reasonable time', () => {
    const job = (index: number): string => `      d${index}: { graze: 1, grace: 1 hour }\n`;
    const databases = Array.from({ length: 10 }, (_, index) => job(index)).join('');
    const agents = Array.from(
      { length: 1000 },
      (_, index) => `  a${index}:\n    databases:\n${databases}`,
    );
    assert.equal(problemsOf(`${head}agents:\n${agents.join('')}`).length, 20_000);
  });

  it('of aliases that multiply are bounded', () => {
    const levels = Array.from(
      { length: 12 },
      (_, level) => `a${level + 1}: &a${level + 1} [${Array(10).fill(`*a${level}`).join(', ')}]\n`,
    );
    const messages = problemsOf(`a0: &a0 [x]\n${levels.join('')}`).map(({ message }) => message);
    assert.equal(
      messages.filter((message) => /aliases stand for more than/.test(message)).length,
      1,
    );
  });

  it('of deep nesting are bounded', () => {
    const messages = problemsOf(`${head}agents: ${'{a: '.repeat(100)}${'}'.repeat(100)}`).map(
      ({ message }) => message,
    );
    assert.ok(messages.includes('this is nested too deeply'));
    assert.ok(problemsOf('['.repeat(1_000_000)).length > 0);
  });
});
