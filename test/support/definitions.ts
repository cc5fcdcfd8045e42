/** The files of docs/monitoring, as an administrator would take them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const folder = join(import.meta.dirname, '../../docs/monitoring');

/** What a file holds; where `backupmon` is given, it stands for the program that a package would have put into /usr/bin. */
export function definitions(name: string, backupmon = '/usr/bin/backupmon'): string {
  return readFileSync(join(folder, name), 'utf8').replaceAll('/usr/bin/backupmon', backupmon);
}
