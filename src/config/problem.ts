/** The faults of a configuration file, each with its place, collected and sorted. */
import { withoutInvisible } from './words.ts';

/** One fault: where it is, what was found, what was expected. */
export interface ConfigProblem {
  /** Absolute path of the configuration file. */
  readonly file: string;
  /** Counted from 1; null when the fault is in no line (a missing file, an environment variable). */
  readonly line: number | null;
  /** Counted from 1, in UTF-16 code units. */
  readonly column: number | null;
  /** The line as it stands in the file; null when there is none, or when it is too long to show. */
  readonly sourceLine: string | null;
  /** How many code units of the line the fault covers, at least 1. */
  readonly width: number;
  /** Path of the key, e.g. `agents.paris.databases.compta.grace`; the variable's name for the environment. */
  readonly path: string;
  /** What was found. */
  readonly message: string;
  readonly expected: string | null;
  readonly suggestion: string | null;
}

/** Offsets into the text, the end excluded. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface Complaint {
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly expected?: string | null;
  readonly suggestion?: string | null;
}

export interface ProblemList {
  /** `span` is null for what is in no line. */
  readonly add: (span: Span | null, complaint: Complaint) => void;
  /** The number of the line (from 1) that holds an offset. */
  readonly lineOf: (offset: number) => number;
  /** Whether something was found in the line that holds an offset. */
  readonly isTold: (offset: number) => boolean;
  /** Everything found so far, by line and column, each once; what is in no line comes first. */
  readonly sorted: () => ConfigProblem[];
}

/** A configuration of one single line would repeat itself in every problem. */
const longestShownLine = 500;

/** Collects problems of one file. */
export function createProblemList(file: string, text: string): ProblemList {
  const found = new Map<string, ConfigProblem>();
  const toldLines = new Set<number | null>();
  const starts = lineStarts(text);
  const lineOf = (offset: number): number => lastAtOrBefore(starts, offset) + 1;
  const add = (span: Span | null, complaint: Complaint): void => {
    const place = span === null ? nowhere : placeOf(text, starts, span);
    toldLines.add(place.line);
    // What was found is part of most sentences, and not all of them quote it.
    const message = withoutInvisible(complaint.message);
    const problem = {
      file,
      ...place,
      path: pathText(complaint.path),
      message,
      expected: complaint.expected == null ? null : withoutInvisible(complaint.expected),
      suggestion: complaint.suggestion == null ? null : withoutInvisible(complaint.suggestion),
    };
    const id = JSON.stringify([place.line, place.column, message]);
    if (!found.has(id)) found.set(id, problem);
  };
  const isTold = (offset: number): boolean => toldLines.has(lineOf(offset));
  return { add, lineOf, isTold, sorted: () => [...found.values()].toSorted(byPlace) };
}

type Place = Pick<ConfigProblem, 'line' | 'column' | 'sourceLine' | 'width'>;
const nowhere: Place = { line: null, column: null, sourceLine: null, width: 1 };

function placeOf(text: string, starts: readonly number[], span: Span): Place {
  const index = lastAtOrBefore(starts, span.start);
  const start = starts[index] ?? 0;
  const next = starts[index + 1];
  const end = next === undefined ? text.length : next - 1;
  const shown = end - start > longestShownLine ? null : text.slice(start, end).replace(/\r$/, '');
  const width = Math.max(1, Math.min(span.end, start + (shown?.length ?? 1)) - span.start);
  return { line: index + 1, column: span.start - start + 1, sourceLine: shown, width };
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

function lastAtOrBefore(starts: readonly number[], offset: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}

function pathText(parts: readonly PropertyKey[]): string {
  return parts.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    return text === '' ? String(part) : `${text}.${String(part)}`;
  }, '');
}

function byPlace(left: ConfigProblem, right: ConfigProblem): number {
  return (left.line ?? 0) - (right.line ?? 0) || (left.column ?? 0) - (right.column ?? 0);
}
