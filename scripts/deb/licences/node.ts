/** Node.js and the libraries that are compiled into it, from the file LICENSE that comes with every release of it. */
import { globSync } from 'node:fs';
import path from 'node:path';
import type { Part } from './packages.ts';
import { readLicence } from './text.ts';

/** Parts of Node's sources and releases, but not of the executable `node`. */
const outside = ['test/', 'tools/', 'deps/npm', 'deps/corepack', 'deps/googletest'];

const part =
  /^- (?<name>.+), located at (?<place>\S+?),? is licensed as follows:\n {2}"""\n(?<text>[\s\S]*?)\n {2}"""$/gmu;
const OTHERS = 'The externally maintained libraries used by Node.js are:';

/** From the folder above that of the executable: as npm installs it, nested or not, and as it is released. */
const places = ['node_modules/node-linux-*', '../node-linux-*', '.'];

function licenceFile(): string {
  const folder = path.join(path.dirname(process.execPath), '..');
  const [found] = places.flatMap((place) => globSync(path.join(folder, place, 'LICENSE')));
  if (found === undefined)
    throw new Error(`${folder} has no file LICENSE of Node.js: run \`npm ci\` again`);
  return found;
}

const unindented = (text: string): string => text.replaceAll(/^ {4}/gmu, '');

/** @throws Error where the file has another form than that of Node 26 */
export function nodeParts(): Part[] {
  const file = licenceFile();
  const text = readLicence(file);
  const what = `Node.js ${process.version.slice(1)}`;
  const announced = text.match(/^- .* is licensed as follows:$/gmu)?.length ?? 0;
  const found = [...text.matchAll(part)].map(({ groups = {} }) => groups);
  const own = text.indexOf(OTHERS);
  if (own === -1 || announced === 0 || found.length !== announced)
    throw new Error(
      `${file} names ${announced} libraries, and ${found.length} could be read: see scripts/deb/licences/node.ts`,
    );
  return [
    { files: 'node/*', what, licence: 'nodejs', text: text.slice(0, own).replaceAll('"""\n', '') },
    ...found
      .filter(({ place = '' }) => !outside.some((prefix) => place.startsWith(prefix)))
      .map(({ name = '', place = '', text: licence = '' }) => ({
        files: `node/${place.replace(/\/$/u, '')}${/\.\w+$/u.test(place) ? '' : '/*'}`,
        what: `${name}, in ${what}`,
        licence: `nodejs-${name.toLowerCase().replaceAll(/[^a-z0-9.+]+/gu, '-')}`,
        text: unindented(licence),
      })),
  ];
}
