/** The service of a scan: how its runs ended, and what its settings keep it from. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { judgeService, limitOfService, worksService } from '../../src/doctor/schedule/service.ts';
import type { ScanTimer } from '../../src/doctor/schedule/timers.ts';
import { hiddenFrom, keptFrom } from '../../src/doctor/schedule/unit-paths.ts';
import type { Shown } from '../../src/doctor/schedule/unit-shown.ts';
import { assertWhole, configWith, lookWith, told } from './support.ts';
import { shownCommand } from './with-systemd.ts';

const SERVICE = 'backupmon-scan.service';
const of = (service: Shown): ScanTimer => ({
  timer: 'backupmon-scan.timer',
  service: SERVICE,
  config: null,
  credentials: [],
  missing: null,
  next: null,
  of: { timer: {}, service },
});

const judged = (service: Shown, look = lookWith()): string[] => {
  const found = judgeService(of({ User: 'backupmon', ...service }), look);
  assertWhole(found);
  return told(found);
};

const dropIn = `mkdir -p /etc/systemd/system/${SERVICE}.d && printf '%s\\n' '[Service]'`;

describe('a service that cannot be started', () => {
  it('is refused by systemd', () => {
    assert.deepEqual(judged({ LoadState: 'bad-setting' }), [
      `critical systemd cannot use ${SERVICE}: something is wrong in its files`,
      `$ systemd-analyze verify ${SERVICE}`,
    ]);
    assert.deepEqual(judged({ LoadState: 'loaded' }), []);
  });

  it('has an assertion that does not hold', () => {
    const refused = { AssertResult: 'no', AssertTimestamp: 'Sat' };
    assert.deepEqual(judged(refused), [
      `critical ${SERVICE} was not started when it was due last: one of its assertions does not hold`,
      `$ systemctl status --no-pager ${SERVICE}`,
    ]);
    assert.deepEqual(judged({ ...refused, AssertTimestamp: '' }), []);
    const condition = { ConditionResult: 'no', ConditionTimestamp: 'Sat' };
    assert.match(judged({ ...refused, ...condition })[0] ?? '', /one of its conditions/u);
    const asked = '{ path=/bin/false ; argv[]=/bin/false ; pid=140 ; code=exited ; status=1 }';
    assert.match(judged({ ExecCondition: asked })[0] ?? '', /one of its conditions/u);
    assert.deepEqual(judged({ ExecCondition: asked.replace('status=1', 'status=0') }), []);
    const passed = asked.replace(' ; pid', ' ; ignore_errors=yes ; pid');
    assert.deepEqual(judged({ ExecCondition: passed }), []);
    assert.equal(judged({ ExecCondition: `${passed}\n${asked}` }).length, 2);
  });
});

describe('the last run', () => {
  const failed = { Result: 'exit-code', ExecMainCode: '1' };

  it('told of backups that are not well, where systemd takes that for a failure', () => {
    for (const ExecMainStatus of ['1', '2']) {
      const [message, mend = ''] = judged({ ...failed, ExecMainStatus });
      assert.match(
        message ?? '',
        new RegExp(`^warning .* with exit code ${ExecMainStatus}, `, 'u'),
      );
      assert.ok(mend.startsWith(`$ ${dropIn} 'SuccessExitStatus=1 2' > `), mend);
      assert.ok(mend.endsWith(`daemon-reload && systemctl reset-failed ${SERVICE}`), mend);
    }
    assert.match(
      judged({ ...failed, ExecMainStatus: '3' })[0] ?? '',
      /^critical .* failed: exit-code, exit code 3$/u,
    );
  });

  it('was killed', () => {
    const killed = { ExecMainCode: '2', ExecMainStatus: '9' };
    assert.match(judged({ ...killed, Result: 'signal' })[0] ?? '', / failed: signal 9$/u);
    assert.match(judged({ ...killed, Result: 'timeout' })[0] ?? '', / timeout, signal 9$/u);
    const dumped = { Result: 'core-dump', ExecMainCode: '3', ExecMainStatus: '11' };
    assert.match(judged(dumped)[0] ?? '', / failed: core-dump, signal 11$/u);
    assert.match(judged({ Result: 'resources' })[0] ?? '', / failed: resources$/u);
  });
});

describe('a service that counts as one that runs scans', () => {
  it('is whole and works', () => {
    const run = (argv: string): ScanTimer =>
      of({ User: 'backupmon', ExecStart: shownCommand(argv) });
    const whole = run('/usr/bin/backupmon -q scan');
    assert.deepEqual([limitOfService(whole), worksService(whole, lookWith())], [null, true]);
    assert.equal(limitOfService(run('/usr/bin/backupmon scan paris')), 'paris');
    assert.equal(limitOfService(run('/bin/true')), 'no scan');
    assert.equal(limitOfService(of({})), null);
    assert.equal(worksService({ ...whole, missing: '/usr/bin/backupmon' }, lookWith()), false);
  });
});

describe('paths of a service', () => {
  const root = mkdtempSync(join(tmpdir(), 'backupmon-paths-'));
  after(() => rmSync(root, { recursive: true, force: true }));
  mkdirSync(join(root, 'real/v'), { recursive: true });
  symlinkSync(join(root, 'real'), join(root, 'link'));
  const link = join(root, 'link/v');
  const real = join(root, 'real');

  it('are compared as they are without links, on both sides', () => {
    const strict = { ProtectSystem: 'strict' };
    assert.deepEqual(keptFrom({ ...strict, ReadWritePaths: real }, [link]), []);
    assert.deepEqual(
      keptFrom({ ...strict, ReadWritePaths: join(root, 'link') }, [`${real}/v`]),
      [],
    );
    assert.deepEqual(keptFrom({ ...strict, ReadWritePaths: join(root, 'other') }, [link]), [link]);
    assert.deepEqual(keptFrom({ ReadOnlyPaths: real }, [link]), [link]);
    assert.deepEqual(hiddenFrom({ InaccessiblePaths: real }, [link]), [link]);
    // The link itself is hidden, and what it leads to is not.
    symlinkSync('/srv', join(root, 'srv'));
    assert.deepEqual(hiddenFrom({ InaccessiblePaths: root }, [join(root, 'srv')]), [
      join(root, 'srv'),
    ]);
  });

  it('may be folders that systemd makes, and what is bound there to be read', () => {
    const strict = { ProtectSystem: 'strict', RuntimeDirectory: 'a b:c', LogsDirectory: 'l' };
    assert.deepEqual(keptFrom(strict, ['/run/a', '/run/b/x', '/var/log/l', '/run/c']), ['/run/c']);
    const bound = { ProtectHome: 'tmpfs', BindReadOnlyPaths: '/home/agents:/home/agents:rbind' };
    assert.deepEqual(hiddenFrom(bound, ['/home/agents/paris', '/home/x']), ['/home/x']);
    assert.deepEqual(keptFrom(bound, ['/home/agents/paris']), ['/home/agents/paris']);
  });

  const home = { ...lookWith().places, validated: '/home/kept' };

  it('in homes are shown alone', () => {
    const [message, mend = ''] = judged({ ProtectHome: 'yes' }, lookWith({ places: home }));
    assert.match(message ?? '', /does not see \/home\/kept: it has ProtectHome$/u);
    assert.ok(mend.startsWith(`$ ${dropIn} ProtectHome=tmpfs BindPaths=/home/kept > `), mend);
    const [, other = ''] = judged({ ProtectHome: 'tmpfs' }, lookWith({ places: home }));
    assert.ok(other.startsWith(`$ ${dropIn} BindPaths=/home/kept > `), other);
    const colon = { ...home, validated: '/home/a:b' };
    const [, edited] = judged({ ProtectHome: 'yes' }, lookWith({ places: colon }));
    assert.equal(edited, `$ systemctl edit ${SERVICE}`);
  });

  it('are that of the configuration too', () => {
    const file = '/home/c/config.yaml';
    assert.match(
      judged({ ProtectHome: 'yes' }, lookWith({ file }))[0] ?? '',
      /does not see \/home\/c\/config\.yaml/u,
    );
    assert.deepEqual(judged({ ProtectHome: 'read-only' }, lookWith({ file })), []);
  });

  it('are those of metrics, without which a scan goes on', () => {
    const config = configWith(
      'metrics: /home/m/x.prom\ndefaults: { schedule: every 24h }\nagents: { paris: { databases: [compta] } }\n',
    );
    const look = lookWith({ config });
    const [hidden, mend = ''] = judged({ ProtectHome: 'yes' }, look);
    assert.equal(hidden, `warning ${SERVICE} does not see /home/m, the folder of the metrics`);
    assert.ok(mend.startsWith(`$ ${dropIn} ProtectHome=tmpfs BindPaths=/home/m > `), mend);
    const [kept, opened = ''] = judged({ ProtectHome: 'read-only' }, look);
    assert.equal(kept, `warning ${SERVICE} may not write /home/m, the folder of the metrics`);
    assert.ok(opened.startsWith(`$ ${dropIn} ReadWritePaths=/home/m > `), opened);
    assert.deepEqual(judged({}, look), []);
  });
});
