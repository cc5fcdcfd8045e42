/** Which configuration a service of systemd scans. */
import { findConfig, systemConfigFile } from '../../config/find.ts';
import type { Machine } from '../machine.ts';
import type { ScanCommand } from './scan-commands.ts';
import { settingsOf } from './unit-files.ts';
import { hiddenFrom, unitWords } from './unit-paths.ts';
import type { Shown } from './unit-shown.ts';

const VARIABLE = 'BACKUPMON_CONFIG';

export interface UnitConfiguration {
  /** Absolute path; null for the one of the system. */
  readonly file: string | null;
  /** It cannot be told which one it is. */
  readonly unsure: boolean;
}

interface UnitEnvironment {
  readonly variables: ReadonlyMap<string, string>;
  /** A file of variables could not be read. */
  readonly unsure: boolean;
}

const assigned = (words: readonly string[]): [string, string][] =>
  words.flatMap((word) => {
    const [, name, value = ''] = /^(\w+)=(.*)$/su.exec(word) ?? [];
    return name === undefined ? [] : [[name, value]];
  });

/** `/etc/default/backupmon (ignore_errors=yes)`, one a line; in files with `-` before it. */
const fileIn = (line: string): string =>
  line.replace(/^-/u, '').replace(/ \(ignore_errors=\w+\)$/u, '');

/** As the service is given it: what files say holds. */
function environmentOf(
  shown: Shown,
  text: string,
  { stats, ...machine }: Machine,
): UnitEnvironment {
  const settings =
    shown['Environment'] === undefined ? settingsOf(text, 'Environment') : [shown['Environment']];
  const variables = new Map(assigned(settings.flatMap(unitWords)));
  const files = shown['EnvironmentFiles']?.split('\n') ?? settingsOf(text, 'EnvironmentFile');
  let unsure = false;
  for (const file of files.map(fileIn).filter((path) => path !== '')) {
    const read = machine.text(file);
    unsure ||= read === null && stats(file) !== null;
    for (const [name, value] of assigned((read ?? '').split('\n').map((line) => line.trim())))
      variables.set(name, unitWords(value).join(' '));
  }
  return { variables, unsure };
}

/** The file that nobody names: the user's own, where the service sees one, else the system's. */
async function unnamed(
  shown: Shown,
  { variables }: UnitEnvironment,
  { ask }: Machine,
): Promise<UnitConfiguration> {
  const { User: user = '' } = shown;
  if (user === '') return { file: null, unsure: false };
  const { code, out } = await ask('getent', 'passwd', user);
  const [, , uid = '', , , home = ''] = code === 0 ? out.trim().split(':') : [];
  if (uid === '') return { file: null, unsure: false };
  const env = { HOME: home, ...Object.fromEntries(variables) };
  const file = findConfig(undefined, env, Number(uid));
  const isOwn = file !== systemConfigFile && hiddenFrom(shown, [file]).length === 0;
  return { file: isOwn ? file : null, unsure: false };
}

/** The file that a command names, or its surroundings do: '' where none does, null where that cannot be told. */
function namedBy(scan: ScanCommand, { variables, unsure }: UnitEnvironment): string | null {
  const own = scan.config ?? scan.environment.get(VARIABLE) ?? null;
  // What was read into its surroundings may name one.
  if (own === null && (unsure || scan.isSourced)) return null;
  const file = own ?? variables.get(VARIABLE) ?? '';
  // What is relative depends on where the command stands, and variables on who runs it.
  return file !== '' && (!file.startsWith('/') || /[$%`*?]/u.test(file)) ? null : file;
}

/** Each of them once, with its scans; none where no command runs a scan. */
export async function configurationsOf(
  scans: readonly ScanCommand[],
  { shown, text }: { readonly shown: Shown; readonly text: string },
  machine: Machine,
): Promise<(UnitConfiguration & { readonly scans: readonly ScanCommand[] })[]> {
  const environment = environmentOf(shown, text, machine);
  const found = new Map<string, UnitConfiguration & { readonly scans: ScanCommand[] }>();
  for (const scan of scans) {
    const file = namedBy(scan, environment);
    const one =
      file === ''
        ? await unnamed(shown, environment, machine)
        : { file: file === systemConfigFile ? null : file, unsure: file === null };
    const key = JSON.stringify(one);
    const { scans: others } = found.get(key) ?? { scans: [] };
    found.set(key, { ...one, scans: [...others, scan] });
  }
  return [...found.values()];
}
