/** Names that become folders and keys: agents, databases, labels, and the components of a job's path. */
import { unprintableIn } from '../core/text.ts';

const longestComponent = 100;
export const componentWords = `not empty, no dot at the start, at most ${longestComponent} bytes, no slash or control character`;
export const nameWords = `a name as its folder has it: ${componentWords}`;

/** Why text cannot be one component of a path, as the end of a sentence; null when it can. */
export function componentFault(text: string): string | null {
  if (text === '') return 'is empty';
  const hidden = unprintableIn(text);
  if (hidden !== null) return `holds the character ${hidden}`;
  if (text.includes('/')) return 'holds a slash';
  if (text.startsWith('.')) return 'starts with a dot';
  const bytes = Buffer.byteLength(text);
  return bytes > longestComponent ? `has ${bytes} bytes, more than ${longestComponent}` : null;
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

/** Equal for names that differ only in case, or in how an accent is written. */
export function folded(text: string): string {
  return text.normalize('NFC').toLowerCase();
}
