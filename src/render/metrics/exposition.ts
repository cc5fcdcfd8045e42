/**
 * The text format that Prometheus reads (https://prometheus.io/docs/instrumenting/exposition_formats/), as far as gauges need it.
 * node_exporter drops a whole file for one line that it cannot read, so that names of others are made harmless here, and only here.
 */

/** Labels as they stand between the braces, made by `labels`; empty for none. */
export type Labels = string;

/** One line: its labels, and its value in base units; null where the value is not known, and the line is left out. */
export type Sample = readonly [labels: Labels, value: number | null];

/**
 * What nobody can see, or what is no character, and the beginning of our own notation for it: nothing that was not encoded can then
 * look as if it were, and names that differ stay different.
 */
const encoded = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]|<(?=U\+)/gu;

/** What most names are made of: nothing in it could be encoded. */
const plain = /^[\w .-]*$/;

const notation = (character: string): string =>
  `<U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}>`;

/**
 * One label value. Unlike text for people nothing is dropped or cut: two names that became one would be one series with two values,
 * which node_exporter refuses. A line feed, the third that the format would escape, is `<U+000A>`.
 */
const labelValue = (text: string): string =>
  plain.test(text)
    ? text
    : text.replace(encoded, notation).replaceAll('\\', '\\\\').replaceAll('"', '\\"');

/** `agent="paris",database="compta"`. Different values give different text, whatever is in them. */
export const labels = (values: Readonly<Record<string, string>>): Labels =>
  Object.entries(values)
    .map(([name, value]) => `${name}="${labelValue(value)}"`)
    .join(',');

/** Milliseconds, an instant or a duration, in seconds; null stays null. */
export const seconds = (milliseconds: number | null | undefined): number | null =>
  milliseconds == null ? null : milliseconds / 1000;

/** What is true or not, as a value. */
export const flag = (holds: boolean): number => (holds ? 1 : 0);

const family = (name: string, help: string, lines: string): string =>
  lines === '' ? '' : `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${lines}`;

/**
 * All samples of one gauge under its name, with a line feed at the end; empty where nothing is known.
 *
 * @param help one sentence of ours, without backslash or line feed
 */
export function gauge(name: string, help: string, samples: Iterable<Sample>): string {
  // Pieces, not lines: of 10,000 jobs nothing is made then that is thrown away.
  const pieces: string[] = [];
  const head = `${name}{`;
  for (const [labelled, value] of samples) {
    if (value === null || !Number.isFinite(value)) continue;
    if (labelled === '') pieces.push(name, ' ', String(value), '\n');
    else pieces.push(head, labelled, '} ', String(value), '\n');
  }
  return family(name, help, pieces.join(''));
}

/**
 * One gauge that has a line for each of some words: 1 for the one that holds, and 0 for the others.
 *
 * @param label which tells the words; they are ours, and need no escape
 * @param holding the labels before it, never none, and the word that holds for them; no line where it is none of the words
 */
export function stateGauge<Word extends string>(
  name: string,
  help: string,
  label: string,
  words: readonly Word[],
  holding: readonly (readonly [labels: Labels, word: Word])[],
): string {
  // What stands around the labels, for each word that can hold: all lines of one that has them are then made at once.
  const head = `${name}{`;
  const around = new Map(
    words.map((held) => {
      const ends = words.map((word) => `,${label}="${word}"} ${flag(word === held)}\n`);
      return [held, [head, ...ends.map((end, at) => (at < ends.length - 1 ? end + head : end))]];
    }),
  );
  const lines = holding.map(([own, word]) => around.get(word)?.join(own) ?? '');
  return family(name, help, lines.join(''));
}
