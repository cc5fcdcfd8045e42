/** Dumps of MySQL and MariaDB: made by the real tool where it is there, and as other versions write them. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { cannotRunMariaDb, MariaDb } from '../../support/mariadb.ts';
import { damages, judge, judgeAllWays, neverWholeWhenCut, outcome } from './sql-support.ts';

/** Names, values and bodies that look like what ends a dump, and bytes that are no text. */
const nasty = String.raw`
create database shop; create database other; create database nothing;
use shop;
create table t (id int primary key, name text, data blob, flag bit(1));
insert into t select seq, concat('row ', seq), unhex('00ff5c0a0d1a27'), 1 from seq_1_to_40;
insert into t values (100, 'a\n\n-- Dump completed on 2020-01-01 10:00:00\n', x'0a', 0);
insert into t values (101, 'it''s \\ ; \nDELIMITER ;;\n/*!40111 SET SQL_NOTES=@OLD_SQL_NOTES */;\n', null, null);
create table described (a int) comment 'x;y\n-- Dump completed on 2020-01-01 10:00:00\n';
create view v as select *, 'it''s' as x from t;
delimiter //
create trigger tr before insert on t for each row begin
  set new.name = 'x;y';
-- Dump completed on 2020-01-01 10:00:00
end//
create procedure p() begin
/* mysqldump: Error 2013: not really
-- MariaDB dump 10.19  Distrib 10.11.0-MariaDB
*/
insert into t values (1, 'it''s', null, null);
end//
create event e on schedule every 1 day do begin select 1; end//
delimiter ;
use other; create table one (a int); insert into one values (1);
`;

/** Options, and whether such a dump can be proved whole. */
const ways: readonly (readonly [proved: boolean, ...options: string[]])[] = [
  [true, 'shop'],
  [true, '--databases', 'shop', 'other'],
  [true, '--all-databases'],
  [true, '--no-data', 'shop'],
  [true, '--no-create-info', 'shop'],
  [true, '--routines', '--events', '--triggers', 'shop'],
  [true, '--hex-blob', 'shop'],
  [true, '--skip-dump-date', 'shop'],
  [true, '--extended-insert=FALSE', 'shop'],
  [true, '--replace', 'shop'],
  [true, '--insert-ignore', '--complete-insert', 'shop'],
  [true, '--skip-opt', 'shop'],
  [true, '--compatible=ansi', 'shop'],
  [true, '--single-transaction', '--quick', '--default-character-set=latin1', 'shop'],
  [true, '--system=users'],
  [true, 'shop', 't'],
  [true, 'nothing'],
  [true, '--skip-comments', 'shop'],
  [true, '--skip-comments', '--routines', '--databases', 'shop', 'other'],
  [true, '--skip-comments', '--skip-opt', '--skip-tz-utc', 'shop'],
  [true, '--skip-comments', 'nothing'],
  [false, '--compact', 'shop'],
  [false, '--compact', '--routines', '--databases', 'shop', 'other'],
  [false, '--compact', '--no-create-info', 'shop', 't'],
  [false, '--compact', 'nothing'],
];

