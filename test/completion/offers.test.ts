/** Which words each shell offers at which place, and what the program is asked for there. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { Command } from 'commander';
import { spans } from '../../scripts/completion/model.ts';
import { defineGlobalOptions } from '../../src/cli/descriptions/global-options.ts';
import { descriptions } from '../../src/cli/descriptions/index.ts';
import { parseDuration } from '../../src/core/duration.ts';
import { statuses } from '../../src/core/statuses.ts';
import { offered } from './offers.ts';
import { shells } from './shells.ts';
import { Desk, needs } from './support.ts';

const jobs = ['lyon/shop', 'paris/compta', 'paris/crm'];
const names = ['lyon', ...jobs, 'paris'].toSorted();
const ways = ['chat', 'email'];
const deposits = ['compta-1.sql.gz', 'compta-2.sql.gz'];
const shipped = ['backupmon.1', 'config.example.yaml'];

function furnished(): Desk {
  const desk = new Desk();
  desk.know('names', names);
  desk.know('jobs', jobs);
  desk.know('ways', ways);
  desk.know('deposits', deposits);
  desk.know('shipped', shipped);
  writeFileSync(join(desk.folder, 'file.yaml'), '');
  return desk;
}

const commands = [...descriptions.map(({ name }) => name), 'help'].toSorted();
const sorted = (words: readonly string[]): string[] => words.toSorted();

/** Where options end and what they take differs from what a plain list of words would say. */
const places: readonly (readonly [line: string, words: readonly string[]])[] = [
  ['', commands],
  ['st', ['status']],
  ['--no-color sta', ['status']],
  ['--config file.yaml sta', ['status']],
  ['compl', []],
  ['help sc', ['scan']],
  ['status ', names],
  ['status pa', ['paris', 'paris/compta', 'paris/crm']],
  ['status paris/', ['paris/compta', 'paris/crm']],
  ['status lyon pa', ['paris', 'paris/compta', 'paris/crm']],
  ['status --problems paris/co', ['paris/compta']],
  ['status -- ', names],
  ['status -- --', []],
  ['snooze --for 1h li', []],
  ['snooze lyon pa', []],
  ['promote ', jobs],
  ['promote --reason lyon paris/c', ['paris/compta', 'paris/crm']],
  ['promote paris/compta ', deposits],
  ['promote paris/compta compta-1.sql.gz compta', []],
  ['promote --reason ', []],
  ['history --limit ', []],
  ['history --status ', statuses],
  ['history --status FAI', ['FAILED']],
  ['history --status=FAI', ['FAILED']],
  ['history --status FAILED,MIS', ['MISSING']],
  [
    'history --status=FAILED,MISSING,',
    statuses.filter((one) => one !== 'FAILED' && one !== 'MISSING'),
  ],
  ['history --since ', spans],
  ['history --until=3', ['30d', '3d']],
  ['snooze paris --for ', spans],
  ['notify --test ', ways],
  ['notify --test=e', ['email']],
  ['files ', shipped],
  ['--config ', ['file.yaml']],
  ['--config=f', ['file.yaml']],
  ['status paris --config ', ['file.yaml']],
];

/** Options that can stand behind a command, as commander itself knows them. */
function optionsOf(name: string): string[] {
  const program = defineGlobalOptions(new Command());
  const command = program.command(name);
  descriptions.find((one) => one.name === name)?.define(command, () => undefined);
  return [...command.options, ...program.options.filter(({ hidden }) => !hidden)]
    .map(({ long }) => long ?? '')
    .concat('--help')
    .toSorted();
}

test('spans are such as the program takes', () => {
  for (const span of spans) assert.notEqual(parseDuration(span), null, span);
});

for (const shell of shells)
  describe(shell.name, needs(...shell.programs), () => {
    test('each command with all of its options', async () => {
      const lines = new Map(
        descriptions.map(({ name }) => [`backupmon ${name} --`, optionsOf(name)] as const),
      );
      const found = await offered(shell, furnished(), [...lines.keys()]);
      assert.deepEqual(found, lines);
    });

    test('what fits its place', async () => {
      const lines = new Map(
        places.map(([line, words]) => [`backupmon ${line}`, sorted(words)] as const),
      );
      assert.deepEqual(await offered(shell, furnished(), [...lines.keys()]), lines);
    });

    test('the program is asked with the configuration that the line names, and for the deposits of the job', async () => {
      const desk = furnished();
      const home = desk.env['HOME'] ?? '';
      const asked: readonly (readonly [line: string, call: readonly string[]])[] = [
        ['status ', ['complete', 'names']],
        ['--config /1.yaml status ', ['--config=/1.yaml', 'complete', 'names']],
        ['--config=/2.yaml status ', ['--config=/2.yaml', 'complete', 'names']],
        ['status --config /3.yaml ', ['--config=/3.yaml', 'complete', 'names']],
        [`--config "/a b/\\$c.yaml" status `, ['--config=/a b/$c.yaml', 'complete', 'names']],
        [
          `--config '/a b/$(touch canary)' status `,
          ['--config=/a b/$(touch canary)', 'complete', 'names'],
        ],
        ['--config /a\\ b status ', ['--config=/a b', 'complete', 'names']],
        ['--config ~/b.yaml status ', [`--config=${home}/b.yaml`, 'complete', 'names']],
        ['promote paris/compta ', ['complete', 'deposits', '--', 'paris/compta']],
        [`promote "paris/it's" `, ['complete', 'deposits', '--', "paris/it's"]],
        ['promote --config x -- -n/x ', ['--config=x', 'complete', 'deposits', '--', '-n/x']],
      ];
      await offered(
        shell,
        desk,
        asked.map(([line]) => `backupmon ${line}`),
      );
      // Whether a shell asks more than once for one line is its own business.
      const calls = desk.asked().map((call) => JSON.stringify(call));
      assert.deepEqual(
        [...new Set(calls)],
        asked.map(([, call]) => JSON.stringify(call)),
      );
    });

    test('what is written to be expanded is not', async () => {
      const desk = furnished();
      const lines = [
        '$(touch canary)',
        '`touch canary`',
        '"$(touch canary)',
        '<(touch canary) ',
        '${x:=`touch canary`}',
      ]
        .flatMap((text) => [
          `promote ${text}`,
          `promote ${text} `,
          `--config ${text} status `,
          `--config=${text} status `,
          `history --status ${text}`,
          `${text} `,
        ])
        .map((line) => `backupmon ${line}`);
      await offered(shell, desk, lines);
      assert.deepEqual(desk.litter(), ['file.yaml']);
      for (const call of desk.asked())
        assert.ok(!call.some((word) => word.includes('/here')), String(call));
    });

    test('a program that fails is not heard', async () => {
      const desk = furnished();
      desk.fail();
      const lines = ['backupmon status ', 'backupmon promote x/y ', 'backupmon notify --test '];
      const found = await offered(shell, desk, lines);
      assert.deepEqual([...found.values()].flat(), []);
    });
  });
