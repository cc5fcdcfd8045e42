/** The shells, at a terminal, with the completion scripts as they are installed. */
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Desk } from './support.ts';
import { Terminal } from './terminal.ts';

export interface Shell {
  readonly name: 'bash' | 'zsh' | 'fish';
  readonly programs: readonly string[];
  /** Ready for a line. */
  readonly start: (desk: Desk, more?: string, locale?: string) => Promise<Terminal>;
  /** Whether a name can be completed alone behind an opened quote, up to the closing one. */
  readonly finishes: (quote: string, name: string) => boolean;
  /** Names that it would misread once they are on the line: they are not offered there. */
  readonly misread: readonly (readonly [quote: string, name: string])[];
}

/** The first line tells that it reads what is typed. */
async function ready(terminal: Terminal): Promise<Terminal> {
  await terminal.run('backupmon ready');
  return terminal;
}

const bash: Shell = {
  name: 'bash',
  programs: ['script', 'bash'],
  finishes: () => true,
  misread: [],
  start: async (desk, more = '', locale = 'C.UTF-8') => {
    const file = join(desk.root, 'bashrc');
    // Where options and separators are unusual, completion works all the same.
    writeFileSync(
      file,
      `PS1='> '; HISTFILE=; IFS=:; set -u; shopt -s nocasematch extglob failglob nullglob\n. '${desk.scripts}/backupmon.bash'\n${more}\n`,
    );
    return ready(new Terminal(desk, locale, `bash --noprofile --rcfile ${file} -i`));
  },
};

const zsh: Shell = {
  name: 'zsh',
  programs: ['script', 'zsh'],
  finishes: (quote, name) => quote !== '"' || !name.includes("$'"),
  misread: [['"', "paris/$'x'"]],
  start: async (desk, more = '', locale = 'C.UTF-8') => {
    const folder = join(desk.root, 'zsh');
    mkdirSync(folder);
    // As with bash.
    writeFileSync(
      join(folder, '.zshrc'),
      `PS1='> '\nunsetopt beep\nfpath=('${desk.scripts}' $fpath)\nautoload -Uz compinit\ncompinit -u -D\nsetopt sh_word_split ksh_arrays glob_subst extended_glob\n${more}\n`,
    );
    return ready(new Terminal(desk, locale, `env ZDOTDIR=${folder} zsh -d -i`));
  },
};

const fish: Shell = {
  name: 'fish',
  programs: ['script', 'fish'],
  // Behind some letters it leaves a quote open, for more to come.
  finishes: (quote, name) => !name.startsWith('~') && (quote === '' || !/[/=@:.,-]$/u.test(name)),
  misread: [
    ['', '~/db'],
    ['"', '~root/db'],
  ],
  start: async (desk, more = '', locale = 'C.UTF-8') => {
    const folder = join(desk.env['XDG_CONFIG_HOME'] ?? '', 'fish');
    mkdirSync(join(folder, 'completions'), { recursive: true });
    copyFileSync(join(desk.scripts, 'backupmon.fish'), join(folder, 'completions/backupmon.fish'));
    writeFileSync(
      join(folder, 'config.fish'),
      `function fish_prompt; printf '> '; end\nset -g fish_greeting\n${more}\n`,
    );
    return ready(new Terminal(desk, locale, 'fish -i'));
  },
};

export const shells: readonly Shell[] = [bash, zsh, fish];
