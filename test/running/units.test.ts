/** The units as systemd reads them, without running them. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, describe, it } from 'node:test';

const folder = mkdtempSync(join(tmpdir(), 'units-'));
after(() => rmSync(folder, { recursive: true }));

const units = globSync(join(import.meta.dirname, '../../systemd/*.{service,timer}'));
const scan = join(import.meta.dirname, '../../systemd/backupmon-scan.service');

const analyze = (...argv: string[]) => spawnSync('systemd-analyze', argv, { encoding: 'utf8' });
const skip =
  analyze('--version').status === 0 ? false : 'skipped, because systemd-analyze is not installed';

const documents = globSync(join(import.meta.dirname, '../../docs/*.md'));
const dropIns = join(folder, 'backupmon-scan.service.d');

/** With a program that is there in the place of this one, which need not be installed. */
const write = (file: string, text: string): void =>
  writeFileSync(file, text.replaceAll(/\/usr(?:\/local)?\/bin\/backupmon/gu, '/bin/true'));

/** What systemd says of the units. */
function complaints(): string {
  for (const unit of units) write(join(folder, basename(unit)), readFileSync(unit, 'utf8'));
  const names = units.map((unit) => join(folder, basename(unit)));
  const { status, stdout, stderr } = analyze('verify', '--man=no', ...names);
  return `${status === 0 ? '' : `exit code ${status} `}${stdout}${stderr}`;
}

interface Exposure {
  readonly name: string;
  readonly exposure: string | null;
}

describe('units', { skip }, () => {
  it('are read without a complaint', () => {
    assert.equal(units.length, 3);
    assert.equal(complaints(), '');
  });

  it('are read without a complaint with each drop-in that the documents show', () => {
    const text = documents.map((document) => readFileSync(document, 'utf8')).join('\n');
    const shown = [...text.matchAll(/^```ini\n(?<drop>.*?)^```$/gmsu)];
    assert.ok(shown.length > 5);
    mkdirSync(dropIns);
    for (const { groups } of shown) {
      const drop = groups?.['drop'] ?? '';
      write(join(dropIns, 'override.conf'), drop);
      assert.equal(complaints(), '', drop);
    }
  });

  it('the scan is exposed by nothing but what its comment names: at most 1.5 of 10', () => {
    const offline = ['security', '--offline=true', '--threshold=15', '--no-pager'];
    const { status, stdout } = analyze(...offline, '--json=short', scan);
    assert.equal(status, 0);
    const left = (JSON.parse(stdout) as Exposure[]).filter(({ exposure }) => exposure !== null);
    const [, comment = ''] = /^# Hardening: ((?:.*\n#)*)/mu.exec(readFileSync(scan, 'utf8')) ?? [];
    for (const { name } of left) assert.ok(comment.includes(name.replace(/=.*$/u, '')), name);
  });
});
