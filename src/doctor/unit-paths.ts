/** What the settings of a service of systemd, and not the modes of folders, keep it from (systemd.exec(5)). */

/** As `systemctl show` tells them. */
export type Shown = Readonly<Record<string, string>>;

/** Words as systemd writes and reads them: quoted where they hold spaces. */
export function unitWords(text: string): string[] {
  const words = text.match(/(?:[^\s"\\]|\\.|"(?:[^"\\]|\\.)*")+/gu) ?? [];
  return words.map((word) =>
    word
      .replaceAll(/"((?:[^"\\]|\\.)*)"/gu, '$1')
      .replaceAll(/\\x([0-9a-f]{2})/gu, (_, code: string) =>
        String.fromCharCode(Number.parseInt(code, 16)),
      )
      .replaceAll(/\\(.)/gu, '$1'),
  );
}

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
const bound = (of: Shown): string[] =>
  [...(of['BindPaths'] ?? '').matchAll(/:(\/[^:]*):(?:no)?r?bind(?= |$)/gu)].map(
    ([, target = '']) => target,
  );

const systemFolders: ReadonlyMap<string, readonly string[]> = new Map([
  ['strict', ['/']],
  ['full', ['/usr', '/boot', '/efi', '/etc']],
  ['yes', ['/usr', '/boot', '/efi']],
]);

/** The longest of the folders that a path lies in; -1 where it lies in none. */
const depth = (path: string, folders: readonly string[]): number =>
  Math.max(-1, ...folders.filter((folder) => isWithin(path, folder)).map(({ length }) => length));

/** Folders that a service may not write: of two settings the one for the deeper folder holds, and of equals the stricter one. */
export function keptFrom(of: Shown, paths: readonly string[]): string[] {
  const state = unitWords(of['StateDirectory'] ?? '').map((name) => `/var/lib/${name}`);
  const cache = unitWords(of['CacheDirectory'] ?? '').map((name) => `/var/cache/${name}`);
  const open = [...state, ...cache, ...pathsOf(of, 'ReadWritePaths'), ...bound(of)];
  const closed = [
    ...(systemFolders.get(of['ProtectSystem'] ?? '') ?? []),
    ...(of['ProtectHome'] === 'read-only' ? homes : []),
    ...pathsOf(of, 'ReadOnlyPaths'),
  ];
  return paths.filter((path) => {
    const strictest = depth(path, closed);
    return strictest !== -1 && strictest >= depth(path, open);
  });
}

/** Folders that it does not see at all. */
export function hiddenFrom(of: Shown, paths: readonly string[]): string[] {
  const home = of['ProtectHome'];
  const inaccessible = pathsOf(of, 'InaccessiblePaths');
  const isHidden = (path: string, folders: readonly string[]): boolean =>
    depth(path, folders) !== -1;
  return paths.filter(
    (path) =>
      isHidden(path, inaccessible) ||
      (home === 'yes' && isHidden(path, homes)) ||
      (home === 'tmpfs' && isHidden(path, homes) && !isHidden(path, bound(of))),
  );
}
