import type { ReasonText } from './text.ts';

export const ofHeld = {
  too_small: {
    means:
      'Rows or tables may be gone from it, it may be a dump of another database, or it is compressed better than before.',
    todo: 'Ask whether data was deleted on purpose. If so, promote it.',
  },
  too_large: {
    means:
      'An import, a log table that grew, or a dump that is compressed less than before or not at all.',
    todo: 'Ask what was added. If it is meant to be there, promote it.',
  },
  raw_too_small: {
    means: 'The file has its usual size, but less comes out of it.',
    todo: 'Ask whether data was deleted on purpose, and how it is compressed now. If it is right, promote it.',
  },
  raw_too_large: {
    means: 'The file has its usual size, but more comes out of it.',
    todo: 'Ask what was added, and how it is compressed now. If it is right, promote it.',
  },
  too_few_tables: {
    means:
      'A dump of one schema only, an option that leaves tables out, or a user who may not see them all.',
    todo: 'Compare the list of tables with the live database. If it is right, promote it.',
  },
  too_many_tables: {
    means: 'More than one database may be in it, or partitions and temporary tables.',
    todo: 'Compare the list of tables with the live database. If it is right, promote it.',
  },
  kind_changed: {
    means:
      'It is made by another tool or in another format, it is encrypted now, or it is a dump of something else.',
    todo: 'If you have changed how it is made, promote it: its kind is the usual one from then on. `size_change: off` does not turn this off.',
  },
} as const satisfies Readonly<Record<string, ReasonText>>;
