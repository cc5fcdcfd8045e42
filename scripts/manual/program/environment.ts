/** Every variable that the program reads. A test looks for them in the sources. */
import { overrideVariables } from '../../../src/config/environment.ts';
import type { Prose } from '../blocks.ts';

export const environmentTexts: readonly (readonly [names: readonly string[], says: Prose])[] = [
  [['BACKUPMON_CONFIG'], 'The configuration, where `--config` names none.'],
  [Object.values(overrideVariables), 'Win over the keys of the same name in the configuration.'],
  [['BACKUPMON_SMTP_PASSWORD'], 'The password for mail; wins over `password_file`.'],
  [
    ['CREDENTIALS_DIRECTORY'],
    'Filled in where a file of a secret is named below it; set by systemd for `LoadCredential=`.',
  ],
  [
    ['XDG_CONFIG_HOME', 'HOME'],
    'Where the configuration of a user is searched, not that of root: `backupmon/config.yaml` in the first, or in `.config` in the second.',
  ],
  [['NO_COLOR'], 'Set to anything: no colours, as with `--no-color`.'],
  [['TERM'], '`dumb`: no colours.'],
  [
    ['LC_ALL', 'LC_CTYPE', 'LANG'],
    'The first that is set decides: where it does not name UTF-8, output for people is ASCII.',
  ],
  [
    ['JOURNAL_STREAM'],
    'Set by systemd. Where it names the stream that is written to, each line begins with the priority of what it tells, such as `<3>`.',
  ],
  [
    ['SUDO_USER', 'LOGNAME', 'USER'],
    'The first that is set is recorded as who promoted or snoozed; without them the user.',
  ],
  [
    ['CACHE_DIRECTORY', 'XDG_CACHE_HOME', 'XDG_RUNTIME_DIR', 'TMPDIR'],
    'Where the program that is one single file may keep its SQLite addon: the first of these, set by systemd; `/var/cache/backupmon`; `backupmon` in the second, or in `~/.cache`; `backupmon` in the third; a folder of the user in the last, or in `/tmp`. One that somebody else can write is passed over.',
  ],
  [
    ['UV_THREADPOOL_SIZE'],
    'How many threads decompress and flush. A scan sets it by the number of files it reads at once, unless it is set.',
  ],
  [
    ['PATH', 'TZ'],
    'Passed on, with `$HOME`, `$USER`, `$LOGNAME`, `$LANG` and `$LC_ALL`, to the programs that `notifications` names. Nothing else of the environment is.',
  ],
];

/** What such programs find beside it. */
export const givenToCommands: readonly (readonly [name: string, says: Prose])[] = [
  ['BACKUPMON_SUBJECT', 'One line that says what it is about.'],
  ['BACKUPMON_MESSAGE_ID', 'The same each time one and the same message is tried.'],
];
