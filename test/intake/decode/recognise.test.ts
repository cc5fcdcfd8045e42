/** What a content begins with, and what its name claims. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  claimedCompression,
  compressionOf,
  suffixOf,
  withoutSuffix,
} from '../../../src/intake/decode/recognise.ts';
import { dumpText, lacking, variants } from './streams.ts';

for (const variant of variants) {
  test(`${variant.name} is recognised`, { skip: lacking(variant.tools) }, () => {
    const name = variant.compression === 'brotli' ? 'a.sql.br' : 'a.sql';
    const head = variant.make(dumpText(3000)).subarray(0, 4096);
    assert.equal(compressionOf(head, name), variant.compression);
  });
}

test('brotli is believed by its name only where the bytes say nothing else', () => {
  assert.equal(compressionOf(Buffer.from('whatever'), 'a.br'), 'brotli');
  assert.equal(compressionOf(Buffer.from('whatever'), 'a.sql'), null);
  assert.equal(compressionOf(Buffer.from('1f8b0800', 'hex'), 'a.br'), 'gzip');
});

test('skippable frames leave it to what follows them, or to the name', () => {
  const skippable = Buffer.from('502a4d1803000000616263', 'hex');
  const zstd = Buffer.concat([skippable, skippable, Buffer.from('28b52ffd', 'hex')]);
  const lz4 = Buffer.concat([skippable, Buffer.from('04224d18', 'hex')]);
  const long = Buffer.from('5f2a4d18ffffffff616263', 'hex');
  assert.equal(compressionOf(zstd, 'a.lz4'), 'zstd');
  assert.equal(compressionOf(lz4, 'a.zst'), 'lz4');
  assert.equal(compressionOf(long, 'a.lz4'), 'lz4');
  assert.equal(compressionOf(long, 'a'), 'zstd');
  assert.equal(compressionOf(Buffer.concat([skippable, Buffer.from('text')]), 'a'), null);
});

test('what is no compression is not taken for one', () => {
  const heads = ['', '\u001f', 'BZh', 'BZh0', 'BZhx', '-- PostgreSQL', 'PGDMP', 'PK\u0003\u0004'];
  for (const head of heads) assert.equal(compressionOf(Buffer.from(head, 'latin1'), 'a.gz'), null);
  assert.equal(compressionOf(Buffer.from('1f8b07', 'hex'), 'a.gz'), null);
});

test('suffixes', () => {
  const table: [name: string, suffix: string, without: string, claimed: string | null][] = [
    ['a.sql.gz', '.gz', 'a.sql', 'gzip'],
    ['A.SQL.GZ', '.GZ', 'A.SQL', 'gzip'],
    ['a.tgz', '.tgz', 'a.tar', 'gzip'],
    ['a.tar.zst', '.zst', 'a.tar', 'zstd'],
    ['a.tzst', '.tzst', 'a.tar', 'zstd'],
    ['a.zstd', '.zstd', 'a', 'zstd'],
    ['a.txz', '.txz', 'a.tar', 'xz'],
    ['a.xz', '.xz', 'a', 'xz'],
    ['a.tbz2', '.tbz2', 'a.tar', 'bzip2'],
    ['a.dump.bz2', '.bz2', 'a.dump', 'bzip2'],
    ['a.lz4', '.lz4', 'a', 'lz4'],
    ['a.br', '.br', 'a', 'brotli'],
    ['a.sql', '', 'a.sql', null],
    ['.gz', '', '.gz', null],
    ['gz', '', 'gz', null],
    ['', '', '', null],
    ['a.gz.1', '', 'a.gz.1', null],
  ];
  for (const [name, suffix, without, claimed] of table) {
    assert.deepEqual(
      [suffixOf(name), withoutSuffix(name), claimedCompression(name)],
      [suffix, without, claimed],
      name,
    );
  }
});
