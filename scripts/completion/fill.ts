/** Fills the tables of commands into what is written by hand. */
import { readFileSync } from 'node:fs';

/** @param template name of a file beside this one, in which `@name@` stands for a table */
export function filled(template: string, tables: Readonly<Record<string, string>>): string {
  const text = readFileSync(new URL(template, import.meta.url), 'utf8');
  return text.replaceAll(/@(?<name>\w+)@/gu, (_, name: string) => {
    const table = tables[name];
    if (table === undefined)
      throw new Error(`scripts/completion/${template}: no table is @${name}@`);
    return table;
  });
}
