/** Commands that mend something, as they are to be typed by the user who runs `doctor`. */
import { shellWord } from '../core/text.ts';

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

/**
 * @param config the file, where it has to be named; null where backupmon finds it by itself
 * @param isRoot whether what needs root can be typed as it is
 */
export function handsOf(config: string | null, isRoot: boolean): Hands {
  const sudo = isRoot ? [] : ['sudo'];
  const into = (path: string): string =>
    isRoot ? `> ${shellWord(path)}` : `| sudo tee ${shellWord(path)}`;
  return {
    own: (...argv) =>
      quoted(['backupmon', ...(config === null ? [] : ['--config', config]), ...argv]),
    save: (path, ...argv) => `${quoted(['backupmon', ...argv])} ${into(path)}`,
    root: (...commands) => commands.map((words) => quoted([...sudo, ...words])).join(' && '),
    write: (path, lines) => `${quoted(['printf', String.raw`%s\n`, ...lines])} ${into(path)}`,
    edit: (path, line = null) => {
      const place = line === null ? '' : ` +${line}`;
      const editor = isRoot ? `\${EDITOR:-vi}${place}` : 'sudoedit';
      return `${editor} ${shellWord(path)}`;
    },
  };
}
