/** Files that Debian's cron passes over, as its log and `crontab -n` tell. */
import assert from 'node:assert/strict';
import { chownSync, linkSync, lchownSync, mkdirSync, renameSync, symlinkSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { readCrontabs } from '../../src/doctor/schedule/crontab.ts';
import { handsOf } from '../../src/doctor/hands.ts';
import { makeMachine, type MadeMachine } from './support.ts';

const skip =
  process.getuid?.() === 0 ? false : 'because only root can make files that belong to root';

const line = '*/10 * * * * backupmon /usr/bin/backupmon scan';
const own = '*/10 * * * * backupmon scan\n';
const system = '/etc/cron.d/backupmon';
const user = '/var/spool/cron/crontabs/backupmon';

function made(): MadeMachine {
  const machine = makeMachine();
  machine.program(
    'getent',
    `case $2 in
       root) echo root:x:0:0::/root:/bin/sh;;
       backupmon) echo backupmon:x:990:990::/:/bin/sh;;
       *) exit 2;;
     esac`,
  );
  return machine;
}

describe('a file that cron refuses', { skip }, () => {
  const bytes = (count: number): string => `${line} #`.padEnd(31 + count, 'x');
  const files: readonly (readonly [string, string, string | null])[] = [
    [system, `MAILTO=root\n${line}\n`, null],
    [system, `MAILTO=\n${line}\n`, 'line 1: "MAILTO=" is no minute'],
    [system, `MAILTO=root\r\n${line}\n`, null],
    [system, `${line}\nsome words\n`, 'line 2: "some" is no minute'],
    [system, `60 ${line.slice(5)}\n`, 'line 1: "60" is no minute'],
    [system, `${line}\n* * * * *\n`, 'line 2: it names no user'],
    [system, `${line}\n@daily anna true\n`, 'line 2: there is no user anna'],
    [system, `*/10 * * * * /usr/bin/backupmon scan\n`, 'there is no user /usr/bin/backupmon'],
    [system, `*/10 * * * /usr/bin/backupmon scan\n`, 'is no day of the week'],
    [system, `${line}\n17 * * * * root true\r\n`, null],
    [system, `${line}\n17 * * * * root echo \u2028\n`, null],
    [system, `${line}\n \r\n`, 'line 2: there is nothing but a carriage return in it'],
    [system, `\uFEFF${line}\n`, 'line 1: a byte order mark stands before it'],
    [system, `${line}\n# the end`, null],
    [system, `${line}\n  `, null],
    [system, `${line}\nA=b`, 'last line has no end'],
    [system, `${line}\n* * * * * root true`, 'last line has no end'],
    [system, `${bytes(990)}\n`, null],
    [
      system,
      `${line}\n${line} ${'é'.repeat(500)}\n`,
      'line 2: its command is longer than 998 bytes',
    ],
    [system, `${line}\n${'#\n'.repeat(10_000)}`, null],
    [user, '@hourly backupmon scan\n', null],
    ['/var/spool/cron/crontabs/anna', '@hourly backupmon scan\n', 'there is no user anna'],
  ];
  for (const [path, text, why] of files) {
    it(`${JSON.stringify(text.slice(0, 80))}: ${why}`, async () => {
      const { machine, file } = made();
      file(path, text, path.startsWith('/var') ? 0o600 : 0o644);
      const { entries, ignored } = await readCrontabs(machine);
      const expected = why === null ? [1, 0] : [0, 1];
      assert.deepEqual([entries.length, ignored.length], expected, ignored[0]?.why ?? '');
      assert.ok((ignored[0]?.why ?? '').includes(why ?? ''), ignored[0]?.why ?? '');
    });
  }

  it('is none for a user that cannot be asked for', async () => {
    const { machine, file } = makeMachine();
    file('/etc/crontab', `${line}\n`);
    assert.equal((await readCrontabs(machine)).entries.length, 1);
  });

  /** What is done to the file, what is told, and whether a command mends it. */
  const states: readonly (readonly [string, (path: string) => void, RegExp, boolean])[] = [
    [system, (path) => spawnSync('chmod', ['664', path]), /others than root may write/u, true],
    ['/etc/crontab', (path) => spawnSync('chmod', ['664', path]), /others than root may/u, true],
    [system, (path) => chownSync(path, 61_001, 0), /do not belong to root/u, true],
    ['/etc/crontab', (path) => chownSync(path, 61_001, 0), /do not belong to root/u, true],
    [system, (path) => linkSync(path, `${path}.old`), /second name/u, true],
    [system, relinked(61_001), /links there that do not belong to root/u, true],
    [user, (path) => spawnSync('chmod', ['644', path]), /another mode than 0600/u, true],
    [user, (path) => chownSync(path, 61_001, 0), /belong to another user/u, true],
    [user, (path) => linkSync(path, `${path}.old`), /second name/u, true],
    [user, relinked(0), /are links/u, false],
    [system, (path) => renameSync(path, `${path}.cron`), /other characters/u, false],
  ];
  /** The file is a link. */
  function relinked(owner: number): (path: string) => void {
    return (path) => {
      const real = path.replace(/\/[^/]*$/u, '.real');
      renameSync(path, real);
      symlinkSync(real, path);
      lchownSync(path, owner, 0);
    };
  }
  for (const [path, change, why, isMended] of states) {
    it(`${path}: ${String(why)}`, async () => {
      const { machine, file, root } = made();
      file(path, path === user ? own : `${line}\n`, path === user ? 0o600 : 0o644);
      assert.equal((await readCrontabs(machine)).entries.length, 1);
      change(root + path);
      const { entries, ignored } = await readCrontabs(machine);
      // The other name in the spool is one of a user that is not there.
      const found = ignored.find((one) => !one.file.endsWith('.old'));
      assert.equal(entries.length, 0);
      assert.match(found?.why ?? '', why);
      assert.equal(Array.isArray(found?.mend), isMended);
      if (!Array.isArray(found?.mend)) return;
      const words = found.mend.map((word: string) => word.replace(/^\/(?:etc|var)/u, `${root}$&`));
      const { status } = spawnSync('sh', ['-c', handsOf(null, true).root(words)]);
      assert.equal(status, 0);
      assert.equal((await readCrontabs(machine)).entries.length, 1);
    });
  }

  it('is no link of root’s in /etc/cron.d', async () => {
    const { machine, file, root } = made();
    file('/opt/backupmon.cron', `${line}\n`);
    mkdirSync(`${root}/etc/cron.d`, { recursive: true });
    symlinkSync(`${root}/opt/backupmon.cron`, `${root}${system}`);
    assert.equal((await readCrontabs(machine)).entries.length, 1);
  });

  it('is mended where other systems have left something in it', async () => {
    const texts = [`${line}\r\n\r\n`, `\uFEFF${line}\n`, `# x\n\uFEFF${line}\n`, `${line}\nA=b`];
    for (const text of texts) {
      const { machine, file, root } = made();
      file(system, text);
      const [found] = (await readCrontabs(machine)).ignored;
      assert.ok(Array.isArray(found?.mend), text);
      const words = found.mend.map((word: string) => word.replace(/^\/etc/u, `${root}$&`));
      spawnSync('sh', ['-c', handsOf(null, true).root(words)]);
      const { entries } = await readCrontabs(machine);
      assert.deepEqual([entries.length, entries[0]?.endsInReturn], [1, false]);
    }
  });

  it('has its lines counted as crontab(1) shows them', async () => {
    const { machine, file } = made();
    const before = '# DO NOT EDIT THIS FILE - edit the master and reinstall.\n';
    const version = '# (- installed on Fri)\n# (Cron version -- $Id: crontab.c,v 2.13 $)\n';
    file(user, `${before}${version}# mine\n${own}`, 0o600);
    assert.equal((await readCrontabs(machine)).entries[0]?.line, 2);
    file(user, `${before}${own}`, 0o600);
    assert.equal((await readCrontabs(machine)).entries[0]?.line, 2);
  });

  it('is not searched where another cron would have it', async () => {
    const { machine, file } = made();
    file('/var/spool/cron/backupmon', own, 0o600);
    assert.equal((await readCrontabs(machine)).entries.length, 1);
    file('/var/spool/cron/crontabs/x', '');
    assert.equal((await readCrontabs(machine)).entries.length, 0);
  });

  it('keeps nobody at work who looks at it', async () => {
    const { machine, file, root, program } = made();
    program('getent', `echo >> ${root}/asked; echo backupmon:x:990:990::/:/bin/sh`);
    file(user, 'backupmon '.repeat(1_000_000), 0o600);
    assert.equal((await readCrontabs(machine)).entries.length, 0);
    const blanks = `a${' '.repeat(1_000)}b`.repeat(8_000);
    for (const text of [
      blanks,
      `${' '.repeat(1_000)}x\n`.repeat(9_000),
      `A="${'\\\\'.repeat(1_000_000)}`,
    ]) {
      file(user, `${own}${text}\n`, 0o600);
      await readCrontabs(machine);
    }
    file('/asked', '');
    file(user, own.repeat(9_000), 0o600);
    assert.equal((await readCrontabs(machine)).entries.length, 100);
    assert.equal(machine.text('/asked'), '\n');
  });
});
