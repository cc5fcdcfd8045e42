/**
 * Bundles src/ into chunks: a chunk is what the same set of commands loads together. Then into packs, one file each, because that is
 * what is read, and started from V8's code cache, at once.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { build, transformSync } from 'esbuild';

/** CommonJS: only that can be started from V8's code cache. */
const common = {
  bundle: true,
  platform: 'node',
  target: 'node24',
  minify: true,
  legalComments: 'none',
};

/**
 * better-sqlite3 is bundled but for its native addon, which stays where npm put it, or is in the binary. It is looked for where npm puts
 * packages; elsewhere, and where it cannot be loaded (another libc), by better-sqlite3's own means, which take a fifth of a bare start.
 */
const addonOutside = {
  name: 'the native addon stays outside',
  setup: ({ onLoad }) =>
    onLoad({ filter: /better-sqlite3\/lib\/binding\.js$/ }, () => ({
      contents: `
        const { existsSync } = require('node:fs');
        const { dirname, join } = require('node:path');
        const { fileURLToPath } = require('node:url');
        function installed() {
          const file = 'better-sqlite3/prebuilds/' + process.platform + '-' + process.arch + '.node';
          const folder = dirname(dirname(fileURLToPath(__program)));
          const found = [join(folder, 'node_modules', file), join(dirname(folder), file)].find((path) => existsSync(path));
          if (found === undefined) return null;
          try {
            const module = { exports: {} };
            process.dlopen(module, found);
            return module.exports;
          } catch {
            return null;
          }
        }
        function searched() {
          const folder = dirname(__require.resolve('better-sqlite3/package.json'));
          return __require(join(folder, 'lib/binding.js')).getBinding();
        }
        let binding;
        exports.getBinding = () => (binding ??= __binary ? __binary.addon() : (installed() ?? searched()));`,
    })),
};

/** Commander starts programs of other names as sub-commands; we have none, and loading child_process costs a tenth of a bare start. */
const noChildProcess = {
  name: 'no child_process in commander',
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: /^node:child_process$/ }, ({ importer }) =>
      importer.includes('/commander/') ? { path: 'child_process', namespace: 'absent' } : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'absent' }, () => ({ contents: 'module.exports = {};' }));
  },
};

/** picocolors looks at standard output at once, for a default that we never take: Node's streams cost a quarter of a bare start. */
const noStreams = {
  name: 'no look at streams in picocolors',
  setup: ({ onLoad }) =>
    onLoad({ filter: /\/picocolors\/picocolors\.js$/ }, ({ path: file }) => {
      const text = readFileSync(file, 'utf8');
      const contents = text.replace('(p.stdout || {}).isTTY', 'false');
      if (contents === text)
        throw new Error('picocolors has changed: does it look at standard output?');
      return { contents };
    }),
};

/** Hardly any command needs these: each is a file of its own, without a code cache. */
const rarely = {
  yaml: 'yaml',
  zod: 'zod',
  execa: 'execa',
  'cli-table3': 'cli-table3',
  'mail-composer': 'nodemailer/lib/mail-composer',
  'smtp-connection': 'nodemailer/lib/smtp-connection',
};
const files = new Map(Object.entries(rarely).map(([file, module]) => [module, file]));
const rarelyOutside = {
  name: 'what is rarely needed stays outside',
  setup: ({ onResolve }) =>
    onResolve(
      { filter: new RegExp(`^(?:${[...files.keys()].join('|')})$`) },
      ({ path: module, kind }) =>
        kind === 'entry-point' ? undefined : { path: `./${files.get(module)}.cjs`, external: true },
    ),
};

/** Modules that are one class: bundled as what require() gives, it stays the default import. */
const classes = {
  name: 'a module that is a class stays one',
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: /^nodemailer\// }, ({ path: module, kind }) =>
      kind === 'entry-point' ? { path: module, namespace: 'class' } : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'class' }, ({ path: module }) => ({
      contents: `module.exports = require(${JSON.stringify(module)});`,
      resolveDir: process.cwd(),
    }));
  },
};

/** They are read as Latin-1, and esbuild leaves the text of regular expressions as it is. */
function checkAscii(code) {
  const odd = /\P{ASCII}+/u.exec(code);
  if (odd !== null) throw new Error(`the bundle is not ASCII: ${odd[0]}`);
}

export async function bundleRarely(out) {
  const { outputFiles } = await build({
    ...common,
    format: 'cjs',
    entryPoints: rarely,
    write: false,
    outdir: out,
    outExtension: { '.js': '.cjs' },
    plugins: [classes],
  });
  for (const { path: file, text } of outputFiles) {
    checkAscii(text);
    writeFileSync(file, text);
  }
}

/** An ES module as the body of a function of `exports` and `require`. */
function asFunction(text) {
  const { code } = transformSync(text, {
    format: 'cjs',
    target: common.target,
    minify: true,
    legalComments: 'none',
    // A script from the code cache cannot import(); require() does the same.
    supported: { 'dynamic-import': false },
  });
  checkAscii(code);
  return code;
}

/** The chunks, by the names with which they require one another. The first is the program. @returns Map of name to text */
export async function bundle(version) {
  const { outputFiles } = await build({
    ...common,
    format: 'esm',
    splitting: true,
    write: false,
    outdir: 'chunks',
    entryPoints: ['src/main.ts'],
    plugins: [addonOutside, noChildProcess, noStreams, rarelyOutside],
    define: {
      BACKUPMON_VERSION: JSON.stringify(version),
      BACKUPMON_BINARY: '__binary',
      'import.meta.url': '__program',
    },
  });
  const main = (name) => (name === './main.js' ? 0 : 1);
  return new Map(
    outputFiles
      .map(({ path: file, text }) => [`./${path.basename(file)}`, asFunction(text)])
      .toSorted(([left], [right]) => main(left) - main(right)),
  );
}

const packed = (chunks) =>
  [...chunks]
    .map(([name, code]) => `${JSON.stringify(name)}(module,exports,require){${code}\n}`)
    .join(',');

/**
 * Writes packs, each an object of functions. The first, backupmon.cjs, is itself a function, for start.cjs: it knows where each chunk is.
 *
 * @param packs Map of the pack's name to a Map of chunks; of the first pack to begin with
 */
export function writePacks(out, packs) {
  const [first, ...others] = packs;
  const places = Object.fromEntries(
    others.flatMap(([pack, chunks]) => [...chunks.keys()].map((name) => [name, pack])),
  );
  const [main] = first[1].keys();
  writeFileSync(
    `${out}/${first[0]}.cjs`,
    `(function (__require, __load, __program, __binary) {
const known = {${packed(first[1])}}, places = ${JSON.stringify(places)}, loaded = {};
function require(name) {
  if (loaded[name]) return loaded[name].exports;
  if (!known[name] && places[name]) Object.assign(known, __load(places[name])(require, __require, __program, __binary));
  if (!known[name]) return __require(name);
  const module = (loaded[name] = { exports: {} });
  known[name](module, module.exports, require);
  return module.exports;
}
require(${JSON.stringify(main)});
})`,
  );
  for (const [pack, chunks] of others)
    writeFileSync(
      `${out}/${pack}.cjs`,
      `(function (require, __require, __program, __binary) { return {${packed(chunks)}}; })`,
    );
}
