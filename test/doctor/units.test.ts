/** Units of systemd: which of them run scans, of which configuration, and what their files say. */
import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { limitOfService } from '../../src/doctor/schedule/service.ts';
import { commandsOf, scansOf } from '../../src/doctor/schedule/unit-commands.ts';
import { credentialsOf } from '../../src/doctor/schedule/unit-credentials.ts';
import {
  everySetting,
  settingsOf,
  unitNames,
  unitText,
} from '../../src/doctor/schedule/unit-files.ts';
import { readTimers } from '../../src/doctor/schedule/timers.ts';
import { makeMachine, type MadeMachine } from './support.ts';
import { runBySystemd, shownCommand, type Properties } from './with-systemd.ts';

const folder = '/etc/systemd/system';
const command = '/usr/bin/backupmon scan';
const service = `[Service]\nExecStart=${command}\n`;
const active = { ActiveState: 'active', UnitFileState: 'enabled' };

/** `timer service configuration`, where systemd runs. */
async function found({ machine }: MadeMachine): Promise<string[]> {
  const { timers } = await readTimers(machine);
  return timers.map(
    (one) => `${one.timer} ${one.service} ${one.unsure === true ? '?' : String(one.config)}`,
  );
}

describe('files of units', () => {
  it('are read as systemd reads them', () => {
    const text = '#A=0\n;A=1\n A = one \\\n# between\n  two\nA=three\nB=x\nA=\nA=last\\\n';
    assert.deepEqual(everySetting(text, 'A'), ['one    two', 'three', '', 'last']);
    assert.deepEqual(settingsOf(text, 'A'), ['last']);
    assert.deepEqual(settingsOf(text, 'C'), []);
  });

  it('are one with their drop-ins, in the order of their names; an instance is its template', () => {
    const { machine, file } = makeMachine();
    file('/usr/lib/systemd/system/x@.service', 'A=template\n');
    file('/usr/lib/systemd/system/x@.service.d/20.conf', 'A=second\n');
    file(`${folder}/x@y.service.d/10.conf`, 'A=first\n');
    file(`${folder}/x@y.service.d/40.conf`, 'A=last\n');
    file(`${folder}/x@.service.d/20.conf`, 'A=instead\n');
    file(`${folder}/x@.service.d/30.bak`, 'A=no\n');
    assert.deepEqual(settingsOf(unitText(machine, 'x@y.service'), 'A'), [
      'template',
      'first',
      'instead',
      'last',
    ]);
    assert.deepEqual(unitNames(machine, '.service'), []);
  });

  it('of a unit that is masked are those below', () => {
    const { machine, file, root } = makeMachine();
    file('/usr/lib/systemd/system/x.service', service);
    mkdirSync(root + folder, { recursive: true });
    symlinkSync('/dev/null', `${root}${folder}/x.service`);
    assert.deepEqual(settingsOf(unitText(machine, 'x.service'), 'ExecStart'), [command]);
  });
});

describe('what a service runs', () => {
  const scans = (shown: string | undefined, text = ''): (readonly string[])[] =>
    scansOf(commandsOf(shown, text)).map(({ words }) => words);

  it('is what systemd shows; the files tell where words end', () => {
    const quoted = 'ExecStart=-/usr/bin/backupmon --config "/srv/a b.yaml" scan\n';
    const shown = shownCommand('/usr/bin/backupmon --config /srv/a b.yaml scan');
    const words = ['/usr/bin/backupmon', '--config', '/srv/a b.yaml', 'scan'];
    assert.deepEqual(scans(shown, quoted), [words]);
    assert.deepEqual(scans(undefined, quoted), [words]);
    assert.deepEqual(scans(shownCommand('/bin/true'), quoted), []);
  });

  it('may be several, also within a shell', () => {
    const shell = shownCommand(`/bin/sh -c date ; ${command}`);
    assert.equal(commandsOf(shell, '')[0]?.text, `/bin/sh -c date ; ${command}`);
    assert.equal(scans(shell).length, 1);
    assert.equal(scans(shell, `ExecStart=/bin/sh -c 'date ; ${command}'\n`).length, 1);
    assert.equal(scans(`${shownCommand(command)}\n${shownCommand(command)}`).length, 2);
  });
});

