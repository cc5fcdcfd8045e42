/** What the same files cost by other means: hashing, testing, an administrator's script, and the limits of the machine. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import type { Fact } from './dump.ts';
import { isInstalled, type Form } from './forms.ts';
import type { Command } from './measure.ts';
import type { Deposited } from './world.ts';

export const cores = availableParallelism();

/** The files that all are to work on. */
export interface Load {
  /** Where a peer may put its copies: the file system is that of the files. */
  readonly folder: string;
  readonly form: Form;
  readonly files: readonly Deposited[];
}

export const isMany = ({ files }: Load): boolean => files.length > 1;

/** In the folder: a list as sha256sum writes it. */
const SUMS = 'SHA256SUMS';

export function writeSums({ folder, files }: Load): void {
  const lines = files.map(({ file, backup, compress }) => {
    const { sha256 } = compress ?? backup;
    return `${sha256}  ${path.relative(folder, file)}\n`;
  });
  writeFileSync(`${folder}/${SUMS}`, lines.join(''));
}

const list = (suffix: string): string => `find deposits -name '*${suffix}' -print0`;

/** Started in the folder of the load, where the first statement that fails ends it. */
const script = ({ folder }: Load, label: string, text: string): Command => ({
  label,
  program: 'sh',
  args: ['-ec', `cd "$0"\n${text}`, folder],
});

/** A program on all files: on several at once, where there are several. */
function onFiles(load: Load, command: string, label = command): Command {
  const spread = isMany(load) ? `xargs -P${cores} -n50 ` : '';
  return script(
    load,
    `${spread}${label}`,
    `${list(load.form.suffix)} | xargs -0 ${isMany(load) ? `-P${cores} -n50` : ''} ${command}`,
  );
}

/** (a) Only the hash, and what decompresses them alone: our own decompressor too. */
export const openssl = (load: Load): Command => onFiles(load, 'openssl dgst -sha256');
export const sha256sum = (load: Load): Command => onFiles(load, 'sha256sum');

const decompressor = path.join(import.meta.dirname, 'decompress.js');
export const ownDecompressor = (load: Load): Command =>
  onFiles(
    load,
    `'${process.execPath}' '${decompressor}' ${load.form.name}`,
    `Node's own ${load.form.name} alone`,
  );

export interface Test {
  readonly name: string;
  readonly command: Command;
}

/** Those of the tools that are installed. */
export const tests = (load: Load): Test[] =>
  load.form.tests
    .filter(([program]) => isInstalled(program))
    .map((words) => ({ name: words.join(' '), command: onFiles(load, words.join(' ')) }));

/** (b) One after the other. For many files: of each batch. */
export const sumAndTest = (load: Load, test: string): Command =>
  onFiles(load, `sh -c 'sha256sum "$@" && ${test} "$@"' sh`, `sha256sum, then ${test}`);

/** (b) Both at once. */
export const sumBesideTest = (load: Load, test: string): Command =>
  onFiles(
    load,
    `sh -c 'sha256sum "$@" & ${test} "$@" && wait "$!"' sh`,
    `sha256sum beside ${test}`,
  );

/** With a folder `copies` that is empty before, and gone afterwards. */
function withCopies(load: Load, command: Command): Command {
  const copies = `${load.folder}/copies`;
  const remove = (): void => rmSync(copies, { recursive: true, force: true });
  return {
    ...command,
    before: () => {
      remove();
      mkdirSync(copies);
    },
    after: remove,
  };
}

/** (c) What an administrator would write. */
export function administrator(load: Load): Command {
  const test = load.form.tests[0]?.join(' ');
  const { suffix } = load.form;
  const steps = ['sha256sum -c', ...(test === undefined ? [] : [test]), 'cp', 'sync', 'mv'];
  const text = `sha256sum --quiet -c ${SUMS}
${test === undefined ? '' : `${list(suffix)} | xargs -0 ${test}`}
mkdir copies/incoming
${list(suffix)} | xargs -0 cp --parents -t copies/incoming
sync
mv copies/incoming copies/validated`;
  return withCopies(load, script(load, `script: ${steps.join(', ')}`, text));
}

/** (d) A copy that survives a power failure. */
export const durableCopy = (load: Load): Command =>
  withCopies(
    load,
    script(
      load,
      'limit: cp, then fsync of each',
      `${list(load.form.suffix)} | xargs -0 cp --parents -t copies
find copies -type f -print0 | xargs -0 sync`,
    ),
  );

/** (d) SHA-256 alone. One stream of bytes keeps one core busy, however many there are. */
function hashLimit(load: Load, what: string, facts: readonly Fact[]): Command {
  const bytes = facts.reduce((sum, { size }) => sum + size, 0);
  const busy = Math.min(cores, load.files.length);
  return {
    label: `limit: openssl speed × ${busy} core${busy === 1 ? '' : 's'}, ${what}`,
    program: 'openssl',
    args: ['speed', '-evp', 'sha256', '-bytes', '1048576', '-seconds', '1'],
    instead: (output) => {
      const [, thousands = ''] = /^sha256\s+([\d.]+)k$/im.exec(output) ?? [];
      return bytes / (Number(thousands) * busy);
    },
  };
}

export function hashLimits(load: Load): Command[] {
  const { files } = load;
  const sent = files.map(({ backup, compress }) => compress ?? backup);
  const limits = [hashLimit(load, 'the files', sent)];
  if (load.form.compress !== null) {
    const content = files.map(({ backup }) => backup);
    limits.push(hashLimit(load, 'what comes out', content));
  }
  return limits;
}
