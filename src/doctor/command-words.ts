/** Command lines as a shell takes them apart, as far as that needs no shell. */

const oneWord = /(?:[^\s'"\\]|\\.|'[^']*'|"(?:[^"\\]|\\.)*"|['"\\])+/gu;
const piece = /\\(.)|'([^']*)'|"((?:[^"\\]|\\.)*)"/gu;

/** Words without their quotes. */
export const wordsOf = (command: string): string[] =>
  (command.match(oneWord) ?? []).map((word) =>
    word.replaceAll(
      piece,
      (_, escaped?: string, single?: string, double?: string) =>
        escaped ?? single ?? (double ?? '').replaceAll(/\\(["\\$`])/gu, '$1'),
    ),
  );

/** `backupmon … scan`, by whatever path and with whatever options between. */
const scanning = /(?:^|[\s/'"=])backupmon(?:\.c?js)?['"]?\s(?:.*\s)?scan(?:[\s;&|>'"]|$)/u;

export const runsScan = (command: string): boolean => scanning.test(command);

/** The same of a command that is handed to another as one word, as to `flock -c` or `sh -c`. */
export const allWordsOf = (command: string): string[] =>
  wordsOf(command).flatMap((word) =>
    /\s/u.test(word) && runsScan(word) && word !== command ? allWordsOf(word) : [word],
  );

export const isOurProgram = (word: string): boolean => /(?:^|\/)backupmon(?:\.c?js)?$/u.test(word);

/** Where the arguments of a command end. */
const isEnd = (word: string): boolean => /^(?:\d?[<>]|[;&|#)}])/u.test(word);

/** What keeps a command that runs scans from running one of all jobs: `--dry-run`, `paris`; null where nothing does. */
export function limitOf(command: string): string | null {
  const words = allWordsOf(command);
  let limit: string | null = null;
  for (const [index, word] of words.entries()) {
    if (!isOurProgram(word)) continue;
    const rest = words.slice(index + 1);
    const at = rest.findIndex((one) => /^scan;?$/u.test(one));
    if (at === -1) continue;
    const found = limitAfter(rest.slice(at));
    if (found === null) return null;
    limit ??= found;
  }
  return limit;
}

function limitAfter([scan = '', ...words]: readonly string[]): string | null {
  if (scan.endsWith(';')) return null;
  const end = words.findIndex(isEnd);
  const own = (end === -1 ? words : words.slice(0, end)).map((word) =>
    word.replace(/[;&|].*$/u, ''),
  );
  const isValue = (index: number): boolean => own[index - 1] === '--config';
  return (
    own.find(
      (word, index) =>
        word === '--dry-run' || (word !== '' && !word.startsWith('-') && !isValue(index)),
    ) ?? null
  );
}
