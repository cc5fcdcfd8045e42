/** HTML that cannot be broken: whatever is put into it is text, unless it was made here. */
import { forPeople } from '../../core/text.ts';

/** Longer than any path with some words. */
const longest = 9_000;

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const escaped = (text: string): string =>
  forPeople(text, longest).replaceAll(/[&<>"']/g, (character) => entities[character] ?? '');

/** Markup. Only `html` makes it: a string is never one. */
export class Markup {
  readonly #text: string;

  private constructor(text: string) {
    this.#text = text;
  }

  /** The parts between are those of a template, written in this program. */
  static of({ raw }: TemplateStringsArray, values: readonly Value[]): Markup {
    // Mail programs cut long messages: indentation is for whoever reads this program.
    const [first = '', ...others] = raw.map((part) => part.replaceAll(/\n\s+/g, '\n'));
    const parts = values.map((value, index) => Markup.#written(value) + (others[index] ?? ''));
    return new Markup(first + parts.join(''));
  }

  static #written(value: Value): string {
    if (typeof value === 'string') return escaped(value);
    if (value instanceof Markup) return value.#text;
    return value.map((part) => part.#text).join('\n');
  }

  toString(): string {
    return this.#text;
  }
}

export type Value = string | Markup | readonly Markup[];

/** A template of markup: strings in it are made harmless and escaped, in elements and in quoted attributes alike. */
export const html = (parts: TemplateStringsArray, ...values: readonly Value[]): Markup =>
  Markup.of(parts, values);

/** The same for a style sheet. */
export const css = html;

export const nothing = html``;
