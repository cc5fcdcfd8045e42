/** What people are told: incidents, and what becomes of them. */
import type { IncidentKind } from '../../../src/core/incident.ts';
import type { Change } from '../../../src/core/letter.ts';
import type { Prose } from '../blocks.ts';

export const incidentTexts: Readonly<Record<IncidentKind, Prose>> = {
  job: 'A job whose status is a warning or critical.',
  silent:
    'An agent from which nothing comes: two or more of its jobs began to be `MISSING` (`no_report`) after its newest report. They are in this incident and have none of their own.',
  refused:
    'An agent whose reports are refused. It is over when one of its reports is accepted and none is refused in the same scan.',
  blocked:
    'Jobs that could not be judged for trouble of the server itself. One incident for all of them.',
  lost: 'Versions that are gone from the validated tree. One incident for all of them.',
  scan: 'A scan that could not be done at all. Only who wants to hear of everything hears of it.',
};

export const changeTexts: Readonly<Record<Change, Prose>> = {
  opened: 'It begins, or has lasted for `fail_after` cycles.',
  worsened: 'Its severity rises.',
  improved: 'Its severity falls, and it is not over.',
  changed:
    'Something about it is new at the same severity: another status of the job, another lost version, another cause that blocks jobs, or another agent that it has reached.',
  reminder: 'It has lasted for one of the ages in `remind`.',
  ended:
    'It is over: RECOVERED when its jobs are well, CLOSED when they are not, as where the trouble goes on in another incident.',
};