describe('MariaDB dumps', { skip: cannotRunMariaDb }, () => {
  let server: MariaDb;
  let samples: readonly Buffer[];

  before(() => {
    server = new MariaDb();
    server.sql(nasty);
    samples = [
      ['--routines', 'shop'],
      ['--databases', 'shop', 'other'],
      ['--skip-comments', 'shop'],
      ['--compact', 'shop'],
      ['--extended-insert=FALSE', 'shop'],
    ].map((options) => server.dump(...options));
  });
  after(() => server.stop());

  for (const [proved, ...options] of ways) {
    test(`mariadb-dump ${options.join(' ')}: ${proved ? 'whole' : 'not proved'}, however it arrives`, async () => {
      const judged = await judgeAllWays(server.dump(...options));
      assert.equal(outcome(judged), proved ? 'whole' : 'unproved', judged.fault?.message ?? '');
      assert.equal(judged.kind, 'mysql');
      const bare = options.some((option) => /^--(?:skip-comments|compact)$/u.test(option));
      assert.match(judged.description, bare ? /^MariaDB dump$/u : /^MariaDB \d+\.\d+\.\d+ dump$/u);
      if (!proved) assert.match(judged.shortfall ?? '', /made with --compact/u);
    });
  }

  test('tables and batches are counted, not what stands in routines; an empty database is a whole dump of none', async () => {
    const shop = await judge(server.dump('--routines', 'shop'));
    assert.deepEqual(shop.measures, { tables: 2, batches: 1 });
    const rows = await judge(server.dump('--routines', '--skip-extended-insert', 'shop'));
    assert.deepEqual(rows.measures, { tables: 2, batches: 42 });
    const bare = await judge(server.dump('--compact', '--no-create-info', 'shop', 't'));
    assert.deepEqual(bare.measures, { tables: 0, batches: 1 });
    const nothing = await judge(server.dump('nothing'));
    assert.deepEqual([outcome(nothing), nothing.measures], ['whole', { tables: 0, batches: 0 }]);
  });

  test('a second dump of the unchanged databases has the same fingerprint, one with a changed row another', async () => {
    const all = async (): Promise<string[]> => {
      const dumps = [
        ['shop'],
        ['--databases', 'shop', 'other'],
        ['--all-databases'],
        ['--skip-comments', 'shop'],
        ['--compact', 'shop'],
        ['--routines', 'shop'],
      ].map((options) => server.dump(...options));
      // As a loop over the databases makes it.
      dumps.push(Buffer.concat([server.dump('shop'), server.dump('other'), server.dump('shop')]));
      return Promise.all(dumps.map(async (text) => (await judge(text)).print));
    };
    const first = await all();
    server.sql('select sleep(1.1)');
    assert.deepEqual(await all(), first);
    server.sql(`update t set name = 'row 8' where id = 7`, 'shop');
    for (const [index, print] of (await all()).entries())
      assert.notEqual(print, first[index], `${index}`);
    server.sql(`update t set name = 'row 7' where id = 7`, 'shop');
    const dated = await judge(server.dump('shop'));
    const undated = await judge(server.dump('--skip-dump-date', 'shop'));
    assert.equal(dated.print, undated.print);
  });

  for (const [name, damage] of Object.entries(damages)) {
    test(`damage: ${name}`, async () => {
      for (const text of samples) {
        const judged = await judgeAllWays(damage(text));
        if (judged.shortfall === null) assert.notEqual(judged.fault, null, judged.description);
        // Where nothing marks the end, a cut between two statements cannot be seen, nor what follows.
        else assert.match(judged.shortfall, /made with --compact/u);
      }
    });
  }

  test('cut at every single position it is never whole, but for the time in the end mark', async () => {
    const date = /^(?:[\s\d:-]*|on [\s\d:-]*)$/u;
    for (const options of [
      ['--routines', 'shop'],
      ['--skip-comments', '--routines', 'shop'],
      ['--skip-opt', 'shop'],
      ['--compact', 'shop'],
    ])
      await neverWholeWhenCut(server.dump(...options), date, 3);
  });

  test('cut within a statement, also one made with --compact is refused', async () => {
    const text = server.dump('--compact', '--routines', 'shop');
    for (const word of [
      '(20,',
      'CREATE TABLE `t` (\n',
      'DELIMITER ;;\n',
      "set new.name = 'x;y';\n",
    ]) {
      const cut = text.subarray(0, text.indexOf(word) + word.length);
      assert.equal(outcome(await judge(cut)), 'dump_cut', word);
    }
  });

  test('several dumps in one file: all of them have to be whole', async () => {
    for (const options of [['shop'], ['--skip-comments', 'shop']]) {
      const one = server.dump(...options);
      assert.equal(outcome(await judgeAllWays(Buffer.concat([one, one]))), 'whole');
      const cut = one.subarray(0, one.indexOf('(20,'));
      const judged = await judge(Buffer.concat([cut, Buffer.from('\n'), one]));
      assert.equal(outcome(judged), 'dump_cut');
      assert.match(judged.fault?.message ?? '', /another dump begins at byte \d+/u);
    }
  });

  test('a cut dump and a whole one behind it, without a line end between them', async () => {
    const first = Buffer.from('@OLD_CHARACTER_SET_CLIENT */;\n');
    for (const options of [['shop'], ['--skip-comments', 'shop']]) {
      const sandboxed = server.dump(...options);
      // As MySQL, and MariaDB before May 2024, begin it.
      const one = sandboxed.subarray(sandboxed.indexOf('\n') + 1);
      for (let length = one.indexOf('SET NAMES'); length < one.lastIndexOf(first); length += 5) {
        const judged = await judge(Buffer.concat([one.subarray(0, length), one]));
        assert.equal(outcome(judged), 'dump_cut', `cut at ${length}`);
      }
    }
  });

  test('SQL behind the end mark is no fault, and cannot be proved', async () => {
    for (const one of [server.dump('shop'), server.dump('--skip-comments', 'shop')]) {
      const grants = Buffer.from('GRANT ALL ON shop.* TO bob;\nFLUSH PRIVILEGES;\n');
      assert.equal(outcome(await judge(Buffer.concat([one, grants]))), 'unproved');
      const comment = Buffer.from('-- Disconnecting from localhost...\n');
      assert.equal(outcome(await judge(Buffer.concat([one, comment]))), 'whole');
      const cut = Buffer.from('GRANT ALL ON shop.* TO bob;\nGRANT ALL ON');
      assert.equal(outcome(await judge(Buffer.concat([one, cut]))), 'dump_cut');
    }
  });

  test('standard error in the dump is named: a restore stops there', async () => {
    const one = server.dump('shop');
    const warning =
      'mysqldump: [Warning] Using a password on the command line interface can be insecure.\n';
    const ahead = await judgeAllWays(Buffer.concat([Buffer.from(warning), one]));
    assert.deepEqual([outcome(ahead), ahead.kind], ['foreign_text', 'mysql']);
    assert.match(ahead.fault?.message ?? '', /byte 0.*Using a password/u);
    const lost =
      'mysqldump: Error 2013: Lost connection to server during query when dumping table `t` at row: 7\n';
    const half = one.subarray(0, one.indexOf('(20,'));
    const behind = await judgeAllWays(Buffer.concat([half, Buffer.from(lost)]));
    assert.equal(outcome(behind), 'foreign_text');
    assert.match(behind.fault?.message ?? '', /Lost connection/u);
  });

  test('what the tool says when it makes no dump is no dump', async () => {
    for (const options of [['absent'], ['--no-such-option'], ['shop', 'absent']]) {
      const { stdout, stderr, code } = server.try('mariadb-dump', options);
      assert.notEqual(code, 0);
      const judged = await judge(Buffer.concat([Buffer.from(stderr), stdout]));
      assert.notEqual(judged.fault, null, stderr);
      assert.equal(outcome(await judge(stderr)), 'not_a_dump', stderr);
    }
    for (const options of [[], ['--help'], ['--version']]) {
      const { stdout, stderr } = server.try('mariadb-dump', options);
      const said = `${stderr}${stdout.toString()}`;
      assert.equal(outcome(await judge(said)), 'not_a_dump', said.slice(0, 100));
    }
  });

  test('Windows line ends, a byte order mark, or no line end at the end are no damage', async () => {
    for (const made of [server.dump('shop'), server.dump('--skip-comments', 'shop')]) {
      const text = made.toString('latin1');
      for (const other of [
        text.replaceAll('\n', '\r\n'),
        `\u00ef\u00bb\u00bf${text}`,
        text.trimEnd(),
      ])
        assert.equal(outcome(await judgeAllWays(Buffer.from(other, 'latin1'))), 'whole');
    }
  });
});

