/** docs/monitoring/nagios.cfg, loaded and run by Debian's Nagios: what it asks, sees and tells. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { appendFileSync, chownSync, readFileSync } from 'node:fs';
import { test, type TestContext } from 'node:test';
import { definitions } from '../support/definitions.ts';
import { firstReason, GROUP, idOf, mend, monitored, type Monitored } from '../support/monitored.ts';
import { cannotWatch, verified, watch, type Seen } from '../support/nagios.ts';
import { cannotAskNrpe, startNrpe } from '../support/nrpe.ts';
import { cannotServe, serve } from '../support/sshd.ts';

const service = (description: string, check: string): string => `define service {
    use                     backupmon-service
    host_name               backup01
    service_description     ${description}
    check_command           ${check}
}
`;

/** As the comment in nagios.cfg tells to write it. */
const odd = String.raw`check_backupmon!'R&D $$5\! "A\;B"'`;

/** Of each service, by its description. */
const answers = (seen: ReadonlyMap<string, Seen>): Record<string, string> =>
  Object.fromEntries(
    [...seen].map(([name, { state, hard, output }]) => [
      name,
      `${state} ${hard ? 'hard' : 'soft'} ${output}`,
    ]),
  );

/** How many are OK. */
const good = (seen: ReadonlyMap<string, Seen>): number =>
  [...seen.values()].filter(({ state }) => state === 0).length;

test(
  'Nagios takes the definitions, sees each answer, and tells of it and of its end',
  { skip: cannotWatch() },
  async (t) => {
    const server = await monitored(t);
    const found = verified(server, definitions('nagios.cfg'));
    assert.match(found, /^0 [\s\S]*Total Warnings: 0\nTotal Errors: {3}0\n/u);
    const nagios = await watch(
      server,
      definitions('nagios.cfg', server.backupmon) +
        service('unchanged', 'check_backupmon!lyon') +
        service('good', 'check_backupmon!oslo --exclude-snoozed') +
        service('odd', odd) +
        service('unknown', 'check_backupmon!nobody'),
    );
    const seen = await nagios.until('six answers', ({ size }) => size === 6);
    assert.deepEqual(answers(seen), {
      backups: '2 hard BACKUPMON CRITICAL - 1 critical, 1 warning, 3 ok: paris/crm MISSING',
      'backups of paris': '2 hard BACKUPMON CRITICAL - 1 critical, 1 ok: paris/crm MISSING',
      unchanged: '1 hard BACKUPMON WARNING - 1 warning: lyon/shop UNCHANGED',
      good: '0 hard BACKUPMON OK - 1 ok',
      odd: '0 hard BACKUPMON OK - 1 ok',
      unknown: '3 hard BACKUPMON UNKNOWN - no job is named "nobody"',
    });
    const { lines = [], performance = '' } = seen.get('backups') ?? {};
    assert.match(
      lines[0] ?? '',
      /^CRITICAL paris\/crm MISSING: due .* and no report covers it by /u,
    );
    assert.match(lines[1] ?? '', /^WARNING lyon\/shop UNCHANGED: /u);
    assert.equal(lines.length, 2);
    assert.match(
      performance,
      /^total=5;;;0 ok=3;;;0 warning=1;;;0 critical=1;;;0 pending=0;;;0 last_scan_age=\d+s;;;0$/u,
    );
    await mend(server.world);
    for (const name of ['backups', 'backups of paris']) nagios.check(name);
    const mended = await nagios.until('recovery', (now) => good(now) === 4);
    assert.deepEqual(
      ['backups', 'unchanged'].map((name) => answers(mended)[name]),
      ['0 hard BACKUPMON OK - 4 ok', '1 hard BACKUPMON WARNING - 1 warning: lyon/shop UNCHANGED'],
    );
    await nagios.until('recovery told', () => nagios.told().length === 6);
    assert.deepEqual(nagios.told(), [
      'PROBLEM backups CRITICAL',
      'PROBLEM backups of paris CRITICAL',
      'PROBLEM unchanged WARNING',
      'PROBLEM unknown UNKNOWN',
      'RECOVERY backups OK',
      'RECOVERY backups of paris OK',
    ]);
  },
);

