/** Whether a timer of systemd that runs now is started by the next boot too. */
import type { Finding } from '../../core/finding.ts';
import { dropIn } from './drop-in.ts';
import { warning } from '../finding.ts';
import type { Look } from '../look.ts';
import type { Shown } from './unit-shown.ts';

type Hands = Look['hands'];

const enable = (timer: string, hands: Hands): string =>
  hands.root(['systemctl', 'enable', '--now', timer]);

/** States of its files (systemctl(1), is-enabled) with which the next boot does not start it, and what changes that. */
const states: Readonly<
  Record<string, readonly [string, (timer: string, hands: Hands) => string | null]>
> = {
  disabled: ['is not enabled', enable],
  linked: ['is not enabled', enable],
  'enabled-runtime': ['is enabled until the next boot only', enable],
  'linked-runtime': ['is there until the next boot only', () => null],
  // Its files do not say what would start it.
  static: [
    'is not enabled',
    (timer, hands) =>
      `${dropIn(timer, { section: 'Install', lines: ['WantedBy=timers.target'] }, hands)} && ${enable(timer, hands)}`,
  ],
  transient: ['is there until the next boot only', () => null],
  masked: [
    'is masked',
    (timer, hands) => `${hands.root(['systemctl', 'unmask', timer])} && ${enable(timer, hands)}`,
  ],
};

/** Something that is started at boot wants it, as a package can say beside its units. */
const isWanted = (shown: Shown): boolean =>
  (shown['UnitFileState'] === 'static' || shown['UnitFileState'] === 'disabled') &&
  `${shown['WantedBy'] ?? ''}${shown['RequiredBy'] ?? ''}` !== '';

/** @param shown of a timer that is active */
export function judgeBoot(timer: string, shown: Shown, hands: Hands): Finding[] {
  const state = states[shown['UnitFileState'] ?? ''];
  if (state === undefined || isWanted(shown)) return [];
  const [what, mend] = state;
  return [
    warning('schedule', timer, {
      message: `${timer} runs, but ${what}`,
      why: 'after the next boot no scan is started',
      mend: mend(timer, hands),
    }),
  ];
}
