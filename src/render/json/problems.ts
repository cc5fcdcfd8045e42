/** Errors as JSON, and `check-config --json`. */
import { time } from './time.ts';

/** One fault of the configuration; as config/problem.ts has it, without what only serves the caret. */
export interface ProblemView {
  readonly file: string;
  readonly line: number | null;
  readonly column: number | null;
  readonly path: string;
  readonly message: string;
  readonly expected: string | null;
  readonly suggestion: string | null;
}

const problemObject = ({
  file,
  line,
  column,
  path,
  message,
  expected,
  suggestion,
}: ProblemView) => ({
  file,
  line,
  column,
  path,
  message,
  expected,
  suggestion,
});

/** What goes to stderr in place of a document. `code` is a word in snake_case, `problems` is empty but for faults of the configuration. */
export function errorDocument(error: {
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
  readonly problems: readonly ProblemView[];
}): object {
  const { code, message, hint, problems } = error;
  return {
    schema: 'backupmon.error/1',
    code,
    message,
    hint,
    problems: problems.map(problemObject),
  };
}

/** @param check now: milliseconds UTC. file: absolute path of the configuration that was checked. */
export function checkConfigDocument(check: {
  readonly now: number;
  readonly ok: boolean;
  readonly file: string;
  readonly problems: readonly ProblemView[];
}): object {
  const { now, ok, file, problems } = check;
  return {
    schema: 'backupmon.check-config/1',
    generated_at: time(now),
    ok,
    file,
    problems: problems.map(problemObject),
  };
}
