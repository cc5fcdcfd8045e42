/** YAML text to a tree with places. Every fault of the YAML itself is reported; what could be read is returned beside it. */
import { parseDocument } from 'yaml';
import type { YAMLError } from 'yaml';
import { shorten } from '../core/text.ts';
import { convert } from './convert.ts';
import type { Complaint, ProblemList } from './problem.ts';
import type { Tree } from './tree.ts';

export interface ParsedText {
  /** null when the file holds nothing, or nothing that can be read. */
  readonly tree: Tree | null;
  /** Offset of the first syntax error: what comes after it may not mean what it seems to. null when there is none. */
  readonly brokenAt: number | null;
}

/** Faults that leave the rest of the text readable. */
const harmless: ReadonlySet<string> = new Set(['MULTIPLE_DOCS', 'TAG_RESOLVE_FAILED']);

/** Faults that mostly follow from another one in the same line. */
const consequences: ReadonlySet<string> = new Set(['UNEXPECTED_TOKEN', 'BAD_ALIAS']);

/** Parses YAML 1.2. Duplicate keys are found by convert.ts: the library compares every key with every other. */
export function parseYaml(text: string, problems: ProblemList): ParsedText {
  const document = parseDocument(text, {
    logLevel: 'error',
    prettyErrors: false,
    uniqueKeys: false,
    keepSourceTokens: false,
  });
  // Aliases first: a cron expression without quotes is one, and says so better than the syntax errors that follow from it.
  const tree = convert(document.contents, problems);
  const faults: YAMLError[] = [...document.errors, ...document.warnings];
  for (const fault of faults) {
    const [start, end] = fault.pos;
    if (consequences.has(fault.code) && problems.isTold(start)) continue;
    problems.add({ start, end }, complaintAbout(fault, text.slice(start, end)));
  }
  const { yaml } = document.directives ?? {};
  if (yaml?.explicit === true && yaml.version !== '1.2') {
    problems.add(
      { start: 0, end: 1 },
      {
        path: [],
        message: `%YAML ${yaml.version} is not supported`,
        expected: 'YAML 1.2, without a %YAML line',
      },
    );
  }
  const broken = faults.filter(({ code }) => !harmless.has(code)).map(({ pos }) => pos[0]);
  return {
    tree,
    brokenAt: broken.length === 0 ? null : Math.min(...broken),
  };
}

/** The library repeats what it found, however long that is. */
const longestComplaint = 200;

/** Own words where the library speaks to programmers. */
const complaints: Readonly<Partial<Record<string, (found: string) => Omit<Complaint, 'path'>>>> = {
  MULTIPLE_DOCS: () => ({
    message: 'a second YAML document begins here',
    expected: 'one document, without another --- line',
  }),
  TAG_RESOLVE_FAILED: (found) => ({
    message: `the tag ${found.trim()} is not supported`,
    expected: 'a plain value without a tag',
  }),
  RESOURCE_EXHAUSTION: () => ({ message: 'this is nested too deeply to be read' }),
  TAB_AS_INDENT: () => ({ message: 'a tab is used to indent', expected: 'spaces' }),
};

function complaintAbout(fault: YAMLError, found: string): Complaint {
  const own = complaints[fault.code]?.(found);
  return { path: [], ...(own ?? { message: `YAML: ${shorten(fault.message, longestComplaint)}` }) };
}
