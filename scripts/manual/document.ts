/** docs/states.md: the same as backupmon-states(7), with two tables to look things up in. */
import { reasons } from '../../src/core/reasons.ts';
import { catalogue, statuses } from '../../src/core/statuses.ts';
import { table, type Section } from './blocks.ts';
import { markdownOf } from './markdown.ts';
import { statesSections } from './states/page.ts';
import { reasonsOf } from './states/reasons.ts';
import { severityText } from './states/status-sections.ts';

const statusTable = (): Section => ({
  title: 'Statuses at a glance',
  blocks: [
    table(
      ['status', 'shown as', 'severity'],
      statuses.map((status) => [`\`${status}\``, catalogue[status].label, severityText(status)]),
    ),
  ],
});

/** One row for each reason; some may follow two statuses. */
const reasonTable = (): Section => ({
  title: 'Reasons at a glance',
  blocks: [
    table(
      ['reason', 'says', 'follows'],
      Object.entries(reasons).map(([reason, says]) => [
        `\`${reason}\``,
        says,
        statuses
          .filter((status) => reasonsOf(status).some((one) => one.reason === reason))
          .map((status) => `\`${status}\``)
          .join(', '),
      ]),
    ),
  ],
});

/** `JOBS THAT ARE BLOCKED` to `Jobs that are blocked`; names of statuses stay as they are. */
const asHeading = (title: string): string =>
  title === 'DESCRIPTION' ? 'Words' : title.charAt(0) + title.slice(1).toLowerCase();

/** Made by `node scripts/generate-manual.ts --docs`. */
export const statesDocument = (): string =>
  markdownOf('Statuses and reasons', [
    statusTable(),
    reasonTable(),
    ...statesSections().map((section) => ({ ...section, title: asHeading(section.title) })),
  ]);
