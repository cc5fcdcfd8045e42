// Runs backupmon.cjs, beside this file, from the code cache that the build has made. V8 refuses a cache of another version of Node;
// then, and where there is none, everything is compiled as usual.
const { readFileSync } = require('node:fs');
const { join } = require('node:path');
const { Script } = require('node:vm');

function cache() {
  try {
    return readFileSync(join(__dirname, 'backupmon.cache'));
  } catch {
    return undefined;
  }
}

const filename = join(__dirname, 'backupmon.cjs');
// esbuild writes ASCII.
const source = `(function (exports, require, module, __filename, __dirname) {${readFileSync(filename, 'latin1')}\n})`;
const script = new Script(source, { filename, cachedData: cache() });
script.runInThisContext()(exports, require, module, filename, __dirname);
// For the build, which asks it for the code cache.
module.exports = script;
