/** What mydumper leaves, packed with tar: whole, unfinished, and with one of its files damaged. */
import assert from 'node:assert/strict';
import { cpSync, readdirSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { ContentFact } from '../../src/core/content.ts';
import { inspector } from '../../src/intake/inspect.ts';
import { cannotRunMariaDb, MariaDb } from '../support/mariadb.ts';
import { cannotRun, tool } from '../support/real-dumps.ts';

const skip =
  [cannotRunMariaDb, cannotRun('mydumper'), cannotRun('zip')].find((reason) => reason !== false) ??
  false;
let server: MariaDb;

const versions: Readonly<Record<string, readonly string[]>> = {
  plain: [],
  compressed: ['--compress'],
  'with empty files': ['--build-empty-files'],
  'compressed, with empty files': ['--compress', '--build-empty-files'],
  'in parts': ['--rows', '100'],
  'triggers, procedures, events': ['--triggers', '--routines', '--events'],
};

before(() => {
  if (skip !== false) return;
  server = new MariaDb();
  server.sql(`create database shop; use shop;
    create table item (id int primary key, name text);
    insert into item values (1, '<html>'), (2, 'pg_dump: error');
    create table void (x int);
    create view v as select * from item;
    create trigger t before insert on item for each row set new.name = 'x';`);
  for (const [name, options] of Object.entries(versions))
    server.run('mydumper', ['-B', 'shop', '-o', join(server.folder, name), ...options]);
});
after(() => {
  if (skip === false) server.stop();
});

async function inspect(name: string, bytes: Buffer): Promise<ContentFact> {
  const place = { descriptor: null, scratch: null, program: null };
  const own = inspector({ name, limit: 2 ** 30, limitWithin: 2 ** 30, place });
  await own.push(bytes);
  return (await own.end()).fact;
}

/** The folder in a tar, after `change` was made to a copy of it. */
async function changed(version: string, change: (folder: string) => void): Promise<ContentFact> {
  const copy = join(server.folder, 'copy');
  rmSync(copy, { recursive: true, force: true });
  cpSync(join(server.folder, version), copy, { recursive: true });
  change(copy);
  return inspect('x.tar', tool('tar', ['-C', copy, '-cf', '-', '.']));
}

test('folders are whole, whatever the options of mydumper', { skip }, async () => {
  for (const version of Object.keys(versions)) {
    const { fault, assurance, kind } = await changed(version, () => undefined);
    assert.deepEqual([fault, assurance, kind], [null, 'complete', 'mydumper'], version);
  }
});

test('a run that was broken off, also in the folder of one that was not', { skip }, async () => {
  const partial = 'Started dump at: 2026-11-25 19:25:03\n';
  const cases: readonly ((folder: string) => void)[] = [
    (folder) => writeFileSync(join(folder, 'metadata'), partial),
    (folder) => writeFileSync(join(folder, 'metadata.partial'), partial),
    (folder) => {
      renameSync(join(folder, 'metadata'), join(folder, 'metadata.partial'));
      writeFileSync(join(folder, 'metadata.partial'), partial);
    },
    (folder) => rmSync(join(folder, 'metadata')),
    (folder) => truncateSync(join(folder, 'metadata'), 0),
  ];
  for (const [index, change] of cases.entries()) {
    const { fault, kind } = await changed('compressed', change);
    assert.deepEqual([fault?.reason, kind], ['dump_cut', 'mydumper'], `case ${index}`);
  }
});

test('a schema may not be empty, nor a file that should be compressed', { skip }, async () => {
  for (const name of readdirSync(join(server.folder, 'compressed'))) {
    const empty = await changed('compressed', (folder) => truncateSync(join(folder, name), 0));
    assert.equal(empty.fault?.reason, 'dump_cut', name);
  }
  const schema = await changed('compressed', (folder) =>
    writeFileSync(join(folder, 'shop.item-schema.sql.gz'), gzipSync('')),
  );
  assert.match(schema.fault?.message ?? '', /shop\.item-schema\.sql\.gz is empty$/u);
});

test('what is no SQL does not count beside a dump, but in one', { skip }, async () => {
  const log = await changed('plain', (folder) =>
    writeFileSync(join(folder, 'mydumper.log'), 'mydumper: connected\n'),
  );
  assert.equal(log.fault, null);
  const error = await changed('plain', (folder) =>
    writeFileSync(join(folder, 'shop.item.sql'), 'mydumper: lost connection\n'),
  );
  assert.notEqual(error.fault, null);
});

test('parts that were not looked into are not proved, nor are they missing', { skip }, async () => {
  const folder = join(server.folder, 'compressed');
  const cases = {
    'compression method 12': 'zip -qr -Z bzip2 - . | cat',
    encrypted: 'zip -qr -P secret - .',
    'the parts encrypted':
      'rm -f ../x.zip; zip -q ../x.zip metadata; zip -qr -P secret ../x.zip . -x metadata; cat ../x.zip',
  };
  for (const [name, command] of Object.entries(cases)) {
    const zipped = tool('sh', ['-c', `cd "$0" && ${command}`, folder]);
    const { fault, assurance, shortfall } = await inspect('x.zip', zipped);
    assert.deepEqual([fault, assurance], [null, 'readable'], name);
    assert.match(shortfall ?? '', /encrypted|compression method 12/u);
  }
});
