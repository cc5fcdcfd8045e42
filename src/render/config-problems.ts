/** The faults of a configuration for people: place, what was found, the line with a caret, what was expected. */

/** As config/problem.ts has it; only what is shown. */
export interface ShownProblem {
  readonly file: string;
  readonly line: number | null;
  readonly column: number | null;
  readonly sourceLine: string | null;
  readonly width: number;
  readonly message: string;
  readonly expected: string | null;
  readonly suggestion: string | null;
}

export interface Paint {
  readonly red: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
}

/** How much of a long line is shown, in UTF-16 units. */
const widest = 120;
/** What is kept before the caret when a long line is cut on the left. */
const lead = 40;

/** All problems, each as one block, and their number. Lines end in a line feed; nothing at all for no problems. */
export function renderConfigProblems(problems: readonly ShownProblem[], paint: Paint): string {
  if (problems.length === 0) return '';
  const blocks = problems.map((problem) => block(problem, paint).join('\n'));
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  return `${blocks.join('\n\n')}\n\n${paint.bold(`${count} in the configuration`)}\n`;
}

function block(problem: ShownProblem, paint: Paint): string[] {
  const { file, line, column, message, expected, suggestion } = problem;
  const place = [file, line, column].filter((part) => part !== null).join(':');
  return [
    `${paint.bold(inLine(place))}: ${paint.red(inLine(message))}`,
    ...excerpt(problem, paint),
    ...(expected === null ? [] : [`  expected ${inLine(expected)}`]),
    ...(suggestion === null ? [] : [`  did you mean ${paint.yellow(inLine(suggestion))}?`]),
  ];
}

/** The source line and the caret line. Tabs stay tabs in both, so that the caret stands where it should. */
function excerpt({ line, column, sourceLine, width }: ShownProblem, paint: Paint): string[] {
  if (line === null || column === null || sourceLine === null) return [];
  const { shown, offset } = clip(sourceLine, column - 1);
  const number = String(line);
  const indent = shown.slice(0, offset).replaceAll(/[^\t]/g, ' ');
  const room = Math.max(1, shown.length - offset);
  const caret = `^${'~'.repeat(Math.max(0, Math.min(width, room) - 1))}`;
  return [
    `  ${paint.dim(`${number} |`)} ${visible(shown)}`,
    `  ${paint.dim(`${' '.repeat(number.length)} |`)} ${indent}${paint.red(caret)}`,
  ];
}

/** The part of a line around an offset, and where the offset lies in it. */
function clip(text: string, offset: number): { shown: string; offset: number } {
  if (text.length <= widest) return { shown: text, offset };
  const start = offset < widest - lead ? 0 : offset - lead;
  const end = start + widest;
  const before = start > 0 ? '…' : '';
  const after = end < text.length ? '…' : '';
  return {
    shown: `${before}${text.slice(start, end)}${after}`,
    offset: offset - start + before.length,
  };
}

const inLine = (text: string): string => visible(text).replaceAll('\t', ' ');

/** What is obeyed, hidden or reordered, unit for unit, so that columns stay what they are. A tab is harmless, and the caret counts on it. */
function visible(text: string): string {
  return text.replaceAll(
    /[\p{Cc}\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}\u2028\u2029]/gu,
    (character) => (character === '\t' ? character : '\ufffd'.repeat(character.length)),
  );
}
