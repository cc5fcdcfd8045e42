/** The jobs of the file before they are checked against each other: names, and the rules that each goes by. */
import { folded } from '../core/text.ts';
import { builtIn, inherit } from './inherit.ts';
import type { Inherited, Level } from './inherit.ts';
import { labelFault, nameFault, nameWords } from './names.ts';
import type { ProblemList, Span } from './problem.ts';
import type { AgentContent, FileContent, RuleContent } from './schema.ts';
import type { Setting } from './settings.ts';
import { entriesOf } from './tree.ts';
import type { Tree, TreeEntry } from './tree.ts';
import { quote } from './words.ts';

export interface AgentDraft {
  readonly id: string;
  readonly inherited: Inherited;
}

export interface Draft {
  readonly id: string;
  readonly agent: string;
  readonly database: string;
  /** The place of its name. */
  readonly key: Span;
  readonly path: readonly PropertyKey[];
  readonly inherited: Inherited;
  /** False when the name of agent or database is unusable. */
  readonly named: boolean;
}

export interface Drafts {
  readonly agents: readonly AgentDraft[];
  readonly jobs: readonly Draft[];
}

/** Lays out all jobs in the order of the file. Agents and databases that were faulty as a whole are left out. */
export function draftJobs(
  tree: Tree,
  content: FileContent,
  timezone: Setting,
  problems: ProblemList,
): Drafts {
  const defaults = {
    content: content.defaults,
    tree: entriesOf(tree).get('defaults')?.value,
    path: ['defaults'],
  };
  const base = lay(withTimezone(timezone, problems), defaults, problems);
  const agents: AgentDraft[] = [];
  const jobs: Draft[] = [];
  const names = new Map<string, string>();
  for (const [id, entry] of entriesOf(entriesOf(tree).get('agents')?.value)) {
    const path = ['agents', id];
    const named = checkName('agent', id, { path, span: entry.key, taken: names }, problems);
    const agent =
      content.agents && Object.hasOwn(content.agents, id) ? content.agents[id] : undefined;
    if (agent === undefined) continue;
    const inherited = lay(base, { content: agent, tree: entry.value, path }, problems);
    agents.push({ id, inherited });
    for (const job of draftAgent({ id, named, inherited, entry, agent }, problems)) jobs.push(job);
  }
  return { agents, jobs };
}

/** Below the built-in rules lies the zone of the whole file. */
function withTimezone({ value, span }: Setting, problems: ProblemList): Inherited {
  if (value === null) return builtIn;
  const lines = span === null ? {} : { timezone: problems.lineOf(span.start) };
  return { ...builtIn, values: { ...builtIn.values, timezone: value }, lines };
}

function lay(parent: Inherited, level: Level, problems: ProblemList): Inherited {
  for (const [name, { key }] of entriesOf(entriesOf(level.tree).get('labels')?.value)) {
    const fault = labelFault(name);
    if (fault === null) continue;
    const path = [...level.path, 'labels', name];
    problems.add(key, {
      path,
      message: `the label ${quote(name)} ${fault}`,
      expected: 'a name such as company or city',
    });
  }
  return inherit(parent, level, problems.lineOf);
}

interface AgentParts extends AgentDraft {
  readonly named: boolean;
  readonly entry: TreeEntry;
  readonly agent: AgentContent;
}

function draftAgent(
  { id, named, inherited, entry, agent }: AgentParts,
  problems: ProblemList,
): Draft[] {
  const names = new Map<string, string>();
  return databasesOf(id, entry, agent, problems).map(({ name, key, tree, content }) => {
    const path = ['agents', id, 'databases', name];
    const usable = checkName('database', name, { path, span: key, taken: names }, problems);
    return {
      id: `${id}/${name}`,
      agent: id,
      database: name,
      key,
      path,
      inherited: lay(inherited, { content, tree, path }, problems),
      named: named && usable,
    };
  });
}

interface DatabaseParts {
  readonly name: string;
  readonly key: Span;
  readonly tree: Tree | undefined;
  readonly content: RuleContent | null;
}

function databasesOf(
  id: string,
  entry: TreeEntry,
  agent: AgentContent,
  problems: ProblemList,
): DatabaseParts[] {
  const { databases } = agent;
  const written = entriesOf(entry.value).get('databases')?.value;
  if (written === undefined) {
    const expected = 'a list of names or a map; [] where no backup is expected yet';
    problems.add(entry.key, {
      path: ['agents', id, 'databases'],
      message: `the agent ${quote(id)} has no databases`,
      expected,
    });
  }
  if (databases === undefined || written === undefined) return [];
  if (written.kind === 'list') {
    return written.items.flatMap((item) =>
      item.kind === 'scalar'
        ? [{ name: item.text, key: item.span, tree: undefined, content: null }]
        : [],
    );
  }
  if (Array.isArray(databases)) return [];
  return [...entriesOf(written)].flatMap(([name, { key, value }]) => {
    const content = Object.hasOwn(databases, name) ? databases[name] : undefined;
    return content === undefined ? [] : [{ name, key, tree: value, content }];
  });
}

interface NamePlace {
  readonly span: Span;
  readonly path: readonly PropertyKey[];
  /** The names so far, by what they fold to. */
  readonly taken: Map<string, string>;
}

function checkName(
  what: string,
  name: string,
  { span, path, taken }: NamePlace,
  problems: ProblemList,
): boolean {
  const fault = nameFault(name);
  const other = taken.get(folded(name));
  taken.set(folded(name), name);
  if (fault !== null) {
    problems.add(span, {
      path,
      message: `the ${what} name ${quote(name)} ${fault}`,
      expected: nameWords,
    });
  } else if (other !== undefined) {
    const relation = other === name ? 'occurs twice' : `differs from ${quote(other)} only in case`;
    problems.add(span, {
      path,
      message: `the ${what} name ${quote(name)} ${relation}`,
      expected: other === name ? 'each name once' : 'names that differ in more than case',
    });
  }
  return fault === null && other === undefined;
}
