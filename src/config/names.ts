/** Names that become folders and keys: agents, databases, labels, and the components of a job's path. */
import { parseVersionStamp } from '../core/instant.ts';
import { unprintableIn } from '../core/text.ts';

const longestComponent = 100;
export const componentWords = `not empty, no dot at the start, at most ${longestComponent} bytes, no slash or control character, no white space around it`;
export const pathComponentWords = `${componentWords}, neither \`current\` nor the name of a version`;
export const nameWords = `a name as its folder has it: ${componentWords}`;

/** Why text cannot be one component of a path, as the end of a sentence; null when it can. */
export function componentFault(text: string): string | null {
  if (text === '') return 'is empty';
  const hidden = unprintableIn(text);
  if (hidden !== null) return `holds the character ${hidden}`;
  if (text.includes('/')) return 'holds a slash';
  if (text.startsWith('.')) return 'starts with a dot';
  // Nobody sees it, and some file systems drop it: two names would be one folder.
  if (text.trim() !== text) return 'begins or ends with white space';
  const bytes = Buffer.byteLength(text);
  return bytes > longestComponent ? `has ${bytes} bytes, more than ${longestComponent}` : null;
}

/** Linux takes 4,096 bytes; the folder of the tree, the version and the name of the file have to fit in as well. */
export const longestPath = 1024;

/** Why a whole path is no use, as the end of a sentence; null when it is. Its components are right. */
export function pathFault(text: string): string | null {
  const bytes = Buffer.byteLength(text);
  return bytes > longestPath ? `has ${bytes} bytes, more than ${longestPath}` : null;
}

/**
 * Why text cannot be a component of a job's path. Beside what no folder can be called, these are the names that the tree itself
 * gives inside of a job's folder: a job that takes over the path above would find a folder where its link or version belongs.
 */
export function pathComponentFault(text: string): string | null {
  if (text.toLowerCase() === 'current') return 'is the name of the link to the newest version';
  if (parseVersionStamp(text.toUpperCase()) !== null)
    return 'has the form of the name of a version';
  return componentFault(text);
}

/** Why text cannot name an agent or a database; null when it can. */
export function nameFault(text: string): string | null {
  return text === '__proto__' ? 'cannot be used' : componentFault(text);
}

const takenNames: ReadonlySet<string> = new Set(['agent', 'database', 'site']);

/** Why text cannot name a label; null when it can. */
export function labelFault(text: string): string | null {
  if (takenNames.has(text)) return 'is taken: it always means the name itself';
  if (text.trim() === '') return 'is empty';
  const hidden = unprintableIn(text);
  if (hidden !== null) return `holds the character ${hidden}`;
  return /[{}/]/.test(text) ? 'holds a brace or a slash, so that no path could use it' : null;
}
