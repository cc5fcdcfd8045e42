/** What the settings of a service of systemd, and not the modes of folders, keep it from (systemd.exec(5)). */
import { leadsTo, placesOnWay } from '../real-path.ts';
import type { Shown } from './unit-shown.ts';

const oneWord = /(?:[^\s"'\\]|\\.|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|["'\\])+/gsu;
const quotedPart = /"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'/gsu;
const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', s: ' ' };

/** Words as systemd writes and reads them: quoted where they hold spaces. */
export const unitWords = (text: string): string[] =>
  (text.match(oneWord) ?? []).map((word) =>
    word
      .replaceAll(quotedPart, (_, double?: string, single?: string) => double ?? single ?? '')
      .replaceAll(/\\x([0-9a-f]{2})/gu, (_, code: string) =>
        String.fromCodePoint(Number.parseInt(code, 16)),
      )
      .replaceAll(/\\(.)/gsu, (_, character: string) => escapes[character] ?? character),
  );

/** A word of a unit: percent signs are no specifiers, and spaces do not end it. */
export function unitWord(word: string): string {
  const text = word.replaceAll('%', '%%').replaceAll('\\', '\\\\');
  return /[\s"';]/u.test(text) ? `"${text.replaceAll('"', String.raw`\"`)}"` : text;
}

export const isWithin = (path: string, folder: string): boolean =>
  path === folder || path.startsWith(folder === '/' ? '/' : `${folder}/`);

const homes = ['/home', '/root', '/run/user'];

const pathsOf = (of: Shown, name: string): string[] =>
  unitWords(of[name] ?? '').map((path) => path.replace(/^[-+]+/u, ''));

/** Where it sees what lies elsewhere, or in the same place: `/home/agents:/home/agents:rbind`, without quotes. */
const boundBy = (of: Shown, name: 'BindPaths' | 'BindReadOnlyPaths'): string[] =>
  [...(of[name] ?? '').matchAll(/:(\/[^:]*):(?:no)?r?bind(?= |$)/gu)].map(
    ([, target = '']) => target,
  );

/** Folders that systemd makes for it: `backupmon`, or `backupmon:link`. */
const ownFolders: readonly (readonly [string, string])[] = [
  ['RuntimeDirectory', '/run'],
  ['StateDirectory', '/var/lib'],
  ['CacheDirectory', '/var/cache'],
  ['LogsDirectory', '/var/log'],
];

const systemFolders: ReadonlyMap<string, readonly string[]> = new Map([
  ['strict', ['/']],
  ['full', ['/usr', '/boot', '/efi', '/etc']],
  ['yes', ['/usr', '/boot', '/efi']],
]);

/** Settings may name a folder by a link: systemd follows it. */
const real = (folders: readonly string[]): string[] => folders.map(leadsTo);

/** The longest of the folders that a path lies in; -1 where it lies in none. */
const depth = (path: string, folders: readonly string[]): number =>
  Math.max(-1, ...folders.filter((folder) => isWithin(path, folder)).map(({ length }) => length));

/** Folders that a service may not write: of two settings the one for the deeper folder holds, and of equals the stricter one. */
export function keptFrom(of: Shown, paths: readonly string[]): string[] {
  const own = ownFolders.flatMap(([name, folder]) =>
    unitWords(of[name] ?? '').map((word) => `${folder}/${word.split(':', 1)[0]}`),
  );
  const open = real([...own, ...pathsOf(of, 'ReadWritePaths'), ...boundBy(of, 'BindPaths')]);
  const closed = real([
    ...(systemFolders.get(of['ProtectSystem'] ?? '') ?? []),
    ...(of['ProtectHome'] === 'read-only' ? homes : []),
    ...pathsOf(of, 'ReadOnlyPaths'),
    ...boundBy(of, 'BindReadOnlyPaths'),
  ]);
  return paths.filter((path) => {
    const place = leadsTo(path);
    const strictest = depth(place, closed);
    return strictest !== -1 && strictest >= depth(place, open);
  });
}

/** The places on the way to a path that a service does not see: links on it, and where they lead. */
export function hiddenPlaces(of: Shown, path: string): string[] {
  const home = of['ProtectHome'];
  const lies = (place: string, folders: readonly string[]): boolean =>
    depth(place, [...folders, ...real(folders)]) !== -1;
  const inaccessible = pathsOf(of, 'InaccessiblePaths');
  const bound = [...boundBy(of, 'BindPaths'), ...boundBy(of, 'BindReadOnlyPaths')];
  return placesOnWay(path).filter(
    (place) =>
      lies(place, inaccessible) ||
      (home === 'yes' && lies(place, homes)) ||
      (home === 'tmpfs' && lies(place, homes) && !lies(place, bound)),
  );
}

/** Paths that it does not see at all. */
export const hiddenFrom = (of: Shown, paths: readonly string[]): string[] =>
  paths.filter((path) => hiddenPlaces(of, path).length > 0);
