/**
 * The configuration file to a Config, or to all of its faults at once. Loads yaml, zod and croner: import this module
 * only when the cache (cache.ts) has nothing to offer.
 */
import { hostname } from 'node:os';
import path from 'node:path';
import type { AgentConfig, Config, Job } from '../core/job.ts';
import { readContent } from './content.ts';
import { draftJobs } from './drafts.ts';
import type { AgentDraft } from './drafts.ts';
import { type Environment, variable } from './environment.ts';
import { buildJobs } from './jobs.ts';
import { toldOf } from './notifications.ts';
import { parseYaml } from './parse.ts';
import { renderPaths } from './paths.ts';
import { createProblemList } from './problem.ts';
import type { ConfigProblem, ProblemList } from './problem.ts';
import { readText } from './read.ts';
import { createSchema } from './schema.ts';
import type { FileContent, Schema } from './schema.ts';
import { resolveSettings } from './settings.ts';
import type { Settings } from './settings.ts';
import { rememberSource } from './source.ts';
import type { Tree } from './tree.ts';

export type LoadedConfig =
  | { readonly kind: 'ok'; readonly config: Config }
  | { readonly kind: 'invalid'; readonly problems: ConfigProblem[] };

/**
 * Reads and checks a configuration.
 *
 * @param file path of the file, relative to the working folder or absolute
 * @returns the configuration, or every fault of it, sorted by line; never throws for what is in the file
 */
export async function loadConfig(file: string, env: Environment): Promise<LoadedConfig> {
  const absolute = path.resolve(file);
  const read = await readText(absolute);
  if (read.kind === 'unreadable') {
    const problems = createProblemList(absolute, '');
    problems.add(null, { path: [], message: read.message, expected: read.expected });
    return { kind: 'invalid', problems: problems.sorted() };
  }
  return checkText(absolute, read.text, env);
}

/** The schema that a configuration is held against. Making it takes longer than checking a small file. */
export const schemaFor = (env: Environment): Schema =>
  createSchema(variable(env, 'CREDENTIALS_DIRECTORY'));

/** The same for text that was read already; `schema` for those who check many. */
export function checkText(
  file: string,
  text: string,
  env: Environment,
  schema: Schema = schemaFor(env),
): LoadedConfig {
  const problems = createProblemList(file, text);
  const config = configOf(file, text, env, schema, problems);
  const found = problems.sorted();
  if (config === null || found.length > 0) return { kind: 'invalid', problems: found };
  rememberSource(config, text);
  return { kind: 'ok', config };
}

/** null when the text is too broken to say more, or when a setting without a default is absent or faulty. */
function configOf(
  file: string,
  text: string,
  env: Environment,
  schema: Schema,
  problems: ProblemList,
): Config | null {
  const { tree, brokenAt } = parseYaml(text, problems);
  if (tree === null || (tree.kind === 'scalar' && tree.value === null)) {
    if (brokenAt === null) problems.add(null, emptyFile);
    return null;
  }
  const content = readContent(tree, schema, problems, brokenAt);
  if (content === null || brokenAt !== null) return null;
  const settings = resolveSettings({ content, tree, schema, env, problems });
  const drafts = draftJobs(tree, content, settings.timezone, problems);
  const site = siteOf(settings);
  const paths = renderPaths(drafts.jobs, site, text, problems);
  return assemble({
    file,
    settings,
    site,
    content,
    agents: drafts.agents,
    jobs: buildJobs(drafts.jobs, paths, problems),
    tree,
    problems,
    known: new Set(drafts.jobs.flatMap(({ id, agent }) => [id, agent])),
  });
}

const emptyFile = {
  path: [],
  message: 'the file is empty',
  expected: 'deposits, validated, database and agents: see config.example.yaml',
};

/** null when it was set, but not to something usable. */
function siteOf({ site }: Settings): string | null {
  return site.value ?? (site.variable === null && site.span === null ? hostname() : null);
}

interface Parts {
  readonly file: string;
  readonly settings: Settings;
  readonly site: string | null;
  readonly content: FileContent;
  readonly agents: readonly AgentDraft[];
  readonly jobs: readonly Job[];
  readonly tree: Tree;
  readonly problems: ProblemList;
  readonly known: ReadonlySet<string>;
}

const hour = 3_600_000;

function assemble({ file, settings, site, content, agents, jobs, ...rest }: Parts): Config | null {
  const { deposits, validated, database, timezone } = settings;
  if (
    deposits.value === null ||
    validated.value === null ||
    database.value === null ||
    site === null
  )
    return null;
  return {
    file,
    deposits: deposits.value,
    validated: validated.value,
    database: database.value,
    site,
    timezone: timezone.value ?? 'UTC',
    scanMaxAge: content.scan_max_age ?? 3 * hour,
    scanTimeout: content.scan_timeout ?? 6 * hour,
    archiveReports: content.archive_reports ?? true,
    parallel: content.parallel ?? 'auto',
    agents: agents.map(agentOf),
    jobs,
    ...toldOf({ content, ...rest }),
  };
}

function agentOf({ id, inherited }: AgentDraft): AgentConfig {
  const { timezone, settle } = inherited.values;
  return { id, timezone, settle };
}
