/** What each shell offers for a line whose end is the cursor, without a person at it. */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { shells, type Shell } from './shells.ts';
import type { Desk } from './support.ts';

/** Candidates for each line: those that begin as the last word does, or its part behind `=` and commas. */
export type Offers = (desk: Desk, lines: readonly string[]) => Promise<string[][]>;

/** Ends what belongs to one line. */
const END = '\u0004';

const listsIn = (text: string): string[][] =>
  text
    .split(`${END}\n`)
    .slice(0, -1)
    .map((list) => list.split('\n').filter((word) => word !== ''));

function asked(desk: Desk, program: string, args: readonly string[], input: string): string {
  const { env, folder: cwd } = desk;
  const { stdout, stderr, status } = spawnSync(program, args, {
    cwd,
    env,
    input,
    encoding: 'utf8',
  });
  if (status !== 0 || stderr !== '') throw new Error(`${program} ended with ${status}: ${stderr}`);
  return stdout;
}

/** Stands where the cursor is, if that is not the end; for bash only. */
export const CURSOR = '\u0001';

/** The function is called as bash would call it. Where bash is told to complete files by itself it lists those that are here. */
const bashOffers: Offers = async (desk, lines) => {
  const script = `. '${desk.scripts}/backupmon.bash'
compopt() { COMPREPLY=(*); }
while IFS= read -r line; do
  before=\${line%%'${CURSOR}'*}
  COMP_LINE=\${line/'${CURSOR}'/}
  COMP_POINT=\${#before}
  _backupmon backupmon
  printf '%s\\n' "\${COMPREPLY[@]}" '${END}'
done`;
  // Without a terminal bash does not set it.
  const breaks = `COMP_WORDBREAKS=$' \\t\\n"\\'@><=;|&(:'\n`;
  return listsIn(
    asked(desk, 'bash', ['-c', breaks + script], lines.map((line) => `${line}\n`).join('')),
  );
};

/** At a terminal, where alone zsh completes: a key lists the candidates, and each that is added is noted. */
const zshOffers: Offers = async (desk, lines) => {
  const file = join(desk.root, 'offered');
  const notes = `LISTMAX=10000
compadd() {
  if (( ! \${argv[(I)-[AOD]]} )); then
    local -a offered
    builtin compadd -O offered "$@"
    print -rl -- $offered >>'${file}'
  fi
  builtin compadd "$@"
}
list-and-clear() { zle list-choices; print -r -- '${END}' >>'${file}'; BUFFER= }
zle -N list-and-clear
bindkey '^T' list-and-clear`;
  writeFileSync(file, '');
  const terminal = await shells.find(({ name }) => name === 'zsh')?.start(desk, notes);
  for (const [index, line] of lines.entries()) {
    terminal?.write(`${line}\u0014`);
    await terminal?.until(line, () => listsIn(readFileSync(file, 'utf8')).length > index);
  }
  await terminal?.close();
  return listsIn(readFileSync(file, 'utf8'));
};

const fishOffers: Offers = async (desk, lines) => {
  const script = `source '${desk.scripts}/backupmon.fish'
while read -l line
    complete -C "$line"
    echo ${END}
end`;
  const text = asked(desk, 'fish', ['-c', script], lines.map((line) => `${line}\n`).join(''));
  // Behind a tab it describes them.
  return listsIn(text.replaceAll(/\t.*$/gmu, ''));
};

const offers: Readonly<Record<Shell['name'], Offers>> = {
  bash: bashOffers,
  zsh: zshOffers,
  fish: fishOffers,
};

/** Sorted, each once, and without what stands before it in the same word. */
export async function offered(
  shell: Shell,
  desk: Desk,
  lines: readonly string[],
): Promise<Map<string, string[]>> {
  const lists = await offers[shell.name](desk, lines);
  return new Map(
    lines.map((line, index) => {
      const words = (lists[index] ?? []).map((word) =>
        word.replace(/^.*[=,](?=.)/u, '').replace(/=$/u, ''),
      );
      return [line, [...new Set(words)].toSorted()];
    }),
  );
}
