/**
 * Single sentences of the command line for people, errors among them. Arguments, names of files and words of other programs stand
 * in them, whoever chose those: each sentence stays one line, and holds nothing that a terminal obeys.
 */
import { forPeople } from '../core/text.ts';
import type { Paint } from './views.ts';

/** Two paths, which may be the point of the sentence, and some words. UTF-16 units. */
const longest = 9_000;

/** One line, with its line feed. */
export const renderSentence = (text: string): string => `${forPeople(text, longest)}\n`;

/** What is wrong, and what to do about it on a line of its own. */
export function renderError(
  { message, hint }: { readonly message: string; readonly hint: string | null },
  paint: Pick<Paint, 'red'>,
): string {
  const more = hint === null ? '' : `  ${renderSentence(hint)}`;
  return `${paint.red('backupmon:')} ${renderSentence(message)}${more}`;
}

/** The trace of what nobody foresaw, line by line as it is, but indented: none of them can pass for one of ours. */
export function renderBug(trace: string): string {
  const lines = trace.split('\n').map((line) => `  ${renderSentence(line)}`);
  return `backupmon: this is a bug, please report it with what follows.\n${lines.join('')}`;
}
