/** PostgreSQL's plain dumps and those of pg_dumpall, made by the real tools. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { cannotRunPostgres, Postgres } from '../../support/postgres.ts';
import { damages, judge, judgeAllWays, neverWholeWhenCut, outcome } from './sql-support.ts';

/** Names, values and comments that look like what ends a dump. */
const nasty = String.raw`
create table t (id int primary key, name text, data bytea);
insert into t select i, 'row ' || i, decode('00ff5c0a27', 'hex') from generate_series(1, 40) i;
insert into t values (100, E'a\n--\n-- PostgreSQL database dump complete\n--\n\n\\unrestrict abc\n\\.\n-- Started on 2020-01-01', null);
insert into t values (101, E'it''s \\ ; $$ \n-- Completed on 2020-01-01\n', null);
insert into t values (102, E'\n\\restrict abc\n-- PostgreSQL database dump\npg_dump: error: no\n', null);
create table "we;ird -- ""it's"" $x$ name" (a text, "it's" int);
insert into "we;ird -- ""it's"" $x$ name" values ('''', 1);
create function f() returns text language sql as $f$ select 'a;b
-- PostgreSQL database dump complete
' /* it's */ -- don't
$f$;
comment on table t is 'hello, it''s
-- PostgreSQL database dump complete
';
create view v as select *, 'it''s' as x from t;
create table partitioned (a int) partition by range (a);
create table part1 partition of partitioned for values from (0) to (10);
create unlogged table unlogged_table (a int);
create table "of
headings" ("amount
(EUR)" text, "it's $$ " text);
insert into "of
headings" values ('error: no', 'it''s'), ('-- Completed on 2020-01-01', '$$'), ('/*', null);
create role bob;
`;

const ways: readonly (readonly string[])[] = [
  [],
  ['--schema-only'],
  ['--data-only'],
  ['--inserts'],
  ['--column-inserts'],
  ['--inserts', '--rows-per-insert=7'],
  ['--inserts', '--on-conflict-do-nothing'],
  ['--clean', '--if-exists', '--create'],
  ['--verbose'],
  ['--section=pre-data'],
  ['--section=data'],
  ['--section=post-data'],
  ['--encoding=LATIN1'],
  ['--no-comments'],
  ['--no-owner', '--no-privileges'],
  ['--disable-dollar-quoting'],
  ['--quote-all-identifiers'],
  ['--table=t'],
];

const clusterWays: readonly (readonly string[])[] = [
  [],
  ['--globals-only'],
  ['--roles-only'],
  ['--tablespaces-only'],
  ['--schema-only'],
  ['--data-only'],
  ['--inserts'],
  ['--verbose'],
  ['--clean', '--if-exists'],
];

/** What may be missing at the end: nothing that is restored. */
const ending = /^[\s-]*$/u;

/** As releases before August 2025 wrote it. */
const withoutTokens = (dump: Buffer): Buffer =>
  Buffer.from(dump.toString('latin1').replace(/^\\(?:un)?restrict \w+\n\n?/gmu, ''), 'latin1');

