/**
 * What the one binary runs first, on its main thread and on each of its own: the bundle and everything else are assets in it. A script
 * from V8's code cache is not the binary's main script, because that would be compiled before any command has run.
 */
import { writeFileSync } from 'node:fs';
import { getAssetKeys, getRawAsset } from 'node:sea';
import { Script } from 'node:vm';
import type { Program } from '../program.ts';
import { loadAddon } from './addon.ts';

const SHARE = 'share/';

const bytes = (key: string): Buffer => Buffer.from(getRawAsset(key));

const loaded = new Map<string, { readonly exports: object }>();

/** A module in a file of its own: without a code cache, because hardly any command needs one. Run once, as CommonJS has it. */
function requireAsset(id: string): unknown {
  if (!id.startsWith('./')) return require(id);
  const key = id.slice(2);
  const known = loaded.get(key);
  if (known !== undefined) return known.exports;
  const source = `(function (exports, require, module) {${bytes(key).toString('latin1')}\n})`;
  const module = { exports: {} };
  loaded.set(key, module);
  const wrapped = new Script(source, { filename: key }).runInThisContext() as Wrapped;
  wrapped(module.exports, requireAsset, module);
  return module.exports;
}

type Wrapped = (exports: object, require: unknown, module: object) => void;

const assets = new Set(getAssetKeys());

/** A pack of the bundle, see scripts/bundle.js: a function. */
function load(name: string): unknown {
  const cache = `${name}.cache`;
  const options = { filename: name, ...(assets.has(cache) && { cachedData: bytes(cache) }) };
  return new Script(bytes(`${name}.cjs`).toString('latin1'), options).runInThisContext();
}

let addon: object | null = null;

function sqlite(): object {
  addon ??= loadAddon(
    { content: bytes('sqlite.node'), hash: bytes('sqlite.hash').toString('latin1') },
    {
      env: process.env,
      uid: process.geteuid?.() ?? 0,
      packaged: '/var/cache/backupmon',
      now: Date.now(),
    },
    (file) => {
      const module = { exports: {} };
      process.dlopen(module, file);
      return module.exports;
    },
  );
  return addon;
}

const binary: Program & { readonly addon: () => object } = {
  // A getter: only scans with much to read start threads.
  get thread() {
    return { source: bytes('start.cjs').toString(), eval: true };
  },
  command: [process.execPath],
  shipped: () =>
    [...assets]
      .filter((key) => key.startsWith(SHARE))
      .map((key) => key.slice(SHARE.length))
      .toSorted(),
  readShipped: (name) => bytes(SHARE + name),
  addon: sqlite,
};

try {
  // Node calls itself node-MainThread: nobody would find the program by its name.
  writeFileSync('/proc/self/comm', 'backupmon');
} catch {
  // It works under any name.
}
const program = load('backupmon') as (...known: unknown[]) => void;
program(requireAsset, load, '', binary);
