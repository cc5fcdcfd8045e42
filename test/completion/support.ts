/** A folder in which a shell finds the completion scripts, and a program named backupmon that notes how it was called. */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { completionScripts } from '../../scripts/generate-completion.ts';

/** Asked for words it prints a file of that name, or lets `real` answer; all calls are noted. */
const program = (folder: string, real: string): string => `#!/bin/sh
note() { file=$1; shift; printf '%s\\0' "$#" "$@" >>"$file"; }
config=
case $1 in --config=*) config=$1; shift ;; esac
[ "$1" = complete ] || { note '${folder}/ran' "$@"; exit; }
note '${folder}/asked' \${config:+"$config"} "$@"
[ ! -e '${folder}/fails' ] || { echo it hurts >&2; exit 3; }
${real === '' ? `cat '${folder}/words/'"$2" 2>/dev/null` : `exec ${real} \${config:+"$config"} "$@"`}
`;

/**
 * Records of NUL-terminated texts, each led by how many there are. Of one that is being written only a part may be there,
 * for a write that reaches over the end of a page is seen in two steps; it counts once it is whole.
 */
function recordsIn(file: string): string[][] {
  const texts = existsSync(file) ? readFileSync(file, 'utf8').split('\0').slice(0, -1) : [];
  const records: string[][] = [];
  for (let start = 0; start < texts.length;) {
    const end = start + 1 + Number(texts[start]);
    if (end > texts.length) break;
    records.push(texts.slice(start + 1, end));
    start = end;
  }
  return records;
}

export class Desk {
  readonly root = realpathSync(mkdtempSync(join(tmpdir(), 'backupmon-completion-')));
  readonly scripts = join(this.root, 'scripts');

  /** @param real the command by which the real program is asked for words; without it, what `know` says is all there is */
  constructor(real = '') {
    after(() => rmSync(this.root, { recursive: true, force: true }));
    for (const folder of ['bin', 'words', 'scripts', 'home', 'here'])
      mkdirSync(join(this.root, folder));
    const file = join(this.root, 'bin', 'backupmon');
    writeFileSync(file, program(this.root, real));
    chmodSync(file, 0o755);
    for (const [name, text] of completionScripts()) writeFileSync(join(this.scripts, name), text);
  }

  /** From now on the program fails when it is asked for words. */
  fail(): void {
    writeFileSync(join(this.root, 'fails'), '');
  }

  /** What the program knows of a kind from now on. */
  know(kind: string, words: readonly string[]): void {
    writeFileSync(join(this.root, 'words', kind), words.map((word) => `${word}\n`).join(''));
  }

  /** The arguments of each call so far, but those for completion. */
  ran(): string[][] {
    return recordsIn(join(this.root, 'ran'));
  }

  /** What completion has called, without its first word; `--config` stands first where it was given. */
  asked(): string[][] {
    return recordsIn(join(this.root, 'asked'));
  }

  /** What lies where the shell runs: nothing, unless a name was obeyed. */
  litter(): string[] {
    return readdirSync(join(this.root, 'here'));
  }

  get folder(): string {
    return join(this.root, 'here');
  }

  /** Of this shell's user nothing but what is needed. */
  get env(): Record<string, string> {
    return {
      PATH: `${join(this.root, 'bin')}:${process.env['PATH'] ?? ''}`,
      HOME: join(this.root, 'home'),
      XDG_CONFIG_HOME: join(this.root, 'home', 'config'),
      XDG_DATA_HOME: join(this.root, 'home', 'data'),
      LC_ALL: 'C.UTF-8',
      TERM: 'xterm',
    };
  }
}

const found = (name: string): boolean =>
  spawnSync('sh', ['-c', 'command -v "$0"', name], { stdio: 'ignore' }).status === 0;

/** For the options of a test that needs programs. */
export function needs(...programs: readonly string[]): { readonly skip: string | false } {
  const missing = programs.filter((name) => !found(name));
  return {
    skip: missing.length > 0 ? `because ${missing.join(' and ')} is not installed` : false,
  };
}
