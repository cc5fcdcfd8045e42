/** What lies within more layers than are looked into: archives in archives without end would be recursion, and hashing, without end. */
import type { Format } from './format.ts';

/** How it is described: nothing else is called that. */
export const TOO_DEEP = 'data within too many layers';

export const tooDeep: Format = {
  recognises: () => true,
  check: ({ hash }) => ({
    push: (bytes) => hash.keep(bytes),
    end: () => ({
      kind: 'binary',
      description: TOO_DEEP,
      whole: false,
      shortfall: 'it lies within more layers than are looked into',
      fault: null,
    }),
    abandon: () => ({ kind: 'binary', description: TOO_DEEP }),
  }),
};
