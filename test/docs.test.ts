/** What the documents show can be copied: configurations are without a fault, and links lead somewhere. */
import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { parse } from 'yaml';
import { folders, problemsOf, told } from './config/support.ts';

const root = join(import.meta.dirname, '..');
const documents = ['README.md', ...globSync('docs/*.md', { cwd: root }).toSorted()];
const textOf = (document: string): string => readFileSync(join(root, document), 'utf8');

/** Everything that has to be in a file, line by line by its key; with the names that the documents use. */
const required: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    folders
      .trimEnd()
      .split('\n')
      .map((line) => [line.replace(/:.*$/u, ''), line]),
  ),
  defaults: "defaults: { schedule: '0 20 * * *' }",
  agents: 'agents: { paris: { databases: [compta, crm] }, lyon: { databases: [shop] } }',
};

/** What is shown is a part of a file: the rest is added. */
function whole(block: string): string {
  const keys = new Set(Object.keys(parse(block) as object));
  const missing = Object.entries(required).filter(([key]) => !keys.has(key));
  return [...missing.map(([, line]) => line), block].join('\n');
}

interface Example {
  readonly document: string;
  readonly line: number;
  readonly block: string;
}

const examples = documents.flatMap((document): Example[] => {
  const text = textOf(document);
  return [...text.matchAll(/^```yaml\n(?<block>.*?)^```$/gmsu)].flatMap(({ groups, index }) => {
    const block = groups?.['block'] ?? '';
    const line = text.slice(0, index).split('\n').length;
    return /^(?:agents|notifications|maintenance|metrics):/mu.test(block)
      ? [{ document, line, block }]
      : [];
  });
});

describe('configurations in the documents', () => {
  it('are found', () => {
    const keys = new Set(examples.flatMap(({ block }) => Object.keys(parse(block) as object)));
    for (const key of ['agents', 'notifications', 'maintenance', 'metrics'])
      assert.ok(keys.has(key), key);
  });

  for (const { document, line, block } of examples)
    it(`${document}, line ${line}`, () => {
      assert.deepEqual(told(problemsOf(whole(block))), []);
    });
});

/** As GitHub makes it of a heading. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\w\s-]/gu, '')
    .replaceAll(' ', '-');

const anchorsOf = (document: string): string[] =>
  [...textOf(document).matchAll(/^#+ (?<heading>.*)$/gmu)].map(({ groups }) =>
    anchorOf(groups?.['heading'] ?? ''),
  );

describe('links in the documents', () => {
  for (const document of documents)
    it(document, () => {
      const targets = textOf(document).matchAll(
        /\]\((?<link>[^)\s]+)\)|<img src="(?<image>[^"]+)"/gu,
      );
      for (const { groups } of targets) {
        const target = groups?.['link'] ?? groups?.['image'] ?? '';
        if (/^https?:/u.test(target)) continue;
        const [path = '', anchor] = target.split('#');
        const file = path === '' ? document : join(dirname(document), path);
        assert.ok(existsSync(join(root, file)), target);
        if (anchor !== undefined) assert.ok(anchorsOf(file).includes(anchor), target);
      }
    });
});
