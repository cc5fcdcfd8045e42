/** The manual as data: what is written once is shown by man(1) (mdoc.ts) and in docs/ (markdown.ts). */

/**
 * A paragraph, or a part of one. In it `code` stands between backticks, <argument> between angle brackets, and a page of the manual is
 * named as in backupmon(1). Sentences end in a full stop.
 */
export type Prose = string;

export interface Term {
  readonly term: Prose;
  readonly body: readonly Block[];
}

export type Block =
  | Prose
  /** `compact` sets terms of one line close together. */
  | { readonly kind: 'terms'; readonly items: readonly Term[]; readonly compact: boolean }
  | { readonly kind: 'list'; readonly items: readonly Prose[] }
  | { readonly kind: 'example'; readonly lines: readonly string[] }
  /** Short cells only: on a terminal it has 72 columns. */
  | {
      readonly kind: 'table';
      readonly head: readonly string[];
      readonly rows: readonly (readonly Prose[])[];
    };

export interface Section {
  readonly title: string;
  readonly blocks: readonly Block[];
  readonly sections?: readonly Section[];
}

/** One piece of how a command is called: a word, an option or an argument. */
export interface Piece {
  readonly prose: Prose;
  readonly optional: boolean;
}

export interface Page {
  /** Without the number, such as `backupmon-config`. */
  readonly name: string;
  readonly number: 1 | 5 | 7;
  /** What it is, in a few words, as apropos(1) lists it. */
  readonly about: string;
  /** How it is called, one for each command; none where the page is not about a program. */
  readonly synopsis: readonly (readonly Piece[])[];
  readonly sections: readonly Section[];
}

export const terms = (items: readonly Term[]): Block => ({ kind: 'terms', items, compact: false });
export const shortTerms = (items: readonly Term[]): Block => ({
  kind: 'terms',
  items,
  compact: true,
});
export const list = (...items: readonly Prose[]): Block => ({ kind: 'list', items });
export const example = (...lines: readonly string[]): Block => ({ kind: 'example', lines });
export const table = (head: readonly string[], rows: readonly (readonly Prose[])[]): Block => ({
  kind: 'table',
  head,
  rows,
});

/** `what it is` to `What it is.`, as the tables of the program have no capitals and no full stops. */
export function sentence(phrase: string): Prose {
  const first = phrase.charAt(0);
  const capital = first === '`' ? first : first.toUpperCase();
  return `${capital}${phrase.slice(1)}${/[.?!]$/u.test(phrase) ? '' : '.'}`;
}
