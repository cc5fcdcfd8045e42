import type { ReasonText } from './text.ts';

export const ofSuccess = {
  verified: {
    means: 'The first part of the message is about the file, the second about the dump in it.',
    todo: 'Nothing.',
  },
  promoted_by_hand: {
    means: 'The message names who did it, what was overridden, and the reason that was given.',
    safe: 'It is a version as any other. Where something was overridden, that its content is right is the word of that administrator.',
    todo: 'Nothing. Its size begins a new baseline.',
  },
  version_adopted: {
    means:
      'The database was reset, restored or lost, or a scan was killed before it could record what it had published. It covers the cycle of its time, and falls under `keep`.',
    safe: 'Its bytes are those of its SHA256SUMS; its content was not looked into (`intact`).',
    todo: 'Nothing after a reset or a restore of the database. Otherwise ask who put it there.',
  },
} as const satisfies Readonly<Record<string, ReasonText>>;

export const ofUnchanged = {
  same_file: {
    todo: 'Check that the agent makes a new dump before each transfer, and that the transfer takes it.',
  },
  same_fingerprint: {
    means: 'A new dump was made, and nothing in the database has changed since the last one.',
    todo: 'Check that it is a dump of the live database. If that is normal: `unchanged: ok`.',
  },
  same_content: {
    means: 'It is the word of the agent: the content was not, or could not be, looked into.',
    safe: 'The newest version. Because it is only the word of the agent, the deposit is never removed.',
    todo: 'With `verify: readable` or `complete` the content itself is compared.',
  },
} as const satisfies Readonly<Record<string, ReasonText>>;
