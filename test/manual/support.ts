/** The pages of the manual, as they are written and as they are read. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { manualPages } from '../../scripts/generate-manual.ts';

export const pages = manualPages();

export function pageOf(name: string): string {
  const page = pages.get(name);
  if (page === undefined) throw new Error(`there is no page ${name}`);
  return page;
}

const isThere = (program: string): boolean =>
  spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;

/** For tests that need it. */
export const needsMandoc = isThere('mandoc') ? {} : { skip: 'because mandoc is not installed' };
export const needsMan =
  isThere('man') && isThere('groff') ? {} : { skip: 'because man-db and groff are not installed' };

export const folderOfPages = mkdtempSync(join(tmpdir(), 'backupmon-manual-'));
after(() => rmSync(folderOfPages, { recursive: true, force: true }));

/** A file with the page. */
export function fileOf(name: string, text = pageOf(name)): string {
  const file = join(folderOfPages, name);
  writeFileSync(file, text);
  return file;
}

export interface Said {
  readonly out: string;
  readonly err: string;
  readonly status: number | null;
}

export function ask(program: string, ...argv: readonly string[]): Said {
  const { stdout, stderr, status } = spawnSync(program, argv, {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'] ?? '', LC_ALL: 'C.UTF-8', MANWIDTH: '80', MANPAGER: 'cat' },
  });
  return { out: stdout, err: stderr, status };
}

/** Without the backspaces by which bold and underlined letters are printed twice. */
export const plain = (text: string): string =>
  text.split('\b').reduce((whole, rest) => whole.slice(0, -1) + rest);

/** As a person reads it on a terminal of 80 columns. */
export function read(name: string, text = pageOf(name)): string {
  const { out, err, status } = ask('mandoc', '-T', 'utf8', '-O', 'width=78', fileOf(name, text));
  if (status !== 0) throw new Error(`mandoc: ${err}`);
  return plain(out);
}

/** Words in a row, wherever the lines break. */
export const flowing = (text: string): string => text.replaceAll(/\s+/gu, ' ');
