/** The configuration as far as it can be read: also where it is faulty, the folders that it names can be looked at. */
import { readContent } from '../config/content.ts';
import type { Environment } from '../config/environment.ts';
import { checkText, schemaFor } from '../config/load.ts';
import { parseYaml } from '../config/parse.ts';
import { createProblemList, type ConfigProblem } from '../config/problem.ts';
import { readText } from '../config/read.ts';
import { resolveSettings } from '../config/settings.ts';
import type { Config } from '../core/job.ts';
import type { Places } from './look.ts';

export interface ReadConfiguration {
  /** null where it is faulty. */
  readonly config: Config | null;
  readonly problems: readonly ConfigProblem[];
  readonly places: Places;
  /** What stands in the file; null where it could not be read. */
  readonly text: string | null;
}

/** What the settings of a faulty configuration say all the same; its faults were told already. */
function placesOf(file: string, text: string, env: Environment): Places {
  const nowhere: Places = { deposits: null, validated: null, database: null };
  const problems = createProblemList(file, text);
  const { tree, brokenAt } = parseYaml(text, problems);
  // Behind a fault of the syntax nothing may mean what it seems to.
  if (tree === null || brokenAt !== null) return nowhere;
  const schema = schemaFor(env);
  const content = readContent(tree, schema, problems, null);
  if (content === null) return nowhere;
  const settings = resolveSettings({ content, tree, schema, env, problems });
  return {
    deposits: settings.deposits.value,
    validated: settings.validated.value,
    database: settings.database.value,
  };
}

/** @param file absolute path */
export async function readConfiguration(
  file: string,
  env: Environment,
): Promise<ReadConfiguration> {
  const read = await readText(file);
  if (read.kind === 'unreadable') {
    const problems = createProblemList(file, '');
    problems.add(null, { path: [], message: read.message, expected: read.expected });
    const places = { deposits: null, validated: null, database: null };
    return { config: null, problems: problems.sorted(), places, text: null };
  }
  const loaded = checkText(file, read.text, env);
  if (loaded.kind === 'invalid') {
    const places = placesOf(file, read.text, env);
    return { config: null, problems: loaded.problems, places, text: read.text };
  }
  const { config } = loaded;
  const { deposits, validated, database } = config;
  const places = { deposits, validated, database };
  return { config, problems: [], places, text: read.text };
}