describe('the timers that run scans', () => {
  it('name their service last where they do so twice', async () => {
    const made = makeMachine();
    made.file(`${folder}/scan.service`, service);
    made.file(`${folder}/x.timer`, '[Timer]\nUnit=other.service\n');
    made.file(`${folder}/x.timer.d/a.conf`, '[Timer]\nUnit=scan.service\n');
    runBySystemd(made, {});
    assert.deepEqual(await found(made), ['x.timer scan.service null']);
  });

  it('are those that systemd has loaded too: instances, transient ones', async () => {
    const made = makeMachine();
    made.file(`${folder}/bm@.service`, service);
    made.file(`${folder}/bm@.timer`, '[Timer]\n');
    const run = { ExecStart: shownCommand(command) };
    runBySystemd(made, {
      'bm@main.timer': { ...active, Unit: 'bm@main.service' },
      'bm@main.service': run,
      'run-r1.timer': { ...active, Unit: 'run-r1.service' },
      'run-r1.service': run,
      'apt-daily.timer': { ...active, Unit: 'apt-daily.service' },
      'apt-daily.service': { ExecStart: shownCommand('/usr/lib/apt/apt.systemd.daily') },
    });
    assert.deepEqual(await found(made), [
      'bm@main.timer bm@main.service null',
      'run-r1.timer run-r1.service null',
    ]);
    assert.deepEqual((await readTimers(made.machine)).services, [
      'bm@main.service',
      'run-r1.service',
    ]);
  });

  it('are told once where the service has two names', async () => {
    const made = makeMachine();
    made.file(`${folder}/also.service`, service);
    made.file(`${folder}/bm.service`, service);
    made.file(`${folder}/bm.timer`, '');
    runBySystemd(made, {
      'bm.service': {},
      'also.service': { Id: 'bm.service' },
      'bm.timer': { ...active, Unit: 'bm.service' },
    });
    assert.deepEqual(await found(made), ['bm.timer bm.service null']);
  });
});

describe('the configuration of a service', () => {
  const of = async (
    settings: string,
    shown: Properties = {},
    change: (made: MadeMachine) => void = () => undefined,
  ): Promise<string[]> => {
    const made = makeMachine();
    made.file(`${folder}/scan.service`, `[Service]\n${settings}`);
    change(made);
    runBySystemd(made, { 'scan.service': shown });
    return (await found(made)).map((line) => line.replace('null scan.service ', ''));
  };
  const run = `ExecStart=${command}`;

  const cases: readonly (readonly [string, readonly string[]])[] = [
    [`${run}\n#Environment=BACKUPMON_CONFIG=/srv/old.yaml\n`, ['null']],
    [`${run}\nEnvironment=A=b "BACKUPMON_CONFIG=/srv/a b.yaml"\n`, ['/srv/a b.yaml']],
    [`${run} --config /srv/c.yaml\nEnvironment=BACKUPMON_CONFIG=/srv/x.yaml\n`, ['/srv/c.yaml']],
    [`${run}\n${run} --config /srv/c.yaml\n`, ['null', '/srv/c.yaml']],
    [`${run}\n${run} --config /etc/backupmon/config.yaml\n`, ['null']],
    [`${run} --config c.yaml\n`, ['?']],
    [`ExecStart=/bin/sh -c '. /etc/x; ${command}'\n`, ['?']],
    [`${run} --config \${FILE}\n`, ['?']],
  ];
  for (const [settings, expected] of cases) {
    it(`${JSON.stringify(settings)}: ${expected.join(', ')}`, async () => {
      assert.deepEqual(await of(settings), expected);
    });
  }

  it('has its own scans, beside those of another', async () => {
    const made = makeMachine();
    const commands = [`${command} paris`, `${command} --config /srv/c.yaml`];
    made.file(`${folder}/scan.service`, `[Service]\n${run}\n`);
    runBySystemd(made, { 'scan.service': { ExecStart: commands.map(shownCommand) } });
    const { timers } = await readTimers(made.machine);
    assert.deepEqual(timers.map(limitOfService), ['paris', null]);
  });

  it('may be named in a file of variables, or in one that cannot be read', async () => {
    const text = `${run}\nEnvironmentFile=-/etc/default/backupmon\n`;
    const variables = '# BACKUPMON_CONFIG=/x\nBACKUPMON_CONFIG="/srv/c.yaml"\n';
    assert.deepEqual(await of(text), ['null']);
    assert.deepEqual(await of(text, {}, ({ file }) => file('/etc/default/backupmon', variables)), [
      '/srv/c.yaml',
    ]);
    // As one that this user may not read: a folder is none either.
    const closed = ({ file }: MadeMachine): void => file('/etc/default/backupmon/x', '');
    assert.deepEqual(await of(text, {}, closed), ['?']);
    const shown = {
      Environment: 'BACKUPMON_CONFIG=/srv/x.yaml',
      EnvironmentFiles: '/etc/other (ignore_errors=no)',
    };
    assert.deepEqual(await of(text, shown), ['/srv/x.yaml']);
    assert.deepEqual(await of(text, shown, ({ file }) => file('/etc/other', variables)), [
      '/srv/c.yaml',
    ]);
  });

  it('is the user’s own, where there is one that the service sees', async () => {
    const own = ({ root, program }: MadeMachine): void => {
      mkdirSync(`${root}/home/anna/.config/backupmon`, { recursive: true });
      writeFileSync(`${root}/home/anna/.config/backupmon/config.yaml`, '');
      program('getent', `echo "anna:x:1000:1000::${root}/home/anna:/bin/sh"`);
    };
    const [file = ''] = await of(`${run}\n`, { User: 'anna' }, own);
    assert.match(file, /\/home\/anna\/\.config\/backupmon\/config\.yaml$/u);
    assert.deepEqual(await of(`${run}\n`, {}, own), ['null']);
    const hidden = { User: 'anna', InaccessiblePaths: '/tmp' };
    assert.deepEqual(await of(`${run}\n`, hidden, own), ['null']);
    assert.deepEqual(await of(`${run}\n`, { User: 'anna' }), ['null']);
  });
});

