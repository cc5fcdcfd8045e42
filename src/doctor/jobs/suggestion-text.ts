/** Suggested jobs as lines for the configuration. */
import { Document, Scalar, YAMLMap } from 'yaml';
import type { Environment } from '../../config/environment.ts';
import { checkText } from '../../config/load.ts';
import { forPeople } from '../../core/text.ts';
import { counted } from '../finding.ts';
import type { Suggestion, Suggestions } from './suggest.ts';
import { merged } from './suggestion-merge.ts';

/** What is not to be seen, white space that looks like a space, and line ends that only some readers know, are written as what they are. */
const hidden = /[\u007f-\u009f\p{Cf}\p{Default_Ignorable_Code_Point}\u2028\u2029]|(?! )\p{Zs}/gu;

function escaped(character: string): string {
  const point = character.codePointAt(0) ?? 0;
  const digits = point.toString(16).padStart(point > 0xffff ? 8 : 4, '0');
  return `${point > 0xffff ? String.raw`\U` : String.raw`\u`}${digits}`;
}

/** Quoted where it has to be; in double quotes, which know escapes, where not all of it is to be seen. */
function nameNode(name: string): Scalar {
  const node = new Scalar(name);
  if (name.search(hidden) !== -1) node.type = Scalar.QUOTE_DOUBLE;
  return node;
}

function rulesNode({ schedule }: Suggestion): YAMLMap {
  const rules = new YAMLMap();
  rules.flow = true;
  if (schedule !== null) {
    const value = new Scalar(schedule);
    value.type = Scalar.QUOTE_SINGLE;
    rules.set(new Scalar('schedule'), value);
  }
  return rules;
}

function remark({ schedule, rounds }: Suggestion): string {
  if (schedule !== null) return ` guessed from ${counted(rounds, 'round')}`;
  const seen =
    rounds === 0 ? 'no round was' : `${counted(rounds, 'round')} ${rounds === 1 ? 'was' : 'were'}`;
  return rounds < 3
    ? ` ${seen} seen, too few to guess a schedule: set one, unless the defaults have it`
    : ` the ${rounds} rounds seen follow no rule: set a schedule, unless the defaults have it`;
}

function agentNode(jobs: readonly Suggestion[]): YAMLMap {
  const databases = new YAMLMap();
  for (const job of jobs) {
    const rules = rulesNode(job);
    rules.comment = remark(job);
    databases.set(nameNode(job.database), rules);
  }
  const agent = new YAMLMap();
  agent.set(new Scalar('databases'), databases);
  return agent;
}

const comment = (text: string): string => `# ${forPeople(text, 500)}\n`;

function beginning({ jobs }: Suggestions, file: string): string {
  const count = `${counted(jobs.length, 'database')} that agents report and no job expects`;
  return [
    `Jobs for ${file}: ${count}.`,
    'Paste them below its `agents:`. Of an agent that it has already, paste only the lines of the',
    'databases, below its `databases:`; where that is a list such as [crm, wiki], make it a map.',
  ]
    .map(comment)
    .join('');
}

/** What `check-config` would say of the configuration with these lines. */
function faultsWith(suggestions: Suggestions, source: SuggestionSource): string[] {
  const text = source.text === null ? null : merged(source.text, suggestions.jobs, rulesNode);
  if (text === null) return [];
  const checked = checkText(source.file, text, source.env);
  return checked.kind === 'ok'
    ? []
    : checked.problems.map(({ message, expected }) =>
        expected === null ? message : `${message}; expected ${expected}`,
      );
}

export interface SuggestionSource {
  readonly file: string;
  /** Of the configuration, to try them in; null where it is not known. */
  readonly text: string | null;
  readonly env: Environment;
  /** What could not be read, and may hold more; a sentence each. */
  readonly unread?: readonly string[];
}

/** As many are told one by one. */
const MOST_UNREAD = 10;

function unreadNotes(unread: readonly string[]): string[] {
  const notes = unread.slice(0, MOST_UNREAD).map((sentence) => comment(`Not read: ${sentence}`));
  const more = unread.length - notes.length;
  return more > 0 ? [...notes, comment(`Not read: ${more} more`)] : notes;
}

/** YAML: the lines, and comments about them. With nothing to suggest it is a comment alone. */
export function suggestionText(suggestions: Suggestions, source: SuggestionSource): string {
  const { jobs, refused } = suggestions;
  const notes = [
    ...unreadNotes(source.unread ?? []),
    ...refused.map((sentence) => comment(`Not possible as it is called: ${sentence}`)),
  ];
  if (jobs.length === 0)
    return [comment('Agents report no database that could be added.'), ...notes].join('');
  const agents = new YAMLMap();
  for (const [agent, list] of Map.groupBy(jobs, (job) => job.agent))
    agents.set(nameNode(agent), agentNode(list));
  const document = new Document({ agents: null });
  document.set('agents', agents);
  const faults = faultsWith(suggestions, source).map((fault) =>
    comment(`check-config will say: ${fault}`),
  );
  const lines = document.toString({ lineWidth: 0 }).replaceAll(hidden, escaped);
  return [beginning(suggestions, source.file), ...faults, ...notes, lines].join('');
}
