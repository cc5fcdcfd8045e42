/** What `doctor` says of timers, crontabs and services on a machine, and its commands there. */
import assert from 'node:assert/strict';
import type { Finding } from '../../src/core/finding.ts';
import type { Machine } from './machine.ts';

export interface DoctorOn {
  readonly schedule: () => Finding[];
  /** `severity message`, worst first. */
  readonly told: () => string[];
  /** The same without what is in order. */
  readonly wrong: () => string[];
  /** Runs the command of the finding that this matches, as it is printed. */
  readonly mend: (message: RegExp) => void;
}

/** @param config the configuration that it is about; null for the system's */
export function doctorOn(machine: Machine, config: string | null = null): DoctorOn {
  const named = config === null ? [] : ['--config', config];
  const schedule = (): Finding[] => {
    const { out, err } = machine.run('backupmon', ...named, 'doctor', '--json');
    assert.equal(err, '');
    const { findings } = JSON.parse(out) as { findings: Finding[] };
    return findings.filter(({ area, subject }) => area === 'schedule' && subject !== 'scans');
  };
  const told = (): string[] => schedule().map(({ severity, message }) => `${severity} ${message}`);
  return {
    schedule,
    told,
    wrong: () => told().filter((line) => !line.startsWith('ok ')),
    mend: (message) => {
      const found = schedule().find((one) => message.test(one.message));
      machine.done('sh', '-c', found?.mend ?? 'false');
    },
  };
}
