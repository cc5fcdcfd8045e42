/** What is said of one status and of its reasons, from the catalogue and the tables beside this file. */
import { adviceFor, catalogue, type Status } from '../../../src/core/statuses.ts';
import { sentence, terms, type Prose, type Section, type Term } from '../blocks.ts';
import { reasonsOf, type ToldReason } from './reasons.ts';
import { statusTexts } from './statuses.ts';

/** The advice of the catalogue; what is to be filled in is shown as a word, and commands are code. */
const advised = (advice: string): Prose =>
  advice === ''
    ? ''
    : sentence(advice.replaceAll('{job}', 'JOB').replaceAll(/backupmon \w+ JOB/gu, '`$&`'));

/** Severities other than that of the catalogue, and what makes them so. */
const otherSeverity: Readonly<Partial<Record<Status, string>>> = {
  HASH_MISMATCH: 'as `unchanged` of the job says',
  SIZE_ANOMALY: 'critical from the third cycle in a row',
  UNKNOWN: 'ok for a report that was set aside',
  REPORT_REFUSED: 'critical where it is `forged`',
  NOTICE: 'a warning for `alarm_given_up`, critical for `scan_failed`',
};

export function severityText(status: Status): string {
  const { severity } = catalogue[status];
  const other = otherSeverity[status];
  return other === undefined ? severity : `${severity}; ${other}`;
}

function factsOf(status: Status): Prose {
  const { label, healthy } = catalogue[status];
  const shown = `Shown as "${label}".`;
  const worth = healthy
    ? 'It counts as a healthy backup.'
    : 'It does not count as a healthy backup.';
  const isOfJob = status !== 'REPORT_REFUSED' && status !== 'NOTICE';
  return `Severity: ${severityText(status)}. ${shown}${isOfJob ? ` ${worth}` : ''}`;
}

const joined = (...sentences: readonly (string | undefined)[]): Prose =>
  sentences.filter((one) => one !== undefined && one !== '').join(' ');

function reasonTerm(status: Status, { reason, says, means, safe, todo }: ToldReason): Term {
  const own = adviceFor(status, reason);
  const advice = own === catalogue[status].advice ? '' : own;
  return {
    term: `\`${reason}\``,
    body: [
      joined(sentence(says), means),
      ...(safe === undefined ? [] : [`Safe: ${safe}`]),
      `Do: ${joined(advised(advice), todo)}`,
    ],
  };
}

export function statusSection(status: Status): Section {
  const { means, rule, safe, todo } = statusTexts[status];
  const advice = advised(catalogue[status].advice);
  return {
    title: status,
    blocks: [
      factsOf(status),
      means,
      ...(rule === undefined ? [] : [rule]),
      `Safe: ${safe}`,
      `Do: ${joined(advice, todo)}`,
      'Reasons:',
      terms(reasonsOf(status).map((reason) => reasonTerm(status, reason))),
    ],
  };
}
