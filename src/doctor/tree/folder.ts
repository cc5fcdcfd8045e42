/** What the facts about one folder of the configuration mean. */
import type { Finding } from '../../core/finding.ts';
import { judgeAbsent, judgeWithoutDisk } from './absent-folder.ts';
import { critical, fine } from '../finding.ts';
import type { FolderFacts, Judging } from './folder-facts.ts';
import { judgeRefused, judgeWriters, needs } from './folder-rights.ts';
import { judgeOpenWay } from '../rights/open-way.ts';

export function judgeFolder(facts: FolderFacts, look: Judging): Finding[] {
  const { what, path, mode, refusal, closed } = facts;
  if (mode === null && closed === null) return [judgeAbsent(facts, look)];
  // Somebody else may not know.
  if (mode === null && refusal === null) return [];
  if (mode !== null && !mode.isFolder) {
    const message = `${what}: ${path} is no folder`;
    const why = 'no scan can run without it';
    return [critical('folders', path, { message, why, mend: look.hands.edit(look.file) })];
  }
  const found = [
    ...(refusal === null ? [] : [judgeRefused(facts, look)]),
    ...judgeWriters(facts, look),
    ...judgeOpenWay('folders', facts, look.hands.edit(look.file), look.hands),
    // Of the tree it is told with its marker.
    ...(what === 'validated' ? [] : judgeWithoutDisk(what, facts, look)),
  ];
  if (found.length > 0) return found;
  // Another user cannot know more.
  const can = look.scanner.present ? `can be ${needs[facts.need]}` : 'is there';
  return [fine('folders', path, `${what}: ${path} ${can}`)];
}
