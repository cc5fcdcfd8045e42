/** The machine beside backupmon: files that belong to the system, and programs that tell about it. */
import { execFile } from 'node:child_process';
import { accessSync, constants, lstatSync, statSync } from 'node:fs';
import { listPath, readText } from '../files/durable.ts';
import { Trouble } from '../files/trouble.ts';

/** Milliseconds. None of the programs has to wait for anybody. */
const PATIENCE_MS = 5_000;
const MOST_BYTES = 4 * 1024 * 1024;

export interface Said {
  /** null: it is not installed, could not be started, or was not done in time. */
  readonly code: number | null;
  readonly out: string;
}

export interface FileStats {
  readonly uid: number;
  /** With the bits that tell what kind of file it is. */
  readonly mode: number;
  /** How many names it has. */
  readonly nlink: number;
}

export interface Machine {
  /** The text of a file of the system; null where it is absent or may not be read. */
  readonly text: (path: string) => string | null;
  /** Names in a folder, sorted; none where it is absent or may not be read. */
  readonly names: (path: string) => readonly string[];
  /** Owner, mode and hard links of a file of the system, links followed; null where it is absent. */
  readonly stats: (path: string) => FileStats | null;
  /** Whose a symbolic link is, as uid; null where there is none. */
  readonly linkOwner: (path: string) => number | null;
  /** Absolute path of a program, or null. */
  readonly find: (program: string) => string | null;
  /** Runs a program of the system, in English and without input. Never rejects. */
  readonly ask: (program: string, ...argv: readonly string[]) => Promise<Said>;
}

const programFolders = [
  '/usr/local/sbin',
  '/usr/local/bin',
  '/usr/sbin',
  '/usr/bin',
  '/sbin',
  '/bin',
];

/** null where the system refuses, as it does to those who are not root. */
function orNull<Value>(look: () => Value): Value | null {
  try {
    return look();
  } catch (error) {
    if (error instanceof Trouble || (error instanceof Error && 'code' in error)) return null;
    throw error;
  }
}

/** Whether anybody may run what lies there. */
export const isProgram = (path: string): boolean =>
  orNull(() => {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  }) ?? false;

function run(file: string, argv: readonly string[], path: string): Promise<Said> {
  return new Promise((resolve) => {
    execFile(
      file,
      [...argv],
      {
        cwd: '/',
        encoding: 'utf8',
        env: { PATH: path, LC_ALL: 'C' },
        killSignal: 'SIGKILL',
        maxBuffer: MOST_BYTES,
        timeout: PATIENCE_MS,
      },
      (error, out) => {
        const code = error === null ? 0 : error.code;
        resolve({ code: typeof code === 'number' ? code : null, out });
      },
    );
  });
}

/**
 * @param root where /etc, /proc, /run, /usr and /var are, without a slash at the end
 * @param folders where programs are searched
 */
export function machineAt(root = '', folders: readonly string[] = programFolders): Machine {
  const find = (program: string): string | null =>
    folders.map((folder) => `${folder}/${program}`).find(isProgram) ?? null;
  return {
    text: (path) => orNull(() => readText(root + path)),
    names: (path) => orNull(() => listPath(root + path)) ?? [],
    stats: (path) =>
      orNull(() => {
        const { uid, mode, nlink } = statSync(root + path);
        return { uid, mode, nlink };
      }),
    linkOwner: (path) =>
      orNull(() => {
        const stats = lstatSync(root + path);
        return stats.isSymbolicLink() ? stats.uid : null;
      }),
    find,
    ask: (program, ...argv) => {
      const file = find(program);
      return file === null
        ? Promise.resolve({ code: null, out: '' })
        : run(file, argv, folders.join(':'));
    },
  };
}
