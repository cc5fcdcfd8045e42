/** What lies within more layers than are looked into: archives in archives without end would be recursion, and hashing, without end. */
import type { Format } from './format.ts';

const description = 'data within too many layers';

export const tooDeep: Format = {
  recognises: () => true,
  check: ({ hash }) => ({
    push: (bytes) => hash.keep(bytes),
    end: () => ({
      kind: 'binary',
      description,
      whole: false,
      shortfall: 'it lies within more layers than are looked into',
      fault: null,
    }),
    abandon: () => ({ kind: 'binary', description }),
  }),
};
