/** Commands that mend something, as they are to be typed by the user who runs `doctor`. */
import { shellWord } from '../core/text.ts';
import { installerOf } from './installer.ts';

export type Words = readonly string[];

export interface Hands {
  /** A command of backupmon's, for the same configuration. */
  readonly own: (...argv: Words) => string;
  /** Commands that need root, one after the other. */
  readonly root: (...commands: readonly Words[]) => string;
  /** Writes lines into a file of root's. */
  readonly write: (path: string, lines: readonly string[]) => string;
  /** Writes what a command of backupmon's prints into a file of root's. */
  readonly save: (path: string, ...argv: Words) => string;
  /** Opens a file of root's at a line. */
  readonly edit: (path: string, line?: number | null) => string;
}

export const quoted = (words: Words): string => words.map(shellWord).join(' ');

const usual = new Set(
  ['/usr/local/bin', '/usr/bin', '/bin'].map((folder) => `${folder}/backupmon`),
);

/** By its name where a shell finds it. */
const named = (program: Words): Words =>
  program.length === 1 && usual.has(program[0] ?? '') ? ['backupmon'] : program;

/** Packages of programs that not every machine has; all distributions call them so. */
const packages: ReadonlyMap<string, string> = new Map([
  ['setfacl', 'acl'],
  ['fuser', 'psmisc'],
]);

export interface Surroundings {
  /** How this program is called: several words where it is no program by itself. */
  readonly program?: Words;
  /** The absolute path of a program of the system, or null. */
  readonly find?: (program: string) => string | null;
}

/**
 * @param config the file, where it has to be named; null where backupmon finds it by itself
 * @param isRoot whether what needs root can be typed as it is
 */
export function handsOf(
  config: string | null,
  isRoot: boolean,
  { program = ['backupmon'], find = (name) => name }: Surroundings = {},
): Hands {
  const sudo = isRoot ? [] : ['sudo'];
  const ours = named(program);
  const into = (path: string): string =>
    isRoot ? `> ${shellWord(path)}` : `| sudo tee ${shellWord(path)}`;
  // What is not installed is installed first, where it is known how.
  const installing = (commands: readonly Words[]): Words[] => {
    const absent = [...new Set(commands.map(([name = '']) => name))].flatMap((name) => {
      const from = packages.get(name);
      return from === undefined || find(name) !== null ? [] : [from];
    });
    const install = absent.length === 0 ? null : installerOf({ find });
    return install === null ? [] : [[...install, ...absent]];
  };
  return {
    own: (...argv) => quoted([...ours, ...(config === null ? [] : ['--config', config]), ...argv]),
    save: (path, ...argv) => `${quoted([...ours, ...argv])} ${into(path)}`,
    root: (...commands) =>
      [...installing(commands), ...commands]
        .map((words) => quoted([...sudo, ...words]))
        .join(' && '),
    write: (path, lines) => `${quoted(['printf', String.raw`%s\n`, ...lines])} ${into(path)}`,
    edit: (path, line = null) => {
      const place = line === null ? '' : ` +${line}`;
      const editor = isRoot ? `\${EDITOR:-vi}${place}` : 'sudoedit';
      return `${editor} ${shellWord(path)}`;
    },
  };
}
