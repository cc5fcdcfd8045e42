/** What all outputs for people share: the symbol of a severity, the word of a status, the colours, clean text. */
import { catalogue, type Severity, type Status } from '../core/statuses.ts';
import { forPeople } from '../core/text.ts';

export { shellWord } from '../core/text.ts';
import type { Paint, Screen } from './views.ts';

export interface Look {
  readonly symbol: string;
  /** Where the locale is not UTF-8. */
  readonly ascii: string;
  readonly colour: Exclude<keyof Paint, 'bold'>;
  /** The word of the monitoring world: first in news lines and in Nagios. */
  readonly word: string;
}

export const looks: Readonly<Record<Severity, Look>> = {
  critical: { symbol: '✗', ascii: 'X', colour: 'red', word: 'CRITICAL' },
  warning: { symbol: '!', ascii: '!', colour: 'yellow', word: 'WARNING' },
  pending: { symbol: '?', ascii: '?', colour: 'dim', word: 'PENDING' },
  ok: { symbol: '✓', ascii: '+', colour: 'green', word: 'OK' },
};

/** Worst first, as they are listed everywhere. */
export const worstFirst: readonly Severity[] = ['critical', 'warning', 'pending', 'ok'];

/** Signs of the same width in both alphabets, so that columns do not move. */
const signs = {
  cut: ['…', '~'],
  arrow: ['→', '->'],
  bullet: ['·', '-'],
  times: ['×', 'x'],
  dash: ['–', '-'],
} as const;

export const sign = (name: keyof typeof signs, screen: Pick<Screen, 'unicode'>): string =>
  signs[name][screen.unicode ? 0 : 1];

/** The narrowest screen that is laid out for; a narrower terminal breaks the lines itself. */
const narrowest = 80;

export const columnsOf = (screen: Screen): number => Math.max(narrowest, screen.width);

/** Upper case where it is critical, so that it stands out without colours too. */
export function statusWord(status: Status, severity: Severity): string {
  const { label } = catalogue[status];
  return severity === 'critical' ? label.toUpperCase() : label;
}

/** `✗ MISSING`, `! unchanged`: never the symbol or the colour alone. */
export function statusText(status: Status, severity: Severity, screen: Screen): string {
  return `${symbolOf(severity, screen)} ${statusWord(status, severity)}`;
}

export const symbolOf = (severity: Severity, screen: Pick<Screen, 'unicode'>): string =>
  screen.unicode ? looks[severity].symbol : looks[severity].ascii;

export const inColour = (severity: Severity, text: string, screen: Screen): string =>
  screen.paint[looks[severity].colour](text);

const written: Readonly<Record<string, string>> = {
  '…': '~',
  '–': '-',
  '—': '-',
  '→': '->',
  '×': 'x',
  '’': "'",
};

/** ASCII only: accents are dropped, everything else becomes `?`. */
export function toAscii(text: string): string {
  return text
    .replaceAll(/[^ -~]/gu, (character) => written[character] ?? character)
    .normalize('NFKD')
    .replaceAll(/\p{M}+/gu, '')
    .replaceAll(/[^ -~]/gu, '?');
}

/** Any text on its way to a person: harmless, on one line, in the alphabet of the screen. */
export function clean(text: string, screen: Pick<Screen, 'unicode'>, limit = 300): string {
  const harmless = forPeople(text, limit);
  return screen.unicode ? harmless : toAscii(harmless);
}
