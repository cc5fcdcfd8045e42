/** How this program starts itself again, and where the files are that it brings along: as it was installed by npm, or as one binary. */
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Program {
  /** What its worker threads run: a file, or with `eval` a text. */
  readonly thread: { readonly source: string | URL; readonly eval: boolean };
  /** Starts it as a process; arguments follow. */
  readonly command: readonly string[];
  /** Manual, completion, schemas, units: paths relative to the folder that holds them, sorted. */
  readonly shipped: () => readonly string[];
  /** One of `shipped()`. */
  readonly readShipped: (name: string) => Buffer;
}

/** Where the build makes a binary, its start hands over what only that knows. */
declare const BACKUPMON_BINARY: Program | undefined;

function installed(): Program {
  const here = new URL(import.meta.url);
  const isSource = here.pathname.endsWith('.ts');
  const file = isSource ? new URL('main.ts', here) : here;
  const share = fileURLToPath(new URL(isSource ? '../dist/share' : 'share', here));
  return {
    thread: { source: file, eval: false },
    command: [process.execPath, fileURLToPath(file)],
    shipped: () =>
      readdirSync(share, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => path.relative(share, path.join(entry.parentPath, entry.name)))
        .toSorted(),
    readShipped: (name) => readFileSync(path.join(share, name)),
  };
}

export const thisProgram = (): Program =>
  typeof BACKUPMON_BINARY === 'undefined' ? installed() : BACKUPMON_BINARY;
