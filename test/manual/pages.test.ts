/** The pages as mandoc and man show them, and that nothing which the program knows is missing in them. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, test } from 'node:test';
import { presentRelease } from '../../scripts/manual/release.ts';
import { commandOf, emptyProgram } from '../../scripts/manual/program/usage.ts';
import { descriptions } from '../../src/cli/descriptions/index.ts';
import { exitsOf } from '../../src/cli/help.ts';
import { overrideVariables } from '../../src/config/environment.ts';
import { manualPages, writeManual } from '../../scripts/generate-manual.ts';
import {
  ask,
  fileOf,
  folderOfPages,
  flowing,
  needsMan,
  needsMandoc,
  pageOf,
  pages,
  plain,
  read,
} from './support.ts';

const root = join(import.meta.dirname, '../..');
const names = ['backupmon.1', 'backupmon-config.5', 'backupmon-states.7'];

test('they are written into a folder', () => {
  const folder = join(folderOfPages, 'share', 'man');
  writeManual(folder);
  for (const [name, page] of pages) assert.equal(readFileSync(join(folder, name), 'utf8'), page);
});

test('there are three pages, the same each time', () => {
  assert.deepEqual([...pages.keys()], names);
  assert.deepEqual([...manualPages().values()], [...pages.values()]);
  const { version, date } = presentRelease();
  const [year = ''] = date.split('-');
  for (const page of pages.values()) {
    assert.ok(page.includes(`.Os "backupmon ${version}"\n`));
    assert.match(page, new RegExp(`^\\.Dd [A-Z][a-z]+ \\d{1,2}, ${year}$`, 'mu'));
    assert.match(page, /^[\n -~]*$/u);
  }
});

describe('mandoc has nothing to remark', needsMandoc, () => {
  for (const name of names)
    it(name, () => {
      const { out, status } = ask('mandoc', '-T', 'lint', '-W', 'warning', fileOf(name));
      assert.equal(out, '');
      assert.equal(status, 0);
    });
});

/** What is left of a macro or an escape that was not obeyed. */
const garbled = /\\[&(e[]|^\s*\.[A-Z][a-z] |\uFFFD|\bundefined\b|\[object|\{job\}|`/u;

function assertReadable(text: string): void {
  for (const line of text.split('\n')) {
    assert.ok(Array.from(line).length <= 80, `too long: ${line}`);
    assert.doesNotMatch(line, garbled);
  }
}

describe('on a terminal of 80 columns', () => {
  for (const name of names)
    it(`mandoc shows ${name}`, needsMandoc, () => {
      const text = read(name);
      assertReadable(text);
      assert.match(text, /^NAME$/mu);
      assert.match(text, /^SEE ALSO$/mu);
    });

  for (const name of names)
    it(`man shows ${name}`, needsMan, () => {
      const { out, err, status } = ask('man', '--warnings=w', '-l', fileOf(name));
      assert.deepEqual([err, status], ['', 0]);
      assertReadable(plain(out));
      assert.match(plain(out), /^NAME$/mu);
    });
});

/** The sections of a page by their headings. */
function subsectionsOf(text: string): ReadonlyMap<string, string> {
  const parts = text.split(/^ {3}(?=backupmon )|^(?=[A-Z])/mu);
  return new Map(
    parts.map((part) => {
      const [title = '', ...lines] = part.split('\n');
      return [title.trim(), flowing(lines.join('\n'))];
    }),
  );
}

describe('backupmon(1)', needsMandoc, () => {
  const sections = subsectionsOf(needsMandoc.skip === undefined ? read('backupmon.1') : '');
  const assertTold = (title: string, parts: readonly string[]): void => {
    const section = sections.get(title) ?? '';
    // The first letter may be a capital.
    for (const part of parts) assert.ok(section.includes(part.slice(1)), `${title}: ${part}`);
  };

  for (const description of descriptions)
    it(`tells everything about ${description.name}`, () => {
      const command = commandOf(description);
      assertTold(`backupmon ${description.name}`, [
        description.summary,
        ...command.options.flatMap((option) => [option.long ?? '', option.description]),
        ...command.registeredArguments.map((argument) => argument.description),
        ...exitsOf(description).map(
          ([code, says]) => ` ${code} ${says.charAt(0).toUpperCase()}${says.slice(1)}`,
        ),
        ...description.examples.map((example) => `# ${example.says} ${example.command}`),
      ]);
      for (const { long } of command.options)
        assert.ok((sections.get('SYNOPSIS') ?? '').includes(`[${long ?? ''}`), long ?? '');
    });

  it('tells every global option', () => {
    const program = emptyProgram();
    const options = program.createHelp().visibleOptions(program);
    assertTold(
      'GLOBAL OPTIONS',
      options.flatMap(({ long, description }) => [long ?? '', description]),
    );
  });
});

/** What is found in the files of the program, or of one room of it, without what only looks like code. */
function found(pattern: RegExp, room = '**'): Set<string> {
  const files = globSync(`src/${room}/*.ts`, { cwd: root });
  const texts = files.map((file) =>
    readFileSync(join(root, file), 'utf8').replaceAll(/^\s*(?:\/\*\*?|\*|\/\/).*$/gmu, ''),
  );
  return new Set(
    texts.flatMap((text) => [...text.matchAll(pattern)].flatMap(([, word]) => word ?? [])),
  );
}

const tellsVariable = (name: string): boolean =>
  new RegExp(String.raw`Ev (?:\\&)?${name}\b`, 'u').test(pageOf('backupmon.1'));

test('every variable that the program reads is told', () => {
  const variables = [
    ...found(/\benv\[['"]([A-Z_]+)['"]\]/gu),
    ...found(/\benv\.([A-Z_]+)\b/gu),
    ...found(/\bvariable\(env, '([A-Z_]+)'\)/gu),
    ...Object.values(overrideVariables),
  ];
  assert.ok(variables.length > 10 && variables.includes('BACKUPMON_CONFIG'));
  for (const name of variables) assert.ok(tellsVariable(name), name);
});

test('every variable that is passed on to programs is told', () => {
  const [list = ''] = found(/\bPASSED_ON = \[([^\]]+)\]/gu, 'cli');
  const variables = Array.from(list.matchAll(/'([A-Z_]+)'/gu), ([, name]) => name ?? '');
  assert.ok(variables.includes('PATH') && variables.length > 4);
  for (const name of variables) assert.ok(tellsVariable(name), name);
});

test('every code of an error is told', () => {
  const codes = [
    ...found(/new UserProblem\(\s*'([a-z_]+)'/gu),
    ...found(/\brefused\(\s*'([a-z_]+)'/gu, 'pass'),
  ];
  assert.ok(codes.length > 10 && codes.includes('scan_stuck'));
  for (const code of codes) assert.ok(pageOf('backupmon.1').includes(`.It Sy ${code}\n`), code);
});