describe('a timer of the same name', () => {
  it('is told where it starts another service', async () => {
    const { machine, file, ...made } = makeMachine();
    file(`${folder}/scan.service`, '[Service]\nExecStart=/opt/backupmon scan\n');
    const otherwise = async (): Promise<unknown> =>
      (await readTimers(machine)).timers.map(({ timer, otherwise: other }) => [timer, other]);
    runBySystemd({ machine, file, ...made }, {});
    assert.deepEqual(await otherwise(), [[null, undefined]]);
    file(`${folder}/scan.timer`, '[Timer]\nUnit=mine.service\n');
    assert.deepEqual(await otherwise(), [[null, 'mine.service']]);
    file(`${folder}/scan.timer`, '[Timer]\nOnCalendar=hourly\n');
    assert.deepEqual(await otherwise(), [['scan.timer', undefined]]);
  });
});

describe('credentials', () => {
  it('are loaded, encrypted, searched, or in the unit itself', () => {
    const { machine, file } = makeMachine();
    file('/etc/a b', 'x', 0o600);
    const text = [
      'LoadCredential=a:/etc/a b',
      'LoadCredential=gone:/etc/gone',
      'LoadCredential=searched',
      'LoadCredential=later:%d/x',
      'LoadCredentialEncrypted=sealed:/etc/sealed',
      'SetCredential=a:\\n',
      'SetCredential=own:secret',
      '#LoadCredential=no:/etc/no',
    ].join('\n');
    const unchecked = { mode: null, unchecked: true as const };
    assert.deepEqual(credentialsOf(text, machine), [
      { name: 'a', path: '/etc/a b', mode: 0o600 },
      { name: 'gone', path: '/etc/gone', mode: null },
      { name: 'searched', path: '', ...unchecked },
      { name: 'later', path: '%d/x', ...unchecked },
      { name: 'sealed', path: 'sealed', ...unchecked },
      { name: 'own', path: 'own', ...unchecked },
    ]);
  });
});

describe('a program that a service names', () => {
  const missing = async (argv: string, change: (made: MadeMachine) => void): Promise<unknown> => {
    const made = makeMachine();
    made.file(`${folder}/scan.service`, `[Service]\nExecStart=${argv}\n`);
    change(made);
    runBySystemd(made, { 'scan.service': { ExecStart: shownCommand(argv) } });
    return (await readTimers(made.machine)).timers[0]?.missing;
  };

  it('is a file that can be run; what Node is handed has to be there', async () => {
    const opt = '/opt/backupmon';
    assert.equal(await missing(`${opt} scan`, ({ file }) => file(opt, '', 0o755)), null);
    assert.equal(await missing(`${opt} scan`, ({ file }) => file(opt, '', 0o644)), opt);
    assert.equal(await missing(`${opt} scan`, ({ file }) => file(`${opt}/x`, '', 0o755)), opt);
    const node = '/usr/bin/node';
    const run = `${node} /opt/backupmon.cjs scan`;
    assert.equal(await missing(run, ({ file }) => file(node, '', 0o755)), '/opt/backupmon.cjs');
    const both = ({ file }: MadeMachine): void => {
      file(node, '', 0o755);
      file('/opt/backupmon.cjs', '');
    };
    assert.equal(await missing(run, both), null);
  });
});
