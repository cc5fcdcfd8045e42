/** What only bash is asked: its separators, its redirections, and the package bash-completion. */
import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { CURSOR, offered } from './offers.ts';
import { shells, type Shell } from './shells.ts';
import { Desk, needs } from './support.ts';
import { TAB } from './terminal.ts';

const bash = shells.find(({ name }) => name === 'bash') as Shell;
const bashCompletion = '/usr/share/bash-completion/bash_completion';

describe('bash', needs(...bash.programs), () => {
  test('a redirection is no argument, and behind it there are files', async () => {
    const desk = new Desk();
    desk.know('jobs', ['paris/compta']);
    desk.know('deposits', ['deposit']);
    writeFileSync(join(desk.folder, 'file'), '');
    const lines: ReadonlyMap<string, readonly string[]> = new Map([
      ['backupmon promote >out ', ['paris/compta']],
      ['backupmon promote 2>&1 >> out </dev/null ', ['paris/compta']],
      ['backupmon promote &>out paris/compta ', ['deposit']],
      ['backupmon promote paris/compta>out ', ['deposit']],
      ['backupmon promote >', ['file']],
      ['backupmon promote > ', ['file']],
      ['backupmon promote 2>o', ['file']],
    ]);
    assert.deepEqual(await offered(bash, desk, [...lines.keys()]), lines);
  });

  test('what stands behind the cursor may name the configuration, and is no argument yet', async () => {
    const desk = new Desk();
    desk.know('jobs', ['paris/compta']);
    const line = `backupmon promote ${CURSOR} --config '/a b'`;
    assert.deepEqual((await offered(bash, desk, [line])).get(line), ['paris/compta']);
    assert.deepEqual(desk.asked(), [['--config=/a b', 'complete', 'jobs']]);
  });

  test('where only bash could tell what a word is, nothing is asked and nothing offered', async () => {
    const desk = new Desk();
    for (const kind of ['names', 'jobs', 'deposits']) desk.know(kind, ['paris/compta', '$x', '*']);
    const lines = [
      ...[
        '$x',
        '"$x',
        '`x`',
        '~x',
        '*',
        'pari?',
        '[p]',
        '{p,q}',
        '!x',
        '"!x',
        "$'x'",
        '#x',
        '(x',
      ].map((word) => `status ${word}`),
      ...['$x', '"$x"', '`x`', '$(x)'].flatMap((file) => [
        `--config ${file} status `,
        `--config=${file} status `,
      ]),
      'promote $x ',
    ].map((line) => `backupmon ${line}`);
    const found = await offered(bash, desk, lines);
    assert.deepEqual(
      [...found].filter(([, words]) => words.length > 0),
      [],
    );
    assert.deepEqual(desk.asked(), []);
  });

  test('a backslash that waits for its letter is gone on from', async () => {
    const desk = new Desk();
    const terminal = await bash.start(desk);
    const lines: readonly (readonly [begun: string, jobs: readonly string[], ran: string])[] = [
      // What both have in common ends with the backslash.
      [`${TAB} ${TAB}`, ['paris/a b', "paris/a'c"], 'paris/a b'],
      [`"${TAB}$${TAB}`, ['paris/a$b', 'paris/a`c'], 'paris/a$b'],
      ['paris/a\\' + TAB, ['paris/a b'], 'paris/a b'],
      ['paris/a\\' + TAB, ['paris/ab'], 'paris/ab'],
      ['"paris/a\\' + TAB, ['paris/a$b', 'paris/abc'], 'paris/a$b'],
    ];
    for (const [begun, jobs, ran] of lines) {
      desk.know('jobs', jobs);
      assert.deepEqual(await terminal.run(`backupmon promote ${begun}`), ['promote', ran], begun);
    }
    await terminal.close();
  });

  test('separators may be others, and shell options too', async () => {
    const desk = new Desk();
    const terminal = await bash.start(
      desk,
      'COMP_WORDBREAKS=${COMP_WORDBREAKS//[:=@]}; set -o noglob',
    );
    for (const job of ['a:b@c=d/e', 'a=b:c@d/$(touch canary)', '@a/b']) {
      desk.know('jobs', [`${job}Q`, `${job}R`]);
      assert.deepEqual(await terminal.run(`backupmon promote ${TAB}Q${TAB}`), [
        'promote',
        `${job}Q`,
      ]);
    }
    await terminal.close();
    assert.deepEqual(desk.litter(), []);
  });

  const skip = existsSync(bashCompletion) ? false : 'because bash-completion is not installed';
  test('the package bash-completion loads it, also behind sudo', { skip }, async () => {
    const desk = new Desk();
    const folder = join(desk.env['XDG_DATA_HOME'] ?? '', 'bash-completion/completions');
    mkdirSync(folder, { recursive: true });
    copyFileSync(join(desk.scripts, 'backupmon.bash'), join(folder, 'backupmon'));
    const sudo = join(desk.root, 'bin', 'sudo');
    writeFileSync(sudo, '#!/bin/sh\nexec "$@"\n');
    chmodSync(sudo, 0o755);
    // It does not bear unset variables, nor a strange IFS.
    const terminal = await bash.start(
      desk,
      `IFS=$' \\t\\n'; set +u; complete -r; . ${bashCompletion}`,
    );
    for (const job of ["it's/$(touch canary)", 'a:b/c=d', 'two words/x']) {
      desk.know('jobs', [`${job}Q`, `${job}R`]);
      for (const before of ['', 'sudo '])
        for (const quote of ['', '"', "'"])
          assert.deepEqual(
            await terminal.run(`${before}backupmon promote ${quote}${TAB}Q${TAB}`),
            ['promote', `${job}Q`],
            before + quote,
          );
    }
    await terminal.close();
    assert.deepEqual(desk.litter(), []);
  });
});
