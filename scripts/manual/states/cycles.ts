/** Where the current cycle of a job stands, and how much was proved of a backup. */
import type { CycleState } from '../../../src/core/standing.ts';
import type { Assurance } from '../../../src/core/statuses.ts';
import type { Prose } from '../blocks.ts';

export const cycleTexts: Readonly<Record<CycleState, Prose>> = {
  waiting: 'It is not due yet, or the watch has not begun.',
  late: 'It is due and no report covers it, but `grace` has not passed.',
  arriving:
    'A report or file is there and still being written, or it waits for its turn in the next scan. This excuses a cycle for `settle` after its deadline at most.',
  done: 'A report covers it, whatever that report was worth: a cycle may be done and `FAILED`. With a schedule of `every` there is none that is done: an accepted report opens the next one at once.',
  missed: 'Its deadline has passed, and no report covers it.',
};

export const assuranceTexts: Readonly<Record<Assurance, Prose>> = {
  intact:
    'Size and SHA-256 of the file are those that the agent reported. What was wrong before the agent made its checksum cannot be seen.',
  readable:
    'Beside that, the stream decodes to its end and nothing follows it, what is packed in it is walked, and what comes out has the size and SHA-256 that the agent reported before compression. A dump that was cut before it was packed cannot be seen.',
  complete:
    'Beside that, the dump in it is whole by its own format, and its kind, name and measures are what they should be. That the right data is in it can be seen by restoring it alone.',
};
