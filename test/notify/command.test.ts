/** Programs that tell people, and all the ways in which they do not. */
import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { commandTransport } from '../../src/notify/command.ts';
import { errorsOf, never, parcel, timed } from './support.ts';

const folder = mkdtempSync(join(tmpdir(), 'command-'));
after(() => rmSync(folder, { recursive: true }));

const environment = { PATH: '/usr/bin:/bin', OWN: 'own' };

interface How {
  readonly timeout?: number;
  readonly json?: string;
  readonly signal?: AbortSignal;
}

async function run(argv: readonly [string, ...string[]], how: How = {}) {
  const { timeout = 5000, json = parcel.json, signal = never } = how;
  const config = { name: 'chat', run: argv, timeout, jobs: null, severity: 'warning' as const };
  const transport = commandTransport(config, environment);
  const attempts = await transport.send({ ...parcel, json }, ['chat'], signal);
  transport.close();
  assert.equal(attempts.length, 1);
  return errorsOf(attempts)[0];
}

const shell = (script: string, how: How = {}) => run(['/bin/sh', '-c', script, folder], how);

/** Whether the process whose id is in a file is there, once it has had a moment to go. */
async function lives(name: string): Promise<boolean> {
  const id = readFileSync(join(folder, name), 'utf8').trim();
  for (let turn = 0; turn < 50 && existsSync(`/proc/${id}/exe`); turn += 1) await wait(10);
  return existsSync(`/proc/${id}/exe`);
}

test('what it gets', async () => {
  assert.equal(await shell('cat > $0/in; env > $0/env; pwd > $0/cwd'), null);
  assert.equal(readFileSync(`${folder}/in`, 'utf8'), parcel.json);
  assert.equal(readFileSync(`${folder}/cwd`, 'utf8'), '/\n');
  const lines = readFileSync(`${folder}/env`, 'utf8').split('\n');
  const ofShell = new Set(['', 'PWD', 'OLDPWD', 'SHLVL', '_']);
  const names = lines.map((line) => line.split('=')[0] ?? '').filter((one) => !ofShell.has(one));
  const given = ['BACKUPMON_MESSAGE_ID', 'BACKUPMON_SUBJECT', 'OWN', 'PATH'];
  assert.deepEqual(new Set(names), new Set(given));
  assert.ok(lines.includes(`BACKUPMON_SUBJECT=${parcel.subject}`));
  assert.ok(lines.includes(`BACKUPMON_MESSAGE_ID=${parcel.messageId}`));
});

test('its arguments are a list, and no shell reads them', async () => {
  const script = join(folder, 'arguments');
  writeFileSync(script, '#!/bin/sh\nprintf "%s|" "$@" > "${0%/*}/given"\n');
  chmodSync(script, 0o755);
  assert.equal(await run([script, 'a b', '$(id)', '', ';']), null);
  assert.equal(readFileSync(`${folder}/given`, 'utf8'), 'a b|$(id)||;|');
});

test('its failure, with the end of what it said', async () => {
  assert.equal(await shell('exit 3'), '/bin/sh: exit code 3');
  assert.equal(
    await shell("echo begun; printf 'no \\033[31mroute\\r\\n' >&2; exit 1"),
    '/bin/sh: exit code 1: begun no route',
  );
  assert.match(
    (await shell('seq 1 100000; echo in the end; exit 1')) ?? '',
    /^\/bin\/sh: exit code 1: .{190,200}$/u,
  );
  assert.equal(await shell('kill -KILL $$'), '/bin/sh: ended by SIGKILL');
  assert.equal(await run(['/nowhere/program']), '/nowhere/program: there is no such program');
  assert.equal(await run(['/etc/passwd']), '/etc/passwd: cannot be started (EACCES)');
});

test('it need not read, nor be silent', async () => {
  const json = 'x'.repeat(1_000_000);
  assert.equal(await run(['/bin/true'], { json }), null);
  assert.equal(await shell('exec 0<&-; sleep 0.1; exit 7', { json }), '/bin/sh: exit code 7');
  assert.equal(await shell('head -c 9000000 /dev/zero; head -c 9000000 /dev/zero >&2'), null);
});

test('it has its time, and is ended with what it has started', async () => {
  const script = 'echo still here; sleep 60 & echo $! > $0/sleep; wait';
  const [error, time] = await timed(shell(script, { timeout: 300 }));
  assert.equal(error, '/bin/sh: not done within 300ms: still here');
  assert.ok(time < 1300, `${time} ms`);
  assert.equal(await lives('sleep'), false);
});

test('the signal ends it, also where it does not want to end', async () => {
  const script = 'trap "" TERM; sleep 60 & echo $! > $0/deaf; wait; wait';
  const [error, time] = await timed(shell(script, { signal: AbortSignal.timeout(300) }));
  assert.equal(error, '/bin/sh: stopped before it was accepted');
  assert.ok(time < 1300, `${time} ms`);
  assert.equal(await lives('deaf'), false);
  assert.match((await shell('exit 0', { signal: AbortSignal.abort() })) ?? '', /: stopped/u);
});

test('what it leaves behind does not hold us by its pipes', async () => {
  const [done, time] = await timed(shell('sleep 3 & echo $! > $0/left; exit 0'));
  assert.equal(done, null);
  assert.ok(time < 1000, `${time} ms`);
  // What has a session of its own is out of reach.
  const script = 'setsid sleep 3 & wait';
  const [late, longer] = await timed(shell(script, { timeout: 200 }));
  assert.equal(late, '/bin/sh: not done within 200ms');
  assert.ok(longer < 1200, `${longer} ms`);
});
