/** The copyright file of the Debian package: nothing that is bundled is forgotten, whatever is added to the program. */
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { readFileSync } from 'node:fs';
import { copyrightFile } from '../../scripts/deb/licences/copyright.ts';
import { bundledPackages } from '../../scripts/deb/licences/packages.ts';
import {
  folded,
  grantOf,
  holdersIn,
  isApache,
  withReferences,
} from '../../scripts/deb/licences/text.ts';

const expat = readFileSync('LICENSE', 'utf8');
const apache = `                 Apache License
           Version 2.0, January 2004
        http://www.apache.org/licenses/

1. Definitions. …

END OF TERMS AND CONDITIONS

APPENDIX: How to apply the Apache License to your work.

Copyright 2025 Somebody

See the License for the specific language governing permissions and
limitations under the License.`;

describe('texts of licences', () => {
  it('tell whose it is', () => {
    assert.deepEqual(holdersIn(expat), ['(c) 2026 backupmon contributors']);
    assert.deepEqual(holdersIn('// Copyright 2016 The Chromium Authors.'), [
      '2016 The Chromium Authors.',
    ]);
    assert.deepEqual(
      holdersIn('COPYRIGHT AND PERMISSION NOTICE\nthe above\ncopyright notice\nCopyright notices'),
      [],
    );
  });

  it('are the same where only names, quotes and line breaks differ', () => {
    const other = expat
      .replace('Copyright (c) 2026 backupmon contributors', '**Copyright © Somebody Else**')
      .replace('MIT License', 'The MIT License (MIT)')
      .replaceAll('"', '“')
      .replaceAll('\n', '\n ');
    assert.equal(grantOf(other), grantOf(expat));
    assert.notEqual(grantOf(expat.replace('without restriction', '')), grantOf(expat));
  });

  it('are not repeated where every system has them, and lose nothing else', () => {
    assert.match(withReferences(apache), /^Licensed under .*common-licenses\/Apache-2\.0\.$/u);
    assert.equal(isApache(apache), true);
    assert.equal(isApache(`${apache}\n\nNot on Sundays.`), false);
    assert.match(withReferences(`${apache}\n\nNot on Sundays.`), /\n\nNot on Sundays\.$/u);
    assert.equal(withReferences(expat), expat);
  });

  it('are folded as Debian writes them', () => {
    assert.equal(folded('\na\n\n\n\tb  \n'), ' a\n .\n     b');
  });
});

describe('the copyright file', () => {
  let text: string;
  let stanzas: string[];
  before(async () => {
    text = await copyrightFile();
    stanzas = text.split('\n\n');
  });

  it('names every package that the program depends on, and none that only we do', async () => {
    const { dependencies, devDependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as {
      dependencies: Record<string, string>;
      devDependencies: Record<string, string>;
    };
    const names = (await bundledPackages()).map(({ files }) => files.slice(13, -2));
    for (const name of Object.keys(dependencies)) assert.ok(names.includes(name), name);
    for (const name of Object.keys(devDependencies)) assert.ok(!names.includes(name), name);
    for (const name of names)
      assert.match(text, new RegExp(`^Files: node_modules/${name}/\\*$`, 'mu'));
  });

  it('names what is in Node, and not what only comes along with it', () => {
    for (const place of ['deps/v8', 'deps/openssl', 'deps/icu-small', 'deps/zlib', 'deps/sqlite'])
      assert.match(text, new RegExp(` node/${place}/\\*$`, 'mu'));
    assert.doesNotMatch(text, /node\/(?:deps\/npm|tools|test)\b/u);
  });

  it('has a holder and a text for each', () => {
    for (const stanza of stanzas.filter((one) => one.startsWith('Files: '))) {
      assert.match(stanza, /^Copyright: \S/mu);
      const name = /^License: (.+)$/mu.exec(stanza)?.[1] ?? '';
      assert.equal(stanzas.filter((one) => one.startsWith(`License: ${name}\n `)).length, 1, name);
    }
  });

  it('has no line that would end a stanza too early', () => {
    for (const stanza of stanzas)
      for (const line of stanza.trimEnd().split('\n'))
        assert.match(line, /^(?:[A-Z][A-Za-z-]*:(?: \S|$)| \S| {2,}\S)/u);
  });
});
