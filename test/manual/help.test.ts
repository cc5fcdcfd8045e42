/** What `--help` of each command says, and what is said where a word was mistyped. */
import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import { descriptions } from '../../src/cli/descriptions/index.ts';
import { exitsOf } from '../../src/cli/help.ts';
import { runHere } from '../support/run-here.ts';
import { flowing, pages } from './support.ts';

const now = Date.UTC(2026, 5, 20);

const assertNarrow = (text: string): void => {
  for (const line of text.split('\n')) assert.ok(line.length <= 80, line);
};

describe('the help of every command', () => {
  for (const description of descriptions)
    it(`${description.name} has examples, exit status, and what to read next`, async () => {
      const { name, summary, examples, next } = description;
      const { code, out, err } = await runHere(now, [name, '--help']);
      assert.deepEqual([code, err], [0, '']);
      assertNarrow(out);
      assert.ok(out.startsWith(`Usage: backupmon ${name} `));
      const flow = flowing(out);
      assert.ok(flow.includes(summary));
      assert.ok(examples.length > 0 && next.length > 0);
      for (const { command, says } of examples) {
        assert.match(command, new RegExp(`^backupmon (?:--config \\S+ )?${name}(?: |$)`, 'u'));
        assert.ok(flow.includes(`# ${says} ${command}`), command);
      }
      const exits = exitsOf(description).map(([status, says]) => `${status} ${says}`);
      assert.ok(flow.includes(`Exit status: ${exits.join(' ')}`), flow);
      assert.ok(flow.includes(`Read next: ${next.join(', ')}`));
      assert.deepEqual(await runHere(now, ['help', name]), { code, out, err });
    });

  it('names what there is to read', async () => {
    const commands = new Set<string>(descriptions.map(({ name }) => name));
    for (const { next } of descriptions)
      for (const one of next) {
        const page = /^(?<name>[\w-]+)\((?<number>\d)\)$/u.exec(one)?.groups;
        if (page !== undefined) assert.ok(pages.has(`${page['name']}.${page['number']}`), one);
        else assert.ok(commands.has(/^backupmon (\S+) --help$/u.exec(one)?.[1] ?? ''), one);
      }
  });

  it('is short for the program as a whole, and names every command', async () => {
    const { code, out } = await runHere(now, ['--help']);
    assert.equal(code, 0);
    assertNarrow(out);
    for (const { name } of descriptions) assert.match(out, new RegExp(`^  ${name} `, 'mu'));
    assert.match(
      flowing(out),
      /Read next: .*backupmon\(1\), backupmon-config\(5\), backupmon-states\(7\)/u,
    );
  });
});

const mistyped: readonly (readonly [argv: string, message: string, hint: string])[] = [
  ['scn', "unknown command 'scn'", 'Did you mean scan? see backupmon --help'],
  ['histroy', "unknown command 'histroy'", 'Did you mean history? see backupmon --help'],
  ['stats paris', "unknown command 'stats'", 'Did you mean status? see backupmon --help'],
  ['SCAN', "unknown command 'SCAN'", 'Did you mean scan? see backupmon --help'],
  ['initdb', "unknown command 'initdb'", 'Did you mean init-db? see backupmon --help'],
  ['config', "unknown command 'config'", 'Did you mean check-config? see backupmon --help'],
  ['help scn', "unknown command 'scn'", 'Did you mean scan? see backupmon --help'],
  ['xyzzy', "unknown command 'xyzzy'", 'see backupmon --help'],
  ['--jsn', "unknown option '--jsn'", 'Did you mean --json? see backupmon --help'],
  ['--jsn status', "unknown option '--jsn'", 'Did you mean --json? see backupmon status --help'],
  [
    'status --problms',
    "unknown option '--problms'",
    'Did you mean --problems? see backupmon status --help',
  ],
  [
    'history scan --jsn',
    "unknown option '--jsn'",
    'Did you mean --json? see backupmon history --help',
  ],
  ['scan --dry', "unknown option '--dry'", 'Did you mean --dry-run? see backupmon scan --help'],
  [
    'scan --color',
    "unknown option '--color'",
    'Did you mean --no-color? see backupmon scan --help',
  ],
  [
    'scan --problems',
    "unknown option '--problems'",
    '--problems belongs to status; see backupmon scan --help',
  ],
  ['scan -x', "unknown option '-x'", 'see backupmon scan --help'],
  ['promote', 'promote needs AGENT/DATABASE', 'see backupmon promote --help'],
  [
    'promote a/b c d',
    "promote takes 2 arguments at most: 'd' is too many",
    'see backupmon promote --help',
  ],
  ['snooze a b', "snooze takes one argument: 'b' is too many", 'see backupmon snooze --help'],
  [
    'check-config x',
    "check-config takes no argument: 'x' is too many",
    'see backupmon check-config --help',
  ],
  ['history --limit', '--limit needs a number', 'see backupmon history --help'],
  ['scan --config', '--config needs a file', 'see backupmon --help'],
  ['', 'no command was given', 'see backupmon --help'],
];

describe('what was mistyped is told in one sentence and a hint', () => {
  for (const [argv, message, hint] of mistyped)
    it(`backupmon ${argv}`, async () => {
      const words = argv.split(' ').filter((word) => word !== '');
      assert.deepEqual(await runHere(now, words), {
        code: 3,
        out: '',
        err: `backupmon: ${message}\n  ${hint}\n`,
      });
    });
});

/** Words of a shell, up to a pipe or a redirection. */
const wordsOf = (line: string): string[] =>
  Array.from((/^[^|>]*/u.exec(line)?.[0] ?? '').matchAll(/"([^"]*)"|'([^']*)'|(\S+)/gu), (match) =>
    match.slice(1).join(''),
  );

/** Every command that an example on a page shows. */
const shownCommands = [...pages.values()]
  .flatMap((page) => page.match(/(?<=^\.Bd -literal.*\n)[^]*?(?=^\.Ed)/gmu) ?? [])
  .flatMap((block) => block.split(/\n| && /u))
  .filter((line) => line.startsWith('backupmon '))
  .map((line) =>
    line
      .replaceAll(String.raw`\-`, '-')
      .replaceAll(String.raw`\(aq`, "'")
      .replaceAll(String.raw`\(dq`, '"'),
  );

describe('the parser takes every command that an example shows', () => {
  assert.ok(shownCommands.length > 20);
  for (const line of new Set(shownCommands))
    it(line, async () => {
      const [, ...words] = wordsOf(line);
      // There is no such configuration; what is wrong with the words would be told before.
      const nowhere = words.includes('--config') ? [] : ['--config', '/nonexistent/config.yaml'];
      const { err } = await runHere(now, [...nowhere, ...words]);
      assert.doesNotMatch(
        err,
        /see backupmon|Did you mean|is no time|is no duration|is no status/u,
      );
    });
});

test('scripts are told what was mistyped as an object, a monitoring system in one line', async () => {
  const { code, out, err } = await runHere(now, ['status', '--json', '--problms']);
  assert.deepEqual([code, out], [3, '']);
  const { message, hint } = JSON.parse(err) as { message: string; hint: string };
  assert.equal(message, "unknown option '--problms'");
  assert.match(hint, /^Did you mean --problems\? /u);
  const plugin = await runHere(now, ['status', '--nagios', '--problms']);
  assert.deepEqual(plugin, {
    code: 3,
    out: "BACKUPMON UNKNOWN - unknown option '--problms'\n",
    err: '',
  });
});
