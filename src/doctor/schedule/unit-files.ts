/** Files of units of systemd (systemd.unit(5)), and what is set in them. */
import type { Machine } from '../machine.ts';

type Files = Pick<Machine, 'names' | 'text'>;

/** The first one that has a name wins. */
const unitFolders = [
  '/etc/systemd/system.control',
  '/run/systemd/system.control',
  '/run/systemd/transient',
  '/etc/systemd/system',
  '/run/systemd/system',
  '/run/systemd/generator',
  '/usr/local/lib/systemd/system',
  '/usr/lib/systemd/system',
  '/lib/systemd/system',
];

/** Names of all units of an ending that have files, but for templates, which are no units by themselves. */
export const unitNames = ({ names }: Files, ending: string): string[] => [
  ...new Set(
    unitFolders.flatMap((folder) =>
      names(folder).filter((name) => name.endsWith(ending) && !name.includes('@.')),
    ),
  ),
];

/** Something lies in the place of its file, whatever that is. */
export const hasUnitFile = ({ names }: Pick<Files, 'names'>, unit: string): boolean =>
  unitFolders.some((folder) => names(folder).includes(unit));

/** The unit itself, and for an instance such as `a@b.service` its template. */
const namesOf = (name: string): string[] => [
  ...new Set([name, name.replace(/@[^@]*(?=\.\w+$)/u, '@')]),
];

function firstText({ text }: Files, paths: readonly string[]): string {
  for (const path of paths) {
    const found = text(path);
    if (found !== null) return found;
  }
  return '';
}

/** In the order of their names, wherever they lie. */
function dropIns(machine: Files, name: string): string[] {
  const folders = namesOf(name).flatMap((one) => unitFolders.map((folder) => `${folder}/${one}.d`));
  const found = new Set(folders.flatMap((folder) => machine.names(folder)));
  return [...found]
    .filter((file) => file.endsWith('.conf'))
    .toSorted()
    .map((file) =>
      firstText(
        machine,
        folders.map((folder) => `${folder}/${file}`),
      ),
    );
}

/** What the files of a unit say together; '' where there are none. Of one that is masked it is what lies below that. */
export function unitText(machine: Files, name: string): string {
  const places = namesOf(name).flatMap((one) => unitFolders.map((folder) => `${folder}/${one}`));
  return [firstText(machine, places), ...dropIns(machine, name)].join('\n');
}

/** Lines as systemd reads them: continued ones put together, comments left out, between them too. */
function linesOf(text: string): string[] {
  const lines: string[] = [];
  let begun = '';
  for (const line of text.split('\n')) {
    if (/^\s*[#;]/u.test(line)) continue;
    const isContinued = line.endsWith('\\');
    begun += isContinued ? `${line.slice(0, -1)} ` : line;
    if (isContinued) continue;
    lines.push(begun.trim());
    begun = '';
  }
  return [...lines, begun.trim()];
}

/** Values of a setting, one after the other, also those that are taken back; '' is what takes back. */
export const everySetting = (text: string, name: string): string[] =>
  linesOf(text).flatMap((line) => {
    const [, key, value = ''] = /^(\w+)\s*=\s*(.*)$/su.exec(line) ?? [];
    return key === name ? [value] : [];
  });

/** Values of a setting that hold: an empty one takes back those before it. */
export function settingsOf(text: string, name: string): string[] {
  const values = everySetting(text, name);
  return values.slice(values.lastIndexOf('') + 1);
}
