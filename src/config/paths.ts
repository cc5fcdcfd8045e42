/** Every job needs a folder of its own: templates, components, and paths that meet (contract, section 4). */
import { longestPath, pathComponentFault, pathComponentWords, pathFault } from './names.ts';
import { folded } from '../core/text.ts';
import type { Draft } from './drafts.ts';
import type { WrittenRule } from './inherit.ts';
import type { ProblemList, Span } from './problem.ts';
import { componentsOf, namesIn } from './template.ts';
import { nearest, quote } from './words.ts';

/** Problems that many jobs share are told once, with the first job and how many more there are. */
interface Shared {
  /** Equal for what is one problem. */
  readonly id: string;
  readonly span: Span;
  readonly path: readonly PropertyKey[];
  readonly tell: (jobs: string) => string;
  readonly expected: string;
  readonly suggestion: string | null;
  readonly jobs: string[];
}

/** Renders the path of each draft; null for those that have none because of a fault. */
export function renderPaths(
  drafts: readonly Draft[],
  site: string | null,
  text: string,
  problems: ProblemList,
): (string | null)[] {
  const shared = new Map<string, Shared>();
  const rendered = drafts.map((draft) => renderPath(draft, site, text, shared));
  for (const { jobs, tell, ...complaint } of shared.values()) {
    const [first = '', ...others] = jobs;
    const more = others.length === 0 ? '' : ` (and ${others.length} more)`;
    problems.add(complaint.span, { ...complaint, message: tell(`${first}${more}`) });
  }
  checkMeetings(drafts, rendered, problems);
  return rendered;
}

function renderPath(
  draft: Draft,
  site: string | null,
  text: string,
  shared: Map<string, Shared>,
): string | null {
  const { inherited, agent, database } = draft;
  if (
    !draft.named ||
    inherited.faulty.has('path') ||
    inherited.faulty.has('labels') ||
    site === null
  )
    return null;
  const values = new Map([
    ...Object.entries(inherited.labels),
    ['agent', agent],
    ['database', database],
    ['site', site],
  ] as const);
  const template = inherited.values.path;
  const unknown = namesIn(template).filter((name) => !values.has(name));
  for (const name of unknown)
    share(shared, missingLabel(draft, name, [...values.keys()], text), draft);
  if (unknown.length > 0) return null;
  const components = componentsOf(template, values);
  const faults = components.filter((component) => pathComponentFault(component) !== null);
  for (const component of faults) share(shared, badComponent(draft, component), draft);
  if (faults.length > 0) return null;
  const place = components.join('/');
  const fault = pathFault(place);
  if (fault !== null) share(shared, badPath(draft, fault), draft);
  return fault === null ? place : null;
}

type Sharable = Omit<Shared, 'jobs'>;

function share(shared: Map<string, Shared>, found: Sharable, draft: Draft): void {
  const known = shared.get(found.id);
  if (known) known.jobs.push(draft.id);
  else shared.set(found.id, { ...found, jobs: [draft.id] });
}

/** Underlined in the template, which is the same for many jobs. */
function missingLabel(
  { inherited, key, path }: Draft,
  name: string,
  known: readonly string[],
  text: string,
): Sharable {
  const template = inherited.written.path;
  const suggestion = nearest(name, known);
  const span = template ? within(template.span, `{${name}}`, text) : key;
  return {
    id: `${span.start} ${name}`,
    span,
    path: template?.path ?? path,
    tell: (jobs) => `the path has {${name}}, and there is no such label for ${jobs}`,
    expected: `a label ${quote(name)}, or one of: ${known.map((other) => `{${other}}`).join(', ')}`,
    suggestion: suggestion === null ? null : `{${suggestion}}`,
  };
}

function within(span: Span, part: string, text: string): Span {
  const start = text.indexOf(part, span.start);
  return start === -1 || start + part.length > span.end
    ? span
    : { start, end: start + part.length };
}

/** Told once for an agent: a component that comes from its labels is the same for all of its databases. */
function badComponent(draft: Draft, component: string): Sharable {
  const place = ownTemplate(draft) ?? { span: draft.key, path: draft.path };
  return {
    ...place,
    id: JSON.stringify([draft.agent, component]),
    tell: (jobs) =>
      `the path of ${jobs} has the component ${quote(component)}, which ${pathComponentFault(component)}`,
    expected: pathComponentWords,
    suggestion: null,
  };
}

function badPath(draft: Draft, fault: string): Sharable {
  const place = ownTemplate(draft) ?? { span: draft.key, path: draft.path };
  return {
    ...place,
    id: JSON.stringify([draft.agent, fault]),
    tell: (jobs) => `the path of ${jobs} ${fault}`,
    expected: `at most ${longestPath} bytes`,
    suggestion: null,
  };
}

/** The template that was written for this very job. */
function ownTemplate({ inherited, path }: Draft): WrittenRule | null {
  const { path: template } = inherited.written;
  return template !== undefined && template.path.length > path.length ? template : null;
}

/** A path equal to another job's, or inside it; upper and lower case count as one, as they do on many file systems. */
function checkMeetings(
  drafts: readonly Draft[],
  rendered: readonly (string | null)[],
  problems: ProblemList,
): void {
  const owners = new Map<string, Draft>();
  for (const [index, draft] of drafts.entries()) {
    const place = rendered[index];
    if (place === null || place === undefined) continue;
    const owner = owners.get(folded(place));
    if (owner === undefined) owners.set(folded(place), draft);
    else meeting(draft, place, `is that of ${owner.id}`, problems);
  }
  for (const [index, draft] of drafts.entries()) {
    const place = rendered[index];
    if (place === null || place === undefined) continue;
    const outer = outerOwner(folded(place), owners);
    if (outer) meeting(draft, place, `lies inside that of ${outer.id}`, problems);
  }
}

function outerOwner(place: string, owners: ReadonlyMap<string, Draft>): Draft | null {
  for (let end = place.lastIndexOf('/'); end > 0; end = place.lastIndexOf('/', end - 1)) {
    const owner = owners.get(place.slice(0, end));
    if (owner) return owner;
  }
  return null;
}

function meeting(draft: Draft, place: string, relation: string, problems: ProblemList): void {
  const own = ownTemplate(draft);
  const hint = draft.inherited.values.path.includes('{database}')
    ? ''
    : '; {database} in the template gives each its own';
  problems.add(own?.span ?? draft.key, {
    path: own?.path ?? draft.path,
    message: `the path ${quote(place)} of ${draft.id} ${relation}`,
    expected: `a folder of its own for each job, disabled ones included${hint}`,
  });
}
