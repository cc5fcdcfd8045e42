/** Shared by the tests of `doctor`: what findings are judged for, and machines made of a folder. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after } from 'node:test';
import type { Finding } from '../../src/core/finding.ts';
import type { Config } from '../../src/core/job.ts';
import { accountsOf } from '../../src/doctor/rights/accounts.ts';
import { handsOf } from '../../src/doctor/hands.ts';
import type { Look, Scanner } from '../../src/doctor/look.ts';
import { machineAt, type Machine } from '../../src/doctor/machine.ts';
import { configOf, folders } from '../config/support.ts';

export const now = Date.parse('2026-06-20T21:00:00Z');

export const scanner: Scanner = {
  known: true,
  exists: true,
  uid: 990,
  gid: 990,
  user: 'backupmon',
  group: 'backupmon',
  present: true,
};

/** With rules, agents and whatever else comes after the folders. */
export const configWith = (
  yaml = "defaults: { schedule: '0 20 * * *' }\nagents: { paris: { databases: [compta] } }\n",
): Config => configOf(folders + yaml);

/** For root, with the configuration in its usual place. */
export function lookWith(changes: Partial<Look> = {}): Look {
  const config = configWith();
  const machine = changes.machine ?? machineAt('/nowhere', []);
  return {
    file: '/etc/backupmon/config.yaml',
    config,
    places: {
      deposits: config.deposits,
      validated: config.validated,
      database: config.database,
    },
    machine,
    accounts: accountsOf(machine),
    scanner,
    hands: handsOf(null, true),
    now,
    ...changes,
  };
}

/** `severity message`, and `$ command` where there is one. */
export const told = (findings: readonly Finding[]): string[] =>
  findings.flatMap(({ severity, message, mend }) => [
    `${severity} ${message}`,
    ...(mend === null ? [] : [`$ ${mend}`]),
  ]);

/** What is wrong has a reason; what is in order needs neither that nor a command. Commands are such that a shell can read. */
export function assertWhole(findings: readonly Finding[]): void {
  for (const finding of findings) {
    const { severity, message, why, mend, subject } = finding;
    assert.ok(message !== '' && subject !== '' && why !== '', JSON.stringify(finding));
    assert.equal(severity === 'ok', why === null, message);
    for (const text of [message, why ?? '', mend ?? '', subject])
      assert.doesNotMatch(text, /undefined|NaN|(?<!\/dev\/)\bnull\b|\[object/u);
    if (mend === null) continue;
    assert.notEqual(severity, 'ok', message);
    const { status, stderr } = spawnSync('sh', ['-n', '-c', mend], { encoding: 'utf8' });
    assert.equal(status, 0, `${mend}: ${stderr}`);
  }
}

export interface MadeMachine {
  readonly root: string;
  readonly machine: Machine;
  /** A file of the system. */
  readonly file: (path: string, text: string, mode?: number) => void;
  /** A program: a script for sh. */
  readonly program: (name: string, script: string) => void;
}

/** A machine whose files lie in a temporary folder, and whose programs are scripts there, beside getent and getfacl. */
export function makeMachine(): MadeMachine {
  const root = mkdtempSync(join(tmpdir(), 'backupmon-machine-'));
  after(() => rmSync(root, { recursive: true, force: true }));
  chmodSync(root, 0o755);
  const file = (path: string, text: string, mode = 0o644): void => {
    mkdirSync(dirname(root + path), { recursive: true });
    writeFileSync(root + path, text);
    chmodSync(root + path, mode);
  };
  mkdirSync(`${root}/programs`);
  return {
    root,
    machine: machineAt(root, [`${root}/programs`]),
    file,
    program: (name, script) => file(`/programs/${name}`, `#!/bin/sh\n${script}\n`, 0o755),
  };
}
