/** backupmon(1): commands and options as the parser has them, and what belongs to all of them. */
import type { Description } from '../../../src/cli/descriptions/description.ts';
import { descriptions } from '../../../src/cli/descriptions/index.ts';
import { exitsOf } from '../../../src/cli/help.ts';
import {
  example,
  sentence,
  shortTerms,
  terms,
  type Block,
  type Page,
  type Section,
  type Term,
} from '../blocks.ts';
import { commandTexts, wayOfAScan } from './commands.ts';
import { diagnostics } from './diagnostics.ts';
import { environmentTexts, givenToCommands } from './environment.ts';
import { examples } from './examples.ts';
import { fileTexts } from './files.ts';
import { output } from './output.ts';
import { commandOf, emptyProgram, globalPieces, optionTerm, piecesOf, termsOf } from './usage.ts';

const exitTerms = (description: Pick<Description, 'exit'>): Block =>
  shortTerms(
    exitsOf(description).map(([code, says]) => ({ term: `\`${code}\``, body: [sentence(says)] })),
  );

function commandSection(description: Description): Section {
  const { name, summary, examples: shown } = description;
  const taken = termsOf(commandOf(description));
  return {
    title: `backupmon ${name}`,
    blocks: [
      sentence(summary),
      ...commandTexts[name],
      ...(taken.length === 0 ? [] : [terms(taken)]),
      'Exit status:',
      exitTerms(description),
      shown.length === 1 ? 'Example:' : 'Examples:',
      example(...shown.flatMap(({ command, says }) => [`# ${says}`, command])),
    ],
  };
}

const globalTerms = (): Term[] => {
  const program = emptyProgram();
  const help = program.createHelp().visibleOptions(program);
  return help.map(optionTerm);
};

const commands: Section = {
  title: 'COMMANDS',
  blocks: [],
  sections: [],
};

const environment: Section = {
  title: 'ENVIRONMENT',
  blocks: [
    terms(
      environmentTexts.map(([names, says]) => ({
        term: names.map((name) => `\`$${name}\``).join(', '),
        body: [says],
      })),
    ),
    'Programs that `notifications` name as `command` also find:',
    terms(givenToCommands.map(([name, says]) => ({ term: `\`$${name}\``, body: [says] }))),
  ],
};

const files: Section = {
  title: 'FILES',
  blocks: [
    'With the folders of the examples; the configuration names yours.',
    terms(fileTexts.map(([path, says]) => ({ term: path, body: [says] }))),
  ],
};

const diagnosticsSection: Section = {
  title: 'DIAGNOSTICS',
  blocks: [
    'What is wrong is told in one sentence on standard error, and below it what to do. With `--json` it is an object with `code`, `message`, `hint` and `problems`; the codes are:',
    terms(
      Object.entries(diagnostics).map(([code, says]) => ({ term: `\`${code}\``, body: [says] })),
    ),
    '`backupmon promote` also gives the reasons of backupmon-states(7), such as `size_differs`. Any other word is the name of an error of the system in lower case, such as `eacces`; the sentence names the path, and who needs which permission.',
  ],
};

export const programPage = (): Page => ({
  name: 'backupmon',
  number: 1,
  about: 'check, keep and report on database backups that remote agents deposit',
  synopsis: [
    globalPieces(),
    ...descriptions.map((description) => piecesOf(commandOf(description))),
  ],
  sections: [
    { title: 'DESCRIPTION', blocks: wayOfAScan },
    { ...commands, sections: descriptions.map(commandSection) },
    {
      title: 'GLOBAL OPTIONS',
      blocks: ['They may stand before the command or behind it.', terms(globalTerms())],
    },
    output,
    environment,
    files,
    {
      title: 'EXIT STATUS',
      blocks: [
        'What a command says beyond this is told with it. No other code is used, but 128 and the number of a signal that ended it.',
        exitTerms({}),
      ],
    },
    examples,
    diagnosticsSection,
    {
      title: 'SEE ALSO',
      blocks: [
        'rsync(1), sha256sum(1), systemd-creds(1), backupmon-config(5), crontab(5), systemd.timer(5), backupmon-states(7)',
      ],
    },
  ],
});
