/** backupmon-config(5): every key, from the schema that the loader goes by. */
import { configSearch } from '../../../src/cli/help.ts';
import { example, list, terms, type Block, type Page, type Section, type Term } from '../blocks.ts';
import type { KeyText } from './key-text.ts';
import { descriptionOf, mapAt, typeOf, type SchemaPart } from './schema.ts';
import { keySections, type KeySection } from './sections.ts';
import { environment, faults, smallConfiguration, values } from './topics.ts';

function defaultText({ default: value }: KeyText): string {
  if (value === 'required') return 'Required.';
  if (value === null) return 'Default: none.';
  // Quotes are for YAML.
  return `Default: ${typeof value === 'string' ? `\`${value.replaceAll('"', '')}\`` : value.says}.`;
}

/** @throws Error where neither the schema nor the table says what may be written */
function typeText(name: string, part: SchemaPart, { type }: KeyText): string {
  const words = type ?? typeOf(part);
  if (words === null) throw new Error(`nothing says what ${name} may be`);
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
}

const fullStop = (text: string): string => (/[.?!]$/u.test(text) ? text : `${text}.`);

function keyTerm(section: KeySection, properties: SchemaPart['properties'], key: string): Term {
  const text = section.keys[key] as KeyText;
  const part = properties?.[key];
  const name = [...section.path, key].join('.');
  const meaning = descriptionOf(name, part);
  return {
    term: `\`${key}\``,
    body: [
      `${typeText(name, part as SchemaPart, text)} ${defaultText(text)}${section.inherited ? ' Inherited.' : ''}`,
      [fullStop(meaning), ...(text.more ?? [])].join(' '),
      example(...text.example.split('\n')),
    ],
  };
}

function keysBlock(section: KeySection): Block {
  const { properties } = mapAt(section.path);
  return terms(Object.keys(section.keys).map((key) => keyTerm(section, properties, key)));
}

const keySectionOf = (section: KeySection): Section => ({
  title: section.title,
  blocks: [section.before, keysBlock(section)],
});

const description: Section = {
  title: 'DESCRIPTION',
  blocks: [
    'The configuration of backupmon(1) is one file in YAML. It says where agents deposit their backups, which backups are expected and when, what is checked, how many versions are kept, and who is told. The first of these is used:',
    list(
      ...configSearch.map((place) =>
        place
          .replace(/^\S+/u, (word) => `\`${word}\``)
          .replace(/^`--config` FILE$/u, '`--config` <file>'),
      ),
    ),
    'Nothing but `deposits`, `validated`, `database`, `agents` and a schedule for each job has to be written. A job is one database of one agent; commands call it `paris/compta`.',
    'Agents never change the configuration, and no file that they send adds a job, a path or a rule.',
  ],
};

export const configPage = (): Page => ({
  name: 'backupmon-config',
  number: 5,
  about: 'configuration of backupmon',
  synopsis: [],
  sections: [
    description,
    ...keySections.map(keySectionOf),
    values,
    faults,
    environment,
    {
      title: 'FILES',
      blocks: [
        terms([
          { term: '`/etc/backupmon/config.yaml`', body: ['The configuration of the system.'] },
          {
            term: '`config-cache.json`',
            body: [
              'Beside the database: the checked configuration, so that reading it costs nothing. A scan writes it; it may be deleted at any time.',
            ],
          },
        ]),
      ],
    },
    {
      title: 'EXAMPLES',
      blocks: ['A small configuration that is whole:', example(...smallConfiguration)],
    },
    { title: 'SEE ALSO', blocks: ['backupmon(1), backupmon-states(7)'] },
  ],
});
