/** Runs of the service of a scan: that it was not started when it was due, and how the last one ended. */
import type { Finding } from '../../core/finding.ts';
import { override } from './drop-in.ts';
import { critical, warning } from '../finding.ts';
import type { Look } from '../look.ts';
import type { ScanTimer } from './timers.ts';
import { unwatched } from './unwatched.ts';

type Judging = Pick<Look, 'hands'>;

/** `n/a` or nothing: it was not asked yet. */
function isRefused(of: ScanTimer['of'], kind: 'Condition' | 'Assert'): boolean {
  const asked = of.service[`${kind}Timestamp`] ?? '';
  return of.service[`${kind}Result`] === 'no' && asked !== '' && asked !== 'n/a';
}

/** A command that is a condition, and not a `-` one, has said no when it was asked last: `{ path=… ; code=exited ; status=1 }`. */
const isLeftOut = ({ service }: ScanTimer['of']): boolean =>
  (service['ExecCondition'] ?? '')
    .split('\n')
    .some(
      (line) =>
        / ; code=exited ; status=[1-9]/u.test(line) && !line.includes(' ; ignore_errors=yes ; '),
    );

function judgeConditions({ service, of }: ScanTimer, { hands }: Judging): Finding[] {
  // Assertions are asked only where all conditions hold.
  const isCondition = isRefused(of, 'Condition') || isLeftOut(of);
  if (!isCondition && !isRefused(of, 'Assert')) return [];
  const what = isCondition ? 'conditions' : 'assertions';
  return [
    critical('schedule', service, {
      message: `${service} was not started when it was due last: one of its ${what} does not hold`,
      why: unwatched,
      mend: hands.root(['systemctl', 'status', '--no-pager', service]),
    }),
  ];
}

/** 1 and 2 are findings about backups, and no failure of the scan. */
function judgeFindings(service: string, status: string, { hands }: Judging): Finding {
  const success = override(service, 'SuccessExitStatus=1 2', hands);
  return warning('schedule', service, {
    message: `the last run of ${service} ended with exit code ${status}, which systemd takes for a failure: its SuccessExitStatus does not name it`,
    why: 'a scan that did its work ends so where a backup is not well; only 3 is one that could not',
    mend: `${success} && ${hands.root(['systemctl', 'reset-failed', service])}`,
  });
}

function judgeResult({ service, of }: ScanTimer, look: Judging): Finding[] {
  const {
    Result: result = 'success',
    ExecMainStatus: status = '',
    ExecMainCode: code,
  } = of.service;
  if (result === 'success' || result === '') return [];
  if (result === 'exit-code' && (status === '1' || status === '2'))
    return [judgeFindings(service, status, look)];
  // See waitid(2): 2 is killed, 3 the same with a core dump.
  const number = `${code === '2' || code === '3' ? 'signal' : 'exit code'} ${status}`;
  const what = result === 'signal' ? number : status === '' ? result : `${result}, ${number}`;
  return [
    critical('schedule', service, {
      message: `the last run of ${service} failed: ${what}`,
      why: 'that scan could not do its work',
      mend: look.hands.root(['journalctl', '-u', service, '-n', '50', '--no-pager']),
    }),
  ];
}

export const judgeRuns = (timer: ScanTimer, look: Judging): Finding[] => [
  ...judgeConditions(timer, look),
  ...judgeResult(timer, look),
];
