/**
 * Writes the pages of the manual, and docs/states.md, from the tables that the program itself goes by.
 * `node scripts/generate-manual.ts` writes dist/share/man; `node scripts/generate-manual.ts --docs` writes docs/states.md, which a test
 * holds to the tables.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { configPage } from './manual/config/page.ts';
import { statesDocument } from './manual/document.ts';
import { mdocOf } from './manual/mdoc.ts';
import { programPage } from './manual/program/page.ts';
import { presentRelease, type Release } from './manual/release.ts';
import { statesPage } from './manual/states/page.ts';

const pathOf = (file: string): string => fileURLToPath(new URL(`../${file}`, import.meta.url));

/** The pages in mdoc by the names of their files, such as `backupmon.1`. */
export const manualPages = (release: Release = presentRelease()): ReadonlyMap<string, string> =>
  new Map(
    [programPage(), configPage(), statesPage()].map((page) => [
      `${page.name}.${page.number}`,
      mdocOf(page, release),
    ]),
  );

export const statesFile = pathOf('docs/states.md');

/** Writes the pages into a folder, which is made where it is absent. */
export function writeManual(folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of manualPages()) writeFileSync(`${folder}/${name}`, text);
}

if (import.meta.main) {
  if (process.argv.includes('--docs')) writeFileSync(statesFile, statesDocument());
  else writeManual(pathOf('dist/share/man'));
}