const head = (first: string): string =>
  `${first}\n--\n-- Host: localhost    Database: shop\n-- Server version\t`;
const comment = '-- ------------------------------------------------------\n';
const saved = `/*!40101 SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='' */;\n/*!40111 SET @OLD_SQL_NOTES=@@SQL_NOTES, SQL_NOTES=0 */;\n`;
const restored = `/*!40101 SET SQL_MODE=@OLD_SQL_MODE */;\n/*!40111 SET SQL_NOTES=@OLD_SQL_NOTES */;\n`;
const body = "CREATE TABLE `t` (\n  `a` int\n);\nINSERT INTO `t` VALUES (1,'it\\'s'),(2,'x');\n";
const completed = '\n-- Dump completed on 2026-01-01  4:51:06\n';

/** Written by hand after dumps of other versions. */
const versions: Readonly<
  Record<string, readonly [text: string, outcome: string, description: string]>
> = {
  'MySQL 8': [
    `${head('-- MySQL dump 10.13  Distrib 8.0.36, for Linux (x86_64)')}8.0.36-28\n\n${saved}${body}` +
      `SET @@SESSION.SQL_LOG_BIN = @MYSQLDUMP_TEMP_LOG_BIN;\n${restored}${completed}`,
    'whole',
    'MySQL 8.0.36 dump',
  ],
  'MariaDB 11': [
    `/*M!999999\\- enable the sandbox mode */ \n${head('-- MariaDB dump 10.19-11.7.2-MariaDB, for Linux (x86_64)')}11.7.2-MariaDB\n\n` +
      `${saved}/*M!100616 SET @OLD_NOTE_VERBOSITY=@@NOTE_VERBOSITY, NOTE_VERBOSITY=0 */;\n${body}` +
      `${restored}/*M!100616 SET NOTE_VERBOSITY=@OLD_NOTE_VERBOSITY */;\n${completed}`,
    'whole',
    'MariaDB 11.7.2 dump',
  ],
  'MariaDB 10.1, which calls itself MySQL, with the first sandbox line': [
    `/*!999999\\- enable the sandbox mode */\n${head('-- MySQL dump 10.16  Distrib 10.1.48-MariaDB')}10.1.48-MariaDB\n${saved}${body}${restored}${completed}`,
    'whole',
    'MariaDB 10.1.48 dump',
  ],
  'MySQL 4.1, without a comment at the end': [
    `${head('-- MySQL dump 10.9')}4.1.22\n${saved}${body}${restored}\n`,
    'whole',
    'MySQL 4.1.22 dump',
  ],
  'MySQL 4.0, without any mark at the end': [
    `${head('-- MySQL dump 9.11')}4.0.26\n${body}`,
    'unproved',
    'MySQL 4.0.26 dump',
  ],
  'without comments': [`\n${saved}${body}${restored}`, 'whole', 'MySQL or MariaDB dump'],
  'without comments, by HeidiSQL': [
    saved + body + restored.replace('=@OLD_SQL_NOTES', '=IFNULL(@OLD_SQL_NOTES, 1)'),
    'whole',
    'MySQL or MariaDB dump',
  ],
  'without the comment at the end, as some take it out': [
    `${head('-- MySQL dump 10.13')}8.0.36\n${comment}${saved}${body}${restored}`,
    'unproved',
    'MySQL 8.0.36 dump',
  ],
  'with a comment of its maker first': [
    `-- made by backup.sh\n\n${head('-- MySQL dump 10.13')}8.0.36\n${saved}${body}${restored}${completed}`,
    'whole',
    'MySQL 8.0.36 dump',
  ],
};

