/** What is typed at a terminal and completed with Tab: the program gets the name itself, and nothing of a name is obeyed. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { hostileNames, hyphenNames } from './names.ts';
import { shells } from './shells.ts';
import { Desk, needs } from './support.ts';
import { TAB } from './terminal.ts';

const quotes = ['', '"', "'"];

for (const shell of shells)
  describe(shell.name, needs(...shell.programs), () => {
    test('a name arrives as it is, whatever is in it and however its quotes were begun', async () => {
      const desk = new Desk();
      const terminal = await shell.start(desk);
      for (const name of hostileNames) {
        const jobs = quotes.map((quote) => [quote, `paris/${name}`] as const);
        for (const [quote, job] of [
          ...jobs,
          ['', `${name}/db`] as const,
          ["'", `${name}/db`] as const,
        ]) {
          if (!shell.finishes(quote, job)) continue;
          desk.know('jobs', [job]);
          const ran = await terminal.run(`backupmon promote ${quote}${TAB}`);
          assert.deepEqual(ran, ['promote', job], `${quote}: ${terminal.shown}`);
        }
      }
      await terminal.close();
      assert.deepEqual(desk.litter(), []);
    });

    test('what several names have in common is gone on from', async () => {
      const desk = new Desk();
      const terminal = await shell.start(desk);
      for (const name of hostileNames) {
        desk.know('jobs', [`paris/${name}Q`, `paris/${name}R`]);
        for (const quote of quotes.filter((one) => shell.finishes(one, `paris/${name}`))) {
          const ran = await terminal.run(`backupmon promote ${quote}${TAB}Q${TAB}`);
          assert.deepEqual(ran, ['promote', `paris/${name}Q`], `${quote}: ${terminal.shown}`);
        }
      }
      await terminal.close();
      assert.deepEqual(desk.litter(), []);
    });

    test('what it would misread is not offered', async () => {
      const desk = new Desk();
      const terminal = await shell.start(desk);
      for (const [quote, job] of shell.misread) {
        desk.know('jobs', [job]);
        const ran = await terminal.run(`backupmon promote ${quote}${TAB}${quote}`);
        assert.deepEqual(ran, quote === '' ? ['promote'] : ['promote', ''], terminal.shown);
      }
      await terminal.close();
    });

    test('a word that is quoted in part is gone on from', async () => {
      const desk = new Desk();
      const terminal = await shell.start(desk);
      const job = "paris/it's two:words=x@y $(touch canary)";
      desk.know('jobs', [job, 'paris/other']);
      const begun = [
        'paris/i',
        '"paris"/i',
        "pa'ris/i'",
        '"paris/it\'s"\\ ',
        '"paris/"it\\\'s\\ t',
        "'paris/it'\\''s two:'w",
        '"paris/it\'s two:wo',
        "paris/it\\'s\\ two:words",
        "paris/it\\'s\\ two:words=",
        "paris/it\\'s\\ two:words=x@",
      ];
      for (const text of begun) {
        const ran = await terminal.run(`backupmon promote ${text}${TAB}`);
        assert.deepEqual(ran, ['promote', job], `${text}: ${terminal.shown}`);
      }
      await terminal.close();
      assert.deepEqual(desk.litter(), []);
    });

    test('names beyond ASCII arrive where the locale knows nothing else', async () => {
      const desk = new Desk();
      const terminal = await shell.start(desk, '', 'C');
      desk.know('jobs', ['\u00e9t\u00e9/\u6f22 $(touch canary)']);
      const ran = await terminal.run(`backupmon promote ${TAB}`);
      assert.deepEqual(ran, ['promote', '\u00e9t\u00e9/\u6f22 $(touch canary)'], terminal.shown);
      await terminal.close();
      assert.deepEqual(desk.litter(), []);
    });

    test('a name that would be an option is offered behind -- only', async () => {
      const desk = new Desk();
      const terminal = await shell.start(desk);
      for (const name of hyphenNames.map((hyphen) => `${hyphen}/db`)) {
        desk.know('jobs', [name]);
        assert.deepEqual(await terminal.run(`backupmon promote ${TAB}`), ['promote']);
        const ran = await terminal.run(`backupmon promote -- ${TAB}`);
        assert.deepEqual(ran, ['promote', '--', name], terminal.shown);
      }
      await terminal.close();
      assert.deepEqual(desk.litter(), []);
    });
  });