/** An account whose group is backupmon, and two keys of Nagios for it: one may run commands, the other one command. */
async function reachable(
  context: TestContext,
  { world, backupmon }: Monitored,
): Promise<{ keys: string; port: string }> {
  const keys = `${world.root}/keys`;
  const sshd = await serve(context, keys, { monitor: 'restrict' });
  assert.equal(sshd.uid('monitor'), GROUP);
  spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', `${keys}/one`]);
  const only = `restrict,command="${backupmon} status --nagios --exclude-snoozed paris"`;
  appendFileSync(`${keys}/monitor.keys`, `${only} ${readFileSync(`${keys}/one.pub`, 'utf8')}`);
  for (const key of ['monitor', 'one']) chownSync(`${keys}/${key}`, idOf('-u') ?? 0, 0);
  const settings = readFileSync(`${keys}/sshd_config`, 'utf8');
  return { keys, port: /^Port (?<port>\d+)$/mu.exec(settings)?.groups?.['port'] ?? '' };
}

/** A command of nagios.cfg under another name, with what the machine of a test needs beside: a port, a key. */
function renamed(text: string, from: string, to: string, plugin: string, more: string): string {
  const pattern = new RegExp(String.raw`define command \{[^}]*${from}\n[^}]*\}\n`, 'u');
  const block = pattern.exec(text)?.[0] ?? '';
  assert.ok(block.includes(plugin), from);
  return block.replace(from, to).replace(plugin, `${plugin} ${more}`);
}

const unasked = '-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR';
const skip = firstReason(cannotWatch(), cannotAskNrpe(), cannotServe());

test('Nagios asks by NRPE and by SSH, and gets the same answers', { skip }, async (t) => {
  const server = await monitored(t);
  const nrpe = await startNrpe(server, definitions('nrpe.cfg', server.backupmon));
  const { keys, port } = await reachable(t, server);
  const text = definitions('nagios.cfg', server.backupmon);
  const options = (key: string): string => `-p ${port} -i ${keys}/${key} ${unasked}`;
  const nagios = await watch(
    server,
    text +
      renamed(text, 'check_backupmon_by_nrpe', 'nrpe', '/check_nrpe', `-p ${nrpe.port}`) +
      service('by nrpe', 'nrpe!check_backupmon') +
      service('paris by nrpe', 'nrpe!check_backupmon_paris') +
      service('nothing by nrpe', 'nrpe!check_nothing') +
      renamed(text, 'check_backupmon_by_ssh', 'monitor', '/check_by_ssh', options('monitor')) +
      service('by ssh', 'monitor!--exclude-snoozed') +
      service('lyon by ssh', 'monitor!lyon') +
      renamed(text, 'check_backupmon_by_ssh', 'one', '/check_by_ssh', options('one')) +
      service('paris by ssh', 'one!lyon'),
  );
  const seen = await nagios.until('eight answers', ({ size }) => size === 8);
  const told = answers(seen);
  for (const way of ['by nrpe', 'by ssh']) {
    assert.equal(told[way], told['backups']);
    assert.deepEqual(seen.get(way)?.lines, seen.get('backups')?.lines);
    assert.match(seen.get(way)?.performance ?? '', /^total=5;;;0 .* last_scan_age=\d+s;;;0$/u);
    assert.equal(told[`paris ${way}`], told['backups of paris']);
  }
  assert.match(told['lyon by ssh'] ?? '', /^1 hard BACKUPMON WARNING - 1 warning: /u);
  assert.match(told['nothing by nrpe'] ?? '', /^3 hard NRPE: Command 'check_nothing' not defined/u);
});
