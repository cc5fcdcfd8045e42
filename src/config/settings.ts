/** The top-level settings: from the environment, else from the file, else the default. */
import path from 'node:path';
import {
  type Environment,
  type OverridableKey,
  overrideVariables,
  variable,
} from './environment.ts';
import type { Complaint, ProblemList, Span } from './problem.ts';
import type { FileContent, Schema } from './schema.ts';
import { entriesOf, spanOf } from './tree.ts';
import type { Tree } from './tree.ts';
import { quote } from './words.ts';

export interface Setting {
  /** null: absent or faulty; a problem says so where that is one. */
  readonly value: string | null;
  /** Where it stands in the file; null when it comes from the environment or is absent. */
  readonly span: Span | null;
  /** The variable it comes from. */
  readonly variable: string | null;
}
export type Settings = Readonly<Record<OverridableKey, Setting>>;

export interface SettingsSource {
  readonly content: FileContent;
  readonly tree: Tree;
  readonly schema: Schema;
  readonly env: Environment;
  readonly problems: ProblemList;
}

/** Resolves the settings that the environment can override, and checks the folders against each other. */
export function resolveSettings(source: SettingsSource): Settings {
  const settings: Settings = {
    deposits: resolve('deposits', source),
    validated: resolve('validated', source),
    database: resolve('database', source),
    timezone: resolve('timezone', source),
    site: resolve('site', source),
  };
  requireSettings(settings, source);
  checkFolders(settings, source.problems);
  return settings;
}

function resolve(key: OverridableKey, source: SettingsSource): Setting {
  const name = overrideVariables[key];
  const text = variable(source.env, name);
  if (text !== null) return fromEnvironment(key, name, text, source);
  const entry = entriesOf(source.tree).get(key);
  return { value: source.content[key] ?? null, span: entry ? spanOf(entry) : null, variable: null };
}

/** A variable is held to the same rules as the key that it overrides. */
function fromEnvironment(
  key: OverridableKey,
  name: string,
  text: string,
  source: SettingsSource,
): Setting {
  const result = source.schema.settings[key].safeParse(text);
  for (const issue of result.error?.issues ?? []) {
    const { expected = null, suggestion = null } = (
      issue.code === 'custom' ? (issue.params ?? {}) : {}
    ) as Partial<Complaint>;
    source.problems.add(null, {
      path: [name],
      message: `$${name}: ${issue.message}`,
      expected,
      suggestion,
    });
  }
  return { value: result.success ? result.data : null, span: null, variable: name };
}

function requireSettings(settings: Settings, { tree, problems }: SettingsSource): void {
  for (const key of ['deposits', 'validated', 'database'] as const) {
    if (settings[key].variable !== null || entriesOf(tree).has(key)) continue;
    const expected = `an absolute path, here or in $${overrideVariables[key]}`;
    problems.add(null, { path: [key], message: `\`${key}\` is missing`, expected });
  }
  if (entriesOf(tree).has('agents')) return;
  const expected = 'a map of the agents whose backups are expected; {} while there are none';
  problems.add(null, { path: ['agents'], message: '`agents` is missing', expected });
}

/** Agents write below `deposits`: neither the healthy versions nor our records may lie there, nor the reverse. */
function checkFolders({ deposits, validated, database }: Settings, problems: ProblemList): void {
  const pairs = [
    ['validated', validated, 'deposits', deposits],
    ['deposits', deposits, 'validated', validated],
    ['database', database, 'deposits', deposits],
  ] as const;
  const same = validated.value !== null && validated.value === deposits.value;
  for (const [key, inner, outerKey, outer] of same ? [pairs[0], pairs[2]] : pairs) {
    if (inner.value === null || outer.value === null || !isInside(inner.value, outer.value))
      continue;
    const relation = inner.value === outer.value ? 'is the same folder as' : 'lies inside';
    const found = `\`${key}\` ${quote(inner.value)} ${relation} \`${outerKey}\` ${quote(outer.value)}`;
    addToEither([key, inner], [outerKey, outer], found, problems);
  }
}

type Named = readonly [key: string, setting: Setting];

/** Underlines the inner one, or the outer one where the inner one is not in the file. */
function addToEither(inner: Named, outer: Named, found: string, problems: ProblemList): void {
  const [key, setting] = inner[1].span === null && outer[1].span !== null ? outer : inner;
  const message = inner[1].variable === null ? found : `$${inner[1].variable}: ${found}`;
  const expected = 'separate folders, neither inside the other';
  problems.add(setting.span, { path: [setting.variable ?? key], message, expected });
}

/** Whether a path is a folder or lies below it. Both are absolute and normalised. */
function isInside(inner: string, outer: string): boolean {
  const relative = path.relative(outer, inner);
  return relative !== '..' && !relative.startsWith('../');
}
