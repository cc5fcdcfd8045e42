/** The native addon that npm has installed for this machine: the one that better-sqlite3 would load. */
import { createRequire } from 'node:module';
import path from 'node:path';

/** @throws Error where better-sqlite3 brings none for this kind of machine */
export function addonFile(): string {
  const require = createRequire(import.meta.url);
  const folder = path.dirname(require.resolve('better-sqlite3/package.json'));
  const { getPrebuildPath } = require(path.join(folder, 'lib/binding.js')) as {
    getPrebuildPath: () => string | null;
  };
  const file = getPrebuildPath();
  if (file === null) throw new Error(`better-sqlite3 has no addon for ${process.arch}`);
  return file;
}
