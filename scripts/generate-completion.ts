/**
 * The completion scripts of bash, zsh and fish, made from the commands themselves. `node scripts/generate-completion.ts` writes them into
 * dist/share/completion.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { bashScript } from './completion/bash.ts';
import { fishScript } from './completion/fish.ts';
import { programModel } from './completion/model.ts';
import { zshScript } from './completion/zsh.ts';

/** Each script by the name of its file. @throws Error where an option takes a value of which nobody said what it is */
export function completionScripts(): Map<string, string> {
  const model = programModel();
  return new Map([
    ['backupmon.bash', bashScript(model)],
    ['_backupmon', zshScript(model)],
    ['backupmon.fish', fishScript(model)],
  ]);
}

/** Writes each script into a folder, which is made. */
export function writeCompletion(folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of completionScripts()) writeFileSync(`${folder}/${name}`, text);
}

if (import.meta.main)
  writeCompletion(fileURLToPath(new URL('../dist/share/completion', import.meta.url)));