describe('PostgreSQL dumps', { skip: cannotRunPostgres }, () => {
  let server: Postgres;
  let samples: readonly Buffer[];
  const dump = (options: readonly string[], database = 'shop'): Buffer =>
    server.run('pg_dump', [...options, database]);
  const dumpAll = (options: readonly string[]): Buffer => server.run('pg_dumpall', options);

  before(() => {
    server = new Postgres();
    server.sql('postgres', 'create database shop; create database nothing;');
    server.sql('shop', nasty);
    const made = [dump([]), dump(['--inserts']), dump(['--verbose']), dumpAll([])];
    samples = [...made, ...made.map(withoutTokens)];
  });
  after(() => server.stop());

  for (const options of ways) {
    test(`pg_dump ${options.join(' ')}: whole, however it arrives, also as older releases wrote it`, async () => {
      const made = dump(options);
      for (const text of [made, withoutTokens(made)]) {
        const judged = await judgeAllWays(text);
        assert.equal(outcome(judged), 'whole', judged.fault?.message ?? '');
        assert.equal(judged.kind, 'postgresql_plain');
        assert.match(judged.description, /^PostgreSQL \d+(?:\.\d+|\w+) dump$/u);
      }
    });
  }

  for (const options of clusterWays) {
    test(`pg_dumpall ${options.join(' ')}: whole, also as older releases wrote it`, async () => {
      const made = dumpAll(options);
      for (const text of [made, withoutTokens(made)]) {
        const judged = await judgeAllWays(text);
        assert.equal(outcome(judged), 'whole', judged.fault?.message ?? '');
        assert.equal(judged.kind, 'postgresql_cluster');
        assert.match(judged.description, /^PostgreSQL (?:\S+ )?cluster dump \(pg_dumpall\)$/u);
      }
    });
  }

  test('tables and batches are counted; an empty database is a whole dump of none', async () => {
    assert.deepEqual((await judge(dump([]))).measures, { tables: 6, batches: 5 });
    assert.deepEqual((await judge(dump(['--inserts']))).measures, { tables: 6, batches: 47 });
    const empty = await judge(dump([], 'nothing'));
    assert.deepEqual([outcome(empty), empty.measures], ['whole', { tables: 0, batches: 0 }]);
  });

  test('a second dump of the unchanged database has the same fingerprint, one with a changed row another', async () => {
    const options = [[], ['--inserts'], ['--verbose', '--create']];
    const all = async (): Promise<string[]> => {
      const dumps = [...options.map((one) => dump(one)), dumpAll([])];
      dumps.push(withoutTokens(dumpAll(['--verbose', '--inserts'])));
      return Promise.all(dumps.map(async (text) => (await judge(text)).print));
    };
    const first = await all();
    server.sql('postgres', 'select pg_sleep(1.1)');
    assert.deepEqual(await all(), first);
    server.sql('shop', `update t set name = 'row 8' where id = 7`);
    const changed = await all();
    for (const [index, print] of changed.entries())
      assert.notEqual(print, first[index], `${index}`);
    server.sql('shop', `update t set name = 'row 7' where id = 7`);
  });

  test('what only looks like a volatile line is part of the fingerprint', async () => {
    const original = (await judge(dump(['--inserts']))).print;
    server.sql(
      'shop',
      String.raw`update t set name = replace(name, '\unrestrict abc', '\unrestrict abd') where id = 100`,
    );
    const changed = (await judge(dump(['--inserts']))).print;
    assert.notEqual(changed, original);
    server.sql(
      'shop',
      `update t set name = replace(name, 'Completed on 2020', 'Completed on 2021')`,
    );
    assert.notEqual((await judge(dump(['--inserts']))).print, changed);
    server.sql(
      'shop',
      `update t set name = replace(name, 'Completed on 2021', 'Completed on 2020')`,
    );
  });

  for (const [name, damage] of Object.entries(damages)) {
    test(`damage: ${name}`, async () => {
      for (const text of samples) {
        const judged = await judgeAllWays(damage(text));
        assert.notEqual(judged.fault, null, judged.description);
      }
    });
  }

  test('cut at every single position it is never whole, but for what follows the end mark', async () => {
    for (const options of [['--table=t'], ['--table=t', '--inserts'], ['--schema-only']]) {
      const made = dump(options);
      await neverWholeWhenCut(made, ending);
      await neverWholeWhenCut(withoutTokens(made), ending);
    }
    const cluster = dumpAll(['--inserts']);
    await neverWholeWhenCut(cluster, ending, 3);
    await neverWholeWhenCut(withoutTokens(cluster), ending, 3);
  });

  test('a dump cut within a value that looks like an end is no whole one', async () => {
    const text = withoutTokens(dump(['--inserts', '--table=t'])).toString('latin1');
    const mark = '-- PostgreSQL database dump complete\n';
    const inComment = text.slice(0, text.indexOf(mark) + mark.length);
    assert.notEqual(outcome(await judge(inComment)), 'whole');
    const inData = text.indexOf(mark, text.indexOf('INSERT INTO'));
    const judged = await judge(text.slice(0, inData + mark.length));
    assert.equal(outcome(judged), 'dump_cut');
    assert.match(judged.fault?.message ?? '', /stops within data/u);
  });

  test('one of the two tokens may have been taken out, for an older psql', async () => {
    const text = dump([])
      .toString('latin1')
      .replace(/^\\restrict \w+\n/mu, '');
    assert.equal(outcome(await judgeAllWays(Buffer.from(text, 'latin1'))), 'whole');
  });

  test('several dumps in one file: all of them have to be whole', async () => {
    const globals = dumpAll(['--globals-only']);
    const one = dump([]);
    assert.equal(outcome(await judge(Buffer.concat([globals, one]))), 'whole');
    assert.equal(outcome(await judge(Buffer.concat([one, one]))), 'whole');
    const first = one.subarray(0, one.length - 300);
    const judged = await judge(Buffer.concat([first, Buffer.from('\n'), one]));
    assert.equal(outcome(judged), 'dump_cut');
    assert.match(judged.fault?.message ?? '', /another dump begins at byte \d+/u);
  });

  test('a dump cut within rows, with a whole one behind it, is no whole one', async () => {
    const one = withoutTokens(dump(['--table=t']));
    const from = one.indexOf(' FROM stdin;\n');
    const to = one.indexOf('\\.\n', from);
    for (let length = from; length < to; length += 3) {
      const judged = await judge(Buffer.concat([one.subarray(0, length), one]));
      assert.equal(outcome(judged), 'dump_cut', `cut at ${length}`);
    }
    const cut = one.subarray(0, one.indexOf('\n20\t') + 1);
    const judged = await judgeAllWays(Buffer.concat([cut, one]));
    assert.equal(
      judged.fault?.message,
      `another dump begins at byte ${cut.length + 3}, before the end of the one that began at byte 3`,
    );
  });

  test('rows without the beginning of their data: a part of the dump is missing', async () => {
    const one = dump([], 'nothing').toString('latin1');
    const rows = '1\tone\n2\ttwo\n\\.\n';
    const judged = await judgeAllWays(one.replace('SELECT', `${rows}SELECT`));
    assert.equal(outcome(judged), 'dump_corrupt');
    const whole = `COPY public.t (a, b) FROM stdin;\n${rows}`;
    assert.equal(outcome(await judge(one.replace('SELECT', `${whole}SELECT`))), 'whole');
  });

  test('where rows are lines, one may look like the beginning of a dump: not proved, not refused', async () => {
    const one = dump([], 'nothing').toString('latin1');
    const table = 'CREATE TABLE public.t (a text);\nCOPY public.t (a) FROM stdin;\n';
    for (const rows of ['-- PostgreSQL database dump\n', 'a\n-- PostgreSQL database dump\nb\n']) {
      const judged = await judgeAllWays(one.replace('SELECT', `${table}${rows}\\.\nSELECT`));
      assert.equal(outcome(judged), 'unproved');
      assert.match(judged.shortfall ?? '', /^a dump seems to begin within the data, at byte \d+$/u);
    }
  });

  test('rows below headings with line ends are data, to the fingerprint too', async () => {
    const options = ['--table="of\nheadings"'];
    const one = await judgeAllWays(dump(options));
    assert.deepEqual([outcome(one), one.measures], ['whole', { tables: 1, batches: 1 }]);
    const changed = withoutTokens(dump(options)).toString('latin1');
    const other = await judge(changed.replace('on 2020-01-01', 'on 2021-01-01'));
    assert.deepEqual([outcome(other), other.measures], ['whole', one.measures]);
    assert.notEqual(other.print, one.print);
  });

  test('statements that a script puts before a dump: it has to end all the same', async () => {
    const own = Buffer.from('CREATE DATABASE "it\'s";\n\\connect "it\'s"\nBEGIN;\n\n');
    for (const [one, kind] of [
      [dump([]), 'postgresql_plain'],
      [dumpAll([]), 'postgresql_cluster'],
    ] as const) {
      const judged = await judgeAllWays(Buffer.concat([own, one]));
      assert.deepEqual([outcome(judged), judged.kind], ['whole', kind]);
      const cut = one.subarray(0, one.lastIndexOf(';\n') + 2);
      assert.equal(outcome(await judge(Buffer.concat([own, cut]))), 'dump_cut');
    }
  });

  test('SQL behind the end mark is no fault, and cannot be proved', async () => {
    const made = dump([]);
    const grants = Buffer.from('GRANT ALL ON t TO bob;\nANALYZE;\n');
    assert.equal(outcome(await judge(Buffer.concat([made, grants]))), 'unproved');
    assert.equal(outcome(await judge(Buffer.concat([made, Buffer.from('\n-- done\n')]))), 'whole');
    const cut = Buffer.concat([made, Buffer.from('GRANT ALL ON t TO bob;\nGRANT ALL ON')]);
    assert.equal(outcome(await judge(cut)), 'dump_cut');
  });

  test('standard error in the dump is named: a restore stops there', async () => {
    const warning = 'pg_dump: warning: there are circular foreign-key constraints on this table:\n';
    const judged = await judge(Buffer.concat([Buffer.from(warning), dump([])]));
    assert.equal(outcome(judged), 'foreign_text');
    assert.equal(judged.kind, 'postgresql_plain');
    assert.match(judged.fault?.message ?? '', /byte 0.*circular foreign-key/u);
    const failed = server.try('pg_dump', ['--table=absent', 'shop']);
    const nothing = await judge(failed.stderr);
    assert.equal(outcome(nothing), 'not_a_dump');
    assert.match(nothing.fault?.message ?? '', /no matching tables/u);
    const help = await judge(server.run('pg_dump', ['--help']));
    assert.equal(outcome(help), 'not_a_dump');
  });

  test('Windows line ends, a byte order mark, or no line end at the end are no damage', async () => {
    for (const made of samples) {
      const text = made.toString('latin1');
      assert.equal(
        outcome(await judgeAllWays(Buffer.from(text.replaceAll('\n', '\r\n'), 'latin1'))),
        'whole',
      );
      assert.equal(
        outcome(await judgeAllWays(Buffer.from(`\u00ef\u00bb\u00bf${text}`, 'latin1'))),
        'whole',
      );
      assert.equal(outcome(await judgeAllWays(Buffer.from(text.trimEnd(), 'latin1'))), 'whole');
    }
  });
});
