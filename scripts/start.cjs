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
  const { Script } = require('node:vm');

  let cachedData;
  try {
    cachedData = readFileSync(join(__dirname, 'backupmon.cache'));
  } catch {
    // There is none.
  }
  const filename = join(__dirname, 'backupmon.cjs');
  // The build makes it ASCII, and a function like those that Node makes of modules: V8 takes the text as it is read.
  const source = readFileSync(filename, 'latin1');
  const script = new Script(source, { filename, cachedData });
  script.runInThisContext()(exports, require, module, filename, __dirname);
  // For the build, which asks it for the code cache.
  module.exports = script;
}

if (Number(process.versions.node.split('.')[0]) < needed) tooOld();
else start();
