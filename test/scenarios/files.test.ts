/** `backupmon files`: what the program brings along. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { runHere, type Ran } from '../support/run-here.ts';

const files = async (...argv: string[]): Promise<Ran> => runHere(Date.now(), ['files', ...argv]);

test('all are listed, and one is printed by its name or the last part of it', async () => {
  const { code, out, err } = await files();
  assert.deepEqual([code, err], [0, '']);
  const names = out.trimEnd().split('\n');
  assert.deepEqual(names, names.toSorted());
  for (const name of [
    'completion/backupmon.bash',
    'config.example.yaml',
    'cron/backupmon',
    'man/backupmon.1',
    'monitoring/nagios.cfg',
    'schemas/status.schema.json',
    'systemd/backupmon-scan.service',
  ]) {
    assert.ok(names.includes(name), name);
    const whole = await files(name);
    assert.deepEqual(whole, await files(name.slice(name.lastIndexOf('/') + 1)), name);
    assert.deepEqual([whole.code, whole.err], [0, '']);
  }
  const example = readFileSync(join(import.meta.dirname, '../../config.example.yaml'), 'utf8');
  assert.equal((await files('config.example.yaml')).out, example);
  assert.ok('agents' in (parse(example) as object));
});

test('a name that is none is told, with what was probably meant, and prints nothing', async () => {
  const { code, out, err } = await files('config.exmple.yaml');
  assert.deepEqual([code, out], [3, '']);
  assert.equal(
    err,
    'backupmon: no file is named "config.exmple.yaml"\n  Did you mean config.example.yaml? backupmon files lists all of them\n',
  );
  assert.match((await files('../../etc/passwd')).err, /^backupmon: no file is named/u);
  assert.match((await files('--json')).err, /"files has no --json"/u);
});
