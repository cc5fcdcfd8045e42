/** Texts of licences: who holds the copyright, whether two texts grant the same, and their form in a machine-readable copyright file. */
import { readFileSync } from 'node:fs';

/** Lines such as `Copyright (c) 2011 Somebody`; not `COPYRIGHT AND PERMISSION NOTICE`, nor the middle of a sentence. */
const holder =
  /^[\s*\-/#]*(?:Portions )?(?:Copyright|©)(?!ed| and| notice| holder| law):?\s*(.*)$/u;
/** A heading of a text. */
const title = /^\W*(?:the )?(?:mit|isc|apache|bsd)[\w\s.-]*licen[cs]e(?: \(mit\))?\W*$/iu;

const apache =
  /^[ \t]*Apache License\s+Version 2\.0, January 2004[\s\S]*?END OF TERMS AND CONDITIONS\s*?(?:\n\s*APPENDIX: [\s\S]*?limitations under the License\.)?[ \t]*$/mu;
export const APACHE_REFERENCE =
  'Licensed under the Apache License, Version 2.0. On Debian systems, its full text is in /usr/share/common-licenses/Apache-2.0.';

/** A text with the line ends of Unix. */
export const readLicence = (file: string): string =>
  readFileSync(file, 'utf8').replaceAll('\r\n', '\n');

/** Each once, without the word itself. */
export function holdersIn(text: string): string[] {
  const found = text.split('\n').flatMap((line) => {
    const name = holder.exec(line)?.[1]?.replaceAll(/\*+/gu, '').trim();
    return name ? [name] : [];
  });
  return [...new Set(found)];
}

/** What the text grants, without whose it is: the same for two texts that differ in names, quotes and line breaks only. */
export function grantOf(text: string): string {
  return withoutHolders(text)
    .split('\n')
    .filter((line) => !title.test(line))
    .join(' ')
    .replaceAll(/[‘’“”"'`*]/gu, '')
    .replaceAll(/\s+/gu, ' ')
    .trim()
    .toLowerCase();
}

/** Debian Policy 12.5: a licence that every Debian system has is referred to, not repeated. */
export const withReferences = (text: string): string => text.replace(apache, APACHE_REFERENCE);

/** Without the lines that say whose it is. */
export const withoutHolders = (text: string): string =>
  text
    .split('\n')
    .filter((line) => !holder.test(line))
    .join('\n');

/** Whether nothing is said but the Apache License. */
export const isApache = (text: string): boolean =>
  withoutHolders(withReferences(text)).trim() === APACHE_REFERENCE;

/** Several lines as the value of a field, after its first line: an empty one is a dot, and several are one. Copyright format 1.0, "formatted text". */
export function folded(text: string): string {
  const lines = text
    .replaceAll('\t', '    ')
    .split('\n')
    .map((line) => line.trimEnd());
  while (lines[0] === '') lines.shift();
  while (lines.at(-1) === '') lines.pop();
  const once = lines.filter((line, index) => line !== '' || lines[index - 1] !== '');
  return once.map((line) => (line === '' ? ' .' : ` ${line}`)).join('\n');
}
