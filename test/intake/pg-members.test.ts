/** What pg_dump -Fd leaves, packed with tar: whole, and with one of its files damaged, whatever the files look like. */
import assert from 'node:assert/strict';
import {
  cpSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { ContentFact } from '../../src/core/content.ts';
import { inspector } from '../../src/intake/inspect.ts';
import { cannotRunPostgres, Postgres } from '../support/postgres.ts';
import { cannotRun, tool } from '../support/real-dumps.ts';

const skip = [cannotRunPostgres, cannotRun('zip')].find((reason) => reason !== false) ?? false;
let server: Postgres;

const versions = ['compressed', 'plain'] as const;
type Version = (typeof versions)[number];

/** Large objects that look like what they are not, or are damaged by themselves. */
const strange = ['1f8b0800ffff00', '504b0304ffff', '504744', 'ffd8ff00', '', '3c68746d6c3e'];

before(() => {
  if (skip !== false) return;
  server = new Postgres();
  server.sql('postgres', 'create database shop');
  server.sql(
    'shop',
    `create table item (id int, name text);
    insert into item select i, 'name ' || i from generate_series(1, 2000) i;
    create table void (x int);
    ${strange.map((hex) => `select lo_from_bytea(0, decode('${hex}', 'hex'));`).join('\n')}`,
  );
  const level = { compressed: '-Z6', plain: '-Z0' };
  for (const version of versions)
    server.run('pg_dump', ['-Fd', level[version], '-f', join(server.folder, version), 'shop']);
});
after(() => {
  if (skip === false) server.stop();
});

async function inspect(bytes: Buffer, name = 'x.tar'): Promise<ContentFact> {
  const place = { descriptor: null, scratch: null, program: null };
  const own = inspector({ name, limit: 2 ** 30, limitWithin: 2 ** 30, place });
  for (let at = 0; at < bytes.length; at += 5000) await own.push(bytes.subarray(at, at + 5000));
  return (await own.end()).fact;
}

/** The folder in a tar, after `change` was made to a copy of it. */
async function changed(version: Version, change: (folder: string) => void): Promise<ContentFact> {
  const copy = join(server.folder, 'copy');
  rmSync(copy, { recursive: true, force: true });
  cpSync(join(server.folder, version), copy, { recursive: true });
  change(copy);
  return inspect(tool('tar', ['-C', copy, '-cf', '-', '.']));
}

const filesOf = (version: Version): string[] => readdirSync(join(server.folder, version));

/** The file of the table that has rows, and that which has none. */
const rowsOf = (version: Version): string => {
  const size = (name: string): number => statSync(join(server.folder, version, name)).size;
  const rows = filesOf(version).filter((name) => /^\d/u.test(name));
  return rows.toSorted((one, other) => size(other) - size(one))[0] ?? '';
};

test('large objects may be anything, also half a gzip stream', { skip }, async () => {
  for (const version of versions) {
    const { fault, assurance, kind, measures } = await changed(version, () => undefined);
    assert.deepEqual([fault, assurance, kind], [null, 'complete', 'postgresql_directory']);
    assert.deepEqual(measures, { tables: 2, batches: 3 });
  }
});

test('no file may be missing or empty', { skip }, async () => {
  for (const version of versions)
    for (const name of filesOf(version)) {
      const missing = await changed(version, (folder) => rmSync(join(folder, name)));
      assert.equal(missing.fault?.reason, 'dump_cut', name);
      assert.match(
        missing.fault.message,
        new RegExp(`^${name.replace('.gz', '')} is missing`, 'u'),
      );
      if (version === 'plain' && name.startsWith('blob_')) continue;
      const empty = await changed(version, (folder) => truncateSync(join(folder, name), 0));
      assert.notEqual(empty.fault, null, `${name} is empty`);
    }
});

test('a file whose name says that it is compressed is', { skip }, async () => {
  for (const name of filesOf('compressed').filter((one) => one.endsWith('.gz'))) {
    const other = await changed('compressed', (folder) =>
      writeFileSync(join(folder, name), 'something else\n'),
    );
    assert.equal(other.fault?.reason, 'stream_corrupt', name);
  }
});

test(
  'rows that end in the middle are seen, also where they were cut before they were compressed',
  {
    skip,
  },
  async () => {
    const rows = readFileSync(join(server.folder, 'plain', rowsOf('plain')));
    const cut = rows.subarray(0, rows.length >> 1);
    const bare = await changed('plain', (folder) =>
      writeFileSync(join(folder, rowsOf('plain')), cut),
    );
    const packed = await changed('compressed', (folder) =>
      writeFileSync(join(folder, rowsOf('compressed')), gzipSync(cut)),
    );
    for (const { fault } of [bare, packed]) {
      assert.equal(fault?.reason, 'dump_cut');
      assert.match(fault.message, /does not end as the rows of a table do$/u);
    }
  },
);

test('without its table of contents a dump is broken off', { skip }, async () => {
  const other = await changed('compressed', (folder) =>
    writeFileSync(join(folder, 'toc.dat'), 'something else\n'),
  );
  assert.match(other.fault?.message ?? '', /^toc\.dat is no table of contents/u);
});

test(
  'a log or the roles beside it do not count, unless they are damaged dumps',
  { skip },
  async () => {
    const log = await changed('compressed', (folder) =>
      writeFileSync(join(folder, 'dump.log'), 'pg_dump: reading extensions\n'),
    );
    assert.deepEqual([log.fault, log.assurance], [null, 'readable']);
    const globals = await changed('compressed', (folder) =>
      writeFileSync(join(folder, 'globals.sql'), '--\n-- PostgreSQL database cluster dump\n--\n\n'),
    );
    assert.match(globals.fault?.message ?? '', /^\.\/globals\.sql: /u);
  },
);

test('a number and .dat are no sign of PostgreSQL', { skip }, async () => {
  const copy = join(server.folder, 'copy');
  rmSync(copy, { recursive: true, force: true });
  cpSync(join(server.folder, 'plain', rowsOf('plain')), join(copy, '1.dat'));
  writeFileSync(join(copy, '1.dat'), 'half a li');
  const fact = await inspect(tool('tar', ['-C', copy, '-cf', '-', '.']));
  assert.deepEqual([fact.fault, fact.assurance, fact.kind], [null, 'readable', 'tar']);
});

test('files that were not looked into are not proved, nor are they missing', { skip }, async () => {
  const commands = [
    'zip -qr -Z bzip2 - .',
    'zip -qr -P secret - .',
    'rm -f ../x.zip; zip -q ../x.zip toc.dat; zip -qr -P secret ../x.zip . -x toc.dat; cat ../x.zip',
    'rm -f ../x.zip; zip -qr ../x.zip . -x toc.dat; zip -q -P secret ../x.zip toc.dat; cat ../x.zip',
  ];
  for (const version of versions)
    for (const command of commands) {
      const folder = join(server.folder, version);
      const fact = await inspect(tool('sh', ['-c', `cd "$0" && ${command}`, folder]), 'x.zip');
      assert.deepEqual([fact.fault, fact.assurance], [null, 'readable'], `${version}: ${command}`);
    }
});
