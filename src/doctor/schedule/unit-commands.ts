/** What a service of systemd runs, and which of its commands run scans. */
import { quoted } from '../hands.ts';
import { scanCommandsIn, type ScanCommand } from './scan-commands.ts';
import { everySetting, settingsOf } from './unit-files.ts';
import { unitWords } from './unit-paths.ts';

/** Characters that mean something to systemd before the command itself. */
const prefix = /^[-@:+!|]+/u;

/** `{ path=/usr/bin/backupmon ; argv[]=/usr/bin/backupmon scan ; ignore_errors=no ; … }`, one a line. */
const shownIn = (execStart: string): { path: string; argv: string }[] =>
  execStart.split('\n').flatMap((line) => {
    const [, path = '', argv] = /path=(.*?) ; argv\[\]=(.*) ; ignore_errors=/u.exec(line) ?? [];
    return argv === undefined ? [] : [{ path, argv }];
  });

/** One command of a service. */
export interface UnitCommand {
  /** What systemd starts. */
  readonly program: string;
  /** For people. */
  readonly text: string;
  readonly scans: readonly ScanCommand[];
}

const commandOf = (words: readonly string[], program = words[0] ?? ''): UnitCommand => ({
  program,
  text: words.join(' '),
  scans: scanCommandsIn(quoted(words)),
});

const wordsOf = (value: string): string[] => unitWords(value.replace(prefix, ''));

/**
 * What systemd would run, else what the files say.
 *
 * @param execStart as `systemctl show` tells it; where files say the same their quotes tell what its words are
 * @param text of the files
 */
export function commandsOf(execStart: string | undefined, text: string): UnitCommand[] {
  const written = settingsOf(text, 'ExecStart').map(wordsOf);
  const shown = shownIn(execStart ?? '');
  if (shown.length === 0) return written.map((words) => commandOf(words));
  return shown.map(({ path, argv }) => {
    const words = written.find((one) => one.join(' ') === argv);
    return words === undefined
      ? { program: path, text: argv, scans: scanCommandsIn(argv) }
      : commandOf(words, path);
  });
}

/** Scans that files speak of, also where others of them undo that. */
export const writtenScans = (text: string): ScanCommand[] =>
  scansOf(everySetting(text, 'ExecStart').map((value) => commandOf(wordsOf(value))));

export const scansOf = (commands: readonly UnitCommand[]): ScanCommand[] =>
  commands.flatMap(({ scans }) => scans);

/** What keeps a scan from being one of all jobs: `--dry-run`, `paris`; null where nothing does. */
export const limitOfScan = ({ words, names }: ScanCommand): string | null =>
  words.includes('--dry-run') ? '--dry-run' : (names[0] ?? null);