for (const [name, [text, expected, description]] of Object.entries(versions)) {
  test(`as other versions write it: ${name}`, async () => {
    const judged = await judgeAllWays(text);
    assert.equal(outcome(judged), expected, judged.fault?.message ?? judged.shortfall ?? '');
    assert.deepEqual([judged.kind, judged.description], ['mysql', description]);
    assert.deepEqual(judged.measures, { tables: 1, batches: 1 });
  });
}

test('a dump that says itself that something is missing has failed', async () => {
  const [whole] = versions['MySQL 8'] ?? [''];
  const text = whole.replace(
    'SET @@SESSION',
    '\n-- insufficient privileges to SHOW CREATE PROCEDURE `p`\n\nSET @@SESSION',
  );
  const judged = await judgeAllWays(text);
  assert.equal(outcome(judged), 'dump_failed');
  assert.match(judged.fault?.message ?? '', /SHOW CREATE PROCEDURE/u);
});

test('statements that a script puts before a dump: it has to end all the same', async () => {
  const [whole] = versions['MySQL 8'] ?? [''];
  const own = 'CREATE DATABASE IF NOT EXISTS shop;\nUSE shop;\nSET FOREIGN_KEY_CHECKS=0;\n';
  const judged = await judgeAllWays(own + whole);
  assert.deepEqual(
    [outcome(judged), judged.description, judged.measures],
    ['whole', 'MySQL 8.0.36 dump', { tables: 1, batches: 1 }],
  );
  const cut = whole.slice(0, whole.indexOf('SET @@SESSION'));
  assert.equal(outcome(await judge(own + cut)), 'dump_cut');
  const twice = await judge(`${own}${whole}${own}${whole}`);
  assert.equal(outcome(twice), 'whole');
});

test('a prompt that came into the file is named', async () => {
  const [whole] = versions['MySQL 8'] ?? [''];
  const judged = await judgeAllWays(`Enter password: \n${whole}`);
  assert.equal(outcome(judged), 'foreign_text');
});

test('a dump cut within its first statement, with a whole one behind it', async () => {
  const [whole] = versions['MySQL 8'] ?? [''];
  const cut = whole.slice(0, whole.indexOf('@OLD_SQL_MODE'));
  assert.equal(outcome(await judgeAllWays(`${cut}\n${whole}`)), 'dump_cut');
});

test('a dump cut within a routine, with a whole one behind it', async () => {
  const [whole] = versions['MySQL 8'] ?? [''];
  const cut = `${whole.slice(0, whole.indexOf('INSERT'))}DELIMITER ;;\nCREATE PROCEDURE p() BEGIN\n`;
  assert.equal(outcome(await judgeAllWays(cut + whole)), 'dump_cut');
});
