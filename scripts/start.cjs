// Runs backupmon.cjs, beside this file, from the code cache that the build has made. V8 refuses a cache of another version of Node;
// then, and where there is none, everything is compiled as usual. An older Node is told first, in words that it understands: it
// would crash in the native addon.
const needed = 24;

function tooOld() {
  const message = `backupmon needs Node ${needed} or newer; ${process.execPath} is v${process.versions.node}`;
  const object = {
    schema: 'backupmon.error/1',
    code: 'node_too_old',
    message,
    hint: null,
    problems: [],
  };
  process.stderr.write(
    process.argv.includes('--json') ? JSON.stringify(object) + '\n' : message + '\n',
  );
  process.exitCode = 3;
}

function start() {
  const { readFileSync } = require('node:fs');
  const { join } = require('node:path');
  const { pathToFileURL } = require('node:url');
  const { Script } = require('node:vm');

  // For the build, which asks them for their code caches.
  const scripts = new Map();
  function load(name) {
    const known = scripts.get(name);
    if (known !== undefined) return known.runInThisContext();
    let cachedData;
    try {
      cachedData = readFileSync(join(__dirname, `${name}.cache`));
    } catch {
      // There is none.
    }
    const filename = join(__dirname, `${name}.cjs`);
    // The build makes it ASCII, and a function: V8 takes the text as it is read.
    const script = new Script(readFileSync(filename, 'latin1'), { filename, cachedData });
    scripts.set(name, script);
    return script.runInThisContext();
  }
  const program = () => load('backupmon')(require, load, pathToFileURL(__filename).href);
  program();
  module.exports = { program, scripts };
}

if (Number(process.versions.node.split('.')[0]) < needed) tooOld();
else start();
