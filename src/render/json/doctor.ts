/** `backupmon doctor --json`. */
import type { Finding } from '../../core/finding.ts';
import { severityOf, type DoctorView } from '../doctor.ts';
import { time } from './time.ts';

const findingObject = ({ area, subject, severity, message, why, mend }: Finding): object => ({
  area,
  subject,
  severity,
  message,
  why,
  mend,
});

export function doctorDocument(view: DoctorView): object {
  const { findings, suggestions } = view;
  const count = (wanted: Finding['severity']): number =>
    findings.filter(({ severity }) => severity === wanted).length;
  return {
    schema: 'backupmon.doctor/1',
    generated_at: time(view.now),
    severity: severityOf(view),
    findings: findings.map(findingObject),
    summary: {
      total: findings.length,
      ok: count('ok'),
      warning: count('warning'),
      critical: count('critical'),
    },
    site: view.site,
    file: view.file,
    suggested_jobs: suggestions.map(({ agent, database, schedule, rounds }) => ({
      agent,
      database,
      schedule,
      rounds,
    })),
  };
}
