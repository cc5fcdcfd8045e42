/** The npm packages that are bundled: those that esbuild finds from the program's two beginnings, and those that make up the addon. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { readLicence } from './text.ts';

/** SPDX identifiers that may be bundled, by what Debian calls them. All ask for no more than that copyright and licence come along. */
const known: Readonly<Record<string, string>> = {
  MIT: 'Expat',
  'MIT-0': 'MIT-0',
  ISC: 'ISC',
  '0BSD': '0BSD',
  'BSD-2-Clause': 'BSD-2-clause',
  'BSD-3-Clause': 'BSD-3-clause',
  'Apache-2.0': 'Apache-2.0',
};

export interface Part {
  /** Where its sources lie, as a pattern of the copyright file. */
  readonly files: string;
  readonly what: string;
  readonly licence: string;
  readonly text: string;
}

interface Manifest {
  readonly version: string;
  readonly license?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

const ADDON = 'better-sqlite3';

/** Names of packages whose code goes into the program. */
async function bundled(): Promise<string[]> {
  const { metafile } = await build({
    entryPoints: ['src/main.ts', 'src/binary/start.ts'],
    bundle: true,
    platform: 'node',
    target: 'node26',
    format: 'esm',
    outdir: 'unused',
    write: false,
    metafile: true,
    logLevel: 'error',
  });
  const names = Object.keys(metafile.inputs).flatMap(
    (input) => /.*\bnode_modules\/((?:@[^/]+\/)?[^/]+)\//u.exec(input)?.slice(1) ?? [],
  );
  // The addon is compiled from the package itself and what it depends on.
  return [
    ...new Set([...names, ADDON, ...Object.keys(manifestOf(ADDON).dependencies ?? {})]),
  ].toSorted();
}

const manifestOf = (name: string): Manifest =>
  JSON.parse(readFileSync(`node_modules/${name}/package.json`, 'utf8')) as Manifest;

function partOf(name: string): Part {
  const { version, license = 'none' } = manifestOf(name);
  const licence = known[license];
  if (licence === undefined)
    throw new Error(
      `node_modules/${name} is licensed as "${license}", which scripts/deb/licences/packages.ts does not know: add it there if it may be bundled`,
    );
  const folder = `node_modules/${name}`;
  const file = readdirSync(folder).find((one) => /^licen[cs]e\b/iu.test(one));
  if (file === undefined) throw new Error(`${folder} has no file with its licence`);
  const text = readLicence(path.join(folder, file));
  return { files: `${folder}/*`, what: `${name} ${version}`, licence, text };
}

/** @throws Error where a package has a licence that nobody has looked at */
export const bundledPackages = async (): Promise<Part[]> => (await bundled()).map(partOf);
