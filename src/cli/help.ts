/** What help says beyond arguments and options; the manual says the same from the same tables. */
import type { ExitCode } from './context.ts';
import type { Description } from './descriptions/description.ts';

/** What exit codes mean where a command says nothing else. */
export const exitStatus: Readonly<Record<ExitCode, string>> = {
  0: 'all is well, or there is nothing to say',
  1: 'the worst is a warning',
  2: 'the worst is critical',
  3: 'it could not be done: usage, configuration, database, permission or a bug; or some job could not be judged',
};

/** Where the configuration is searched; the first that is there counts. */
export const configSearch: readonly string[] = [
  '--config FILE',
  '$BACKUPMON_CONFIG',
  '$XDG_CONFIG_HOME/backupmon/config.yaml (~/.config by default; not for root)',
  '/etc/backupmon/config.yaml',
];

/** What a command can end with, and what that says of it. */
export function exitsOf({
  exit = {},
}: Pick<Description, 'exit'>): readonly [code: string, says: string][] {
  const all: Readonly<Record<string, string | null>> = { ...exitStatus, ...exit };
  return Object.entries(all).flatMap(([code, says]) => (says === null ? [] : [[code, says]]));
}

const widest = 78;

/** Breaks at spaces, so that no line is wider than a terminal; later lines stand below the first one's words. */
function wrapped(text: string, indent: number): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && indent + line.length + 1 + word.length > widest) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].join(`\n${' '.repeat(indent)}`);
}

function exitLines(description: Pick<Description, 'exit'>): string {
  const lines = exitsOf(description).map(([code, says]) => `  ${code}  ${wrapped(says, 5)}`);
  return `Exit status:\n${lines.join('\n')}`;
}

const nextLines = (next: readonly string[]): string => `Read next: ${wrapped(next.join(', '), 11)}`;

/** What follows a command's options. */
export function helpAfter(description: Description): string {
  const { examples, next } = description;
  const shown = examples.map(({ command, says }) => `  # ${wrapped(says, 4)}\n  ${command}`);
  return `
${exitLines(description)}

${examples.length === 1 ? 'Example' : 'Examples'}:
${shown.join('\n')}

${nextLines(next)}
`;
}

/** Pages of the manual, and the help of each command. */
const everywhere: readonly string[] = [
  'backupmon COMMAND --help',
  'backupmon(1)',
  'backupmon-config(5)',
  'backupmon-states(7)',
];

/** What follows the list of commands. */
export const programHelpAfter = (): string => `
The configuration is the first of:
${configSearch.map((place) => `  ${place}`).join('\n')}

${exitLines({})}

${nextLines(everywhere)}
`;
