/** The one binary, built where it is older than what it is made of. */
import { spawnSync } from 'node:child_process';
import { globSync, statSync } from 'node:fs';
import { join } from 'node:path';

const project = join(import.meta.dirname, '../..');
const file = join(project, 'dist/backupmon');
const tools = ['cc', 'ld', 'objcopy', 'strip'];

const changed = (path: string): number => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;

/** What it is made of. */
const parts = (): string[] =>
  [
    'dist/start.cjs',
    'scripts/build-binary.ts',
    ...globSync('{src/binary,scripts/loader}/*', { cwd: project }),
  ].map((name) => join(project, name));

const isThere = (tool: string): boolean =>
  spawnSync('sh', ['-c', `command -v ${tool}`]).status === 0;

/** Why it cannot be built here, or false. For node:test's `skip`. */
export function cannotBuild(): string | false {
  const absent = tools.find((tool) => !isThere(tool));
  if (process.arch !== 'x64')
    return 'skipped, because what the binary starts with is written for x86-64';
  return absent !== undefined && `skipped, because ${absent} is not installed`;
}

/** Its path. @throws Error when it cannot be built */
export function builtBinary(): string {
  if (changed(file) < Math.max(...parts().map(changed))) {
    const script = join(project, 'scripts/build-binary.ts');
    const options = { cwd: project, encoding: 'utf8' } as const;
    const { status, stderr } = spawnSync(process.execPath, [script], options);
    if (status !== 0) throw new Error(`the binary was not built: ${stderr}`);
  }
  return file;
}
