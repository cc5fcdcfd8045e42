/** debian/copyright, "machine-readable" 1.0: what we wrote, and everything that the binary carries, so that no library can be forgotten. */
import { nodeParts } from './node.ts';
import { bundledPackages, type Part } from './packages.ts';
import {
  folded,
  grantOf,
  holdersIn,
  isApache,
  readLicence,
  withoutHolders,
  withReferences,
} from './text.ts';
import { untoldParts } from './untold.ts';

const FORMAT = 'https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/';
const COMMENT = `/usr/bin/backupmon is one executable with everything in it: Node.js, the npm packages that the program uses, SQLite,
and (on amd64) the run-time libraries of GCC, which are used only where the system has none.
Patterns beginning with node/ mean the sources of Node.js, those with gcc/ the sources of GCC.`;

const own = (): Part => ({
  files: '*',
  what: 'backupmon',
  licence: 'Expat',
  text: readLicence('LICENSE'),
});

interface Named extends Part {
  readonly name: string;
}

/** Of several texts of one kind each has a name of its own. */
function freeName({ licence: kind, text }: Part, taken: ReadonlySet<string>): string {
  if (isApache(text)) return 'Apache-2.0';
  let name = kind;
  for (let number = 2; taken.has(name); number += 1) name = `${kind}-variant-${number}`;
  return name;
}

/** Texts that grant the same have one name, and stand in the file once. */
function named(parts: readonly Part[]): Named[] {
  const names = new Map<string, string>();
  return parts.map((part) => {
    const grant = grantOf(part.text);
    const name = names.get(grant) ?? freeName(part, new Set(names.values()));
    names.set(grant, name);
    return { ...part, name };
  });
}

function stanza({ files, what, name, text }: Named): string {
  const holders = holdersIn(text);
  const lines = holders.length > 0 ? holders : [`the authors of ${what}`];
  const patterns = files.split(' ').join('\n ');
  return `Files: ${patterns}\nCopyright: ${lines.join('\n ')}\nLicense: ${name}\nComment: ${what}`;
}

/** Once for all that have it. Where only one part has it, word for word; else each stanza says whose it is. */
function licence([name, parts]: readonly [string, readonly Named[]]): string {
  const text = withReferences(parts[0]?.text ?? '');
  return `License: ${name}\n${folded(parts.length > 1 ? withoutHolders(text) : text)}`;
}

/** The text of the file. @throws Error where a licence is not known */
export async function copyrightFile(): Promise<string> {
  const parts = named([
    own(),
    ...(await bundledPackages()),
    ...nodeParts(),
    ...untoldParts(own().text),
  ]);
  const byName = Map.groupBy(parts, ({ name }) => name);
  const header = `Format: ${FORMAT}\nUpstream-Name: backupmon\nComment:\n${folded(COMMENT)}`;
  return `${[header, ...parts.map(stanza), ...[...byName].map(licence)].join('\n\n')}\n`;
}
