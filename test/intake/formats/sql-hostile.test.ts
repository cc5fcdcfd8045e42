/** Contents made to hurt: bounded memory and time, no exception, and the same finding however they arrive. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { broken, judge, judgeAllWays, outcome } from './sql-support.ts';

const mebi = 1024 * 1024;
const pgHead =
  '--\n-- PostgreSQL database dump\n--\n\n\\restrict AbC123\n\n-- Dumped from database version 17.6\n\nSET x = 1;\n';
const pgEnd = '\n--\n-- PostgreSQL database dump complete\n--\n\n\\unrestrict AbC123\n\n';
const myHead =
  '-- MySQL dump 10.13  Distrib 8.0.36, for Linux (x86_64)\n--\n-- Server version\t8.0.36\n\n' +
  '/*!40111 SET @OLD_SQL_NOTES=@@SQL_NOTES, SQL_NOTES=0 */;\n';
const myEnd =
  '/*!40111 SET SQL_NOTES=@OLD_SQL_NOTES */;\n\n-- Dump completed on 2026-01-01 10:00:00\n';
const liteHead = 'PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\n';
const liteEnd = 'COMMIT;\n';

/** Runs `work`, which may neither take much memory nor long. */
async function bounded(work: () => Promise<void>): Promise<void> {
  const before = process.memoryUsage().rss;
  await work();
  assert.ok(process.memoryUsage().rss - before < 700 * mebi);
}

const wholes: Readonly<Record<string, (long: string) => string>> = {
  'pg, a line of INSERT': (long) => `${pgHead}INSERT INTO t VALUES ('${long}');\n${pgEnd}`,
  'pg, a line of COPY': (long) => `${pgHead}COPY t (a) FROM stdin;\n${long}\n\\.\n${pgEnd}`,
  'pg, a comment': (long) => `${pgHead}-- ${long}\n${pgEnd}`,
  'pg, a dollar quote': (long) => `${pgHead}CREATE FUNCTION f() AS $x$${long}\n$x$;\n${pgEnd}`,
  'pg, names of columns': (long) =>
    `${pgHead}COPY t (${long.slice(0, 200_000)}) FROM stdin;\n'\n\\.\n${pgEnd}`,
  'mysql, a line of INSERT': (long) => `${myHead}INSERT INTO \`t\` VALUES ('${long}');\n${myEnd}`,
  'mysql, a comment': (long) => `${myHead}-- ${long}\n${myEnd}`,
  'sqlite, a line of INSERT': (long) => `${liteHead}INSERT INTO t VALUES('${long}');\n${liteEnd}`,
};

for (const [name, make] of Object.entries(wholes)) {
  test(`a line of 50 MiB: ${name}`, async () => {
    await bounded(async () => {
      const text = make('x'.repeat(50 * mebi));
      assert.equal(outcome(await judge(text, 65_536)), 'whole');
    });
    const short = make('y'.repeat(3000));
    assert.equal(outcome(await judgeAllWays(short)), 'whole');
  });
}

test('a million short lines, of every first letter, and of lines that look like marks', async () => {
  const lines = [
    '-',
    '--',
    '\\',
    "'",
    '"',
    '$',
    '$$',
    '/',
    '/*',
    '*/',
    ';',
    '(',
    'C',
    'COPY ',
    'I',
    'INSERT ',
    '\\.',
    '--\n',
    '[',
    '`',
  ];
  const text = Array.from({ length: 1_000_000 }, (_, index) => lines[(index * 7) % 20]).join('\n');
  for (const [head, end] of [
    [pgHead, pgEnd],
    [myHead, myEnd],
    [liteHead, liteEnd],
    ['SELECT 1;\n', ''],
  ]) {
    await bounded(async () => {
      const started = process.cpuUsage();
      await judge(`${head}${text}\n${end}`, 65_536);
      assert.ok(process.cpuUsage(started).user < 20_000_000);
    });
  }
});

test('many long lines that ask to be seen as a whole cost no more than their length', async () => {
  const columns = `COPY t (${'a, '.repeat(60_000)}\n`;
  const started = process.cpuUsage();
  await judge(`${pgHead}${columns.repeat(100)}${pgEnd}`, 65_536);
  assert.ok(process.cpuUsage(started).user < 20_000_000);
});

/** Beginnings and lines that a pattern could try in very many ways. */
const confusing: Readonly<Record<string, string>> = {
  'comments of HTML': '<!--x-->'.repeat(500),
  'declarations of XML': '<?x?>'.repeat(800),
  'spaces behind COPY': `COPY ${' '.repeat(4000)}`,
  'many FROM stdin': `SELECT 1;\nCOPY t${' FROM stdin'.repeat(20_000)};x\n`.repeat(20),
  'many FROM stdin, in a dump': `${pgHead}${`COPY t${' FROM stdin'.repeat(20_000)};x\n`.repeat(20)}`,
  'slashes before a program': `${'/mysql'.repeat(150)}\n`.repeat(2000),
  'blank lines': '\n \n'.repeat(2000),
  'spaces at the end of a line': `SELECT 1;${' '.repeat(1_000_000)}x`,
  'restoring, again and again': `${myHead}${`/*!40111 SET SQL_NOTES=IFNULL(@OLD_SQL_NOTES,${'),'.repeat(400)}\n`.repeat(2000)}`,
  'ends of comments': `${myHead}${`-- ${'*/ '.repeat(300)}x\n`.repeat(2000)}`,
};

for (const [name, text] of Object.entries(confusing)) {
  test(`no pattern is slow: ${name}`, async () => {
    const started = process.cpuUsage();
    await judge(text);
    await judge(Buffer.from(text, 'utf16le'));
    assert.ok(process.cpuUsage(started).user < 3_000_000);
  });
}

test('a stream that breaks leaves behind what was seen', async () => {
  for (const [text, kind] of [
    [pgHead, 'postgresql_plain'],
    [myHead, 'mysql'],
    [liteHead, 'sqlite_sql'],
    ['SELECT 1;\n', 'sql'],
    ['a,b\n', 'text'],
    ['\0\u0001', 'binary'],
    ['<html>', 'text'],
    ['age-encryption.org/v1', 'binary'],
  ] as const) {
    const seen = await broken(text);
    assert.equal(seen.kind, kind);
    assert.ok(typeof seen.description === 'string');
  }
  const { measures } = await broken(`${myHead}CREATE TABLE x (a int);\nINSERT INTO x`);
  assert.deepEqual(measures, { tables: 1, batches: 1 });
});

test('tokens, times and end marks within data are data: not dropped, and no end', async () => {
  const lookalikes = [
    '\\restrict AbC123',
    '\\unrestrict AbC123',
    '-- Started on 2026-01-01 10:00:00 UTC',
    '-- Completed on 2026-01-01 10:00:00 UTC',
    '-- Dumped from database version 9.9',
    '-- PostgreSQL database dump complete',
  ].join('\n');
  const dump = (data: string): string => `${pgHead}INSERT INTO t VALUES ('\n${data}\n');\n${pgEnd}`;
  const one = await judgeAllWays(dump(lookalikes));
  assert.deepEqual([outcome(one), one.description], ['whole', 'PostgreSQL 17.6 dump']);
  for (const other of [
    lookalikes.replaceAll('2026', '2027'),
    lookalikes.replaceAll('AbC123', 'AbC124'),
    lookalikes.replaceAll('9.9', '9.8'),
  ])
    assert.notEqual((await judge(dump(other))).print, one.print);
  const token = dump(lookalikes).replaceAll(
    /^\\(un)?restrict AbC123$(?=\n\n)/gmu,
    '\\$1restrict XyZ',
  );
  assert.equal((await judge(token)).print, one.print, 'only the token of the dump changed');
  const unended = `${pgHead}INSERT INTO t VALUES ('\n${lookalikes}\n`;
  assert.equal(outcome(await judge(unended)), 'dump_cut');
});

test('a token that is not the one of the dump ends nothing', async () => {
  const other = pgEnd.replace('AbC123', 'AbC124');
  assert.equal(outcome(await judgeAllWays(pgHead + other)), 'foreign_text');
  assert.equal(
    outcome(await judgeAllWays(pgHead + pgEnd.replace('\\unrestrict AbC123\n', ''))),
    'dump_cut',
  );
});

test('what stands in a message of a fault is harmless', async () => {
  const judged = await judge(`${myHead}${myEnd}\u001b]0;title\u0007\u202egarbage\u0001\n`);
  assert.equal(outcome(judged), 'foreign_text');
  // oxlint-disable-next-line no-control-regex -- control characters are what it is about
  assert.doesNotMatch(judged.fault?.message ?? '', /[\u0000-\u001f\u202e]/u);
});

/** Texts of what means something to some dialect, in any order, so that every mark is cut at every place. */
const fragments = [
  pgHead,
  pgEnd,
  myHead,
  myEnd,
  liteHead,
  liteEnd,
  'COPY t (a) FROM stdin;\n',
  '\\.\n',
  '\\.',
  '\\',
  "'",
  "''",
  '"',
  '$$',
  '$tag$',
  '$1',
  '--',
  '-- x\n',
  '/*',
  '*/',
  '/*!40101 SET x */;\n',
  'INSERT INTO t VALUES (1);\n',
  'INSERT ',
  'CREATE TABLE t (a int);\n',
  ';\n',
  '\n',
  '\r\n',
  'DELIMITER ;;\n',
  'DELIMITER ;\n',
  'GO\n',
  '\0',
  '\u00e9',
  'mysqldump: Error: x\n',
  '\ufeff',
  'a\tb\tc\n',
  '(1),\n',
  '-- Dump completed\n',
  ' ',
  '<html>',
  '-- PostgreSQL database dump complete\n',
  '\\restrict q\n',
  '\\unrestrict q\n',
  '[',
  '`',
  'x'.repeat(1100),
  '-'.repeat(1030),
  '\0'.repeat(70),
] as const;

const anyText = fc
  .array(fc.oneof(fc.constantFrom(...fragments), fc.string({ maxLength: 5 })), { maxLength: 40 })
  .map((parts) => Buffer.from(parts.join('')));

const anyCut = fc.array(fc.nat({ max: 3000 }), { minLength: 1, maxLength: 60 });

function* cutAt(content: Buffer, sizes: readonly number[]): Generator<Buffer> {
  let at = 0;
  for (let index = 0; at < content.length; index++) {
    const size = sizes[index % sizes.length] ?? 1;
    yield content.subarray(at, at + size);
    // Empty pieces arrive too, but not only those.
    at += size === 0 && index % 2 === 1 ? 1 : size;
    if (size === 0 && index % 2 === 1) yield content.subarray(at - 1, at);
  }
}

test('any text, cut in any way: no exception, every byte hashed, the same finding', async () => {
  await fc.assert(
    fc.asyncProperty(anyText, anyCut, async (content, sizes) => {
      const judged = await judge(content);
      assert.deepEqual(await judge(content, cutAt(content, sizes)), judged);
      assert.deepEqual(await judge(content, 1), judged);
    }),
    { numRuns: 1500 },
  );
});

test('any bytes, cut in any way: no exception, every byte hashed, the same finding', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), anyCut, async (bytes, sizes) => {
      const content = Buffer.from(bytes);
      assert.deepEqual(await judge(content, cutAt(content, sizes)), await judge(content));
    }),
    { numRuns: 500 },
  );
});

const line = fc.oneof(
  fc.constantFrom(...fragments).map((text) => text.replaceAll('\0', '0')),
  fc.string({ unit: 'binary', maxLength: 30 }).map((text) => text.replaceAll('\0', '0')),
);

test('whatever text values hold, an undamaged dump is whole, and cut within it never', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(line, { maxLength: 20 }), fc.nat(), async (values, at) => {
      const doubled = values.map((value) => `'${value.replaceAll("'", "''")}'`);
      const copied = values.map((value) =>
        value.replaceAll(
          /[\\\n\r\t]/gu,
          (found) => `\\${{ '\\': '\\', '\n': 'n', '\r': 'r', '\t': 't' }[found]}`,
        ),
      );
      const escaped = values.map(
        (value) =>
          `'${value
            .replaceAll(/[\\'"]/gu, '\\$&')
            .replaceAll('\n', '\\n')
            .replaceAll('\r', '\\r')}'`,
      );
      const rows = doubled.map((value) => `INSERT INTO t VALUES (${value});\n`).join('');
      const bare = (text: string): string => text.replace(/^\\(?:un)?restrict \w+\n\n?/mu, '');
      const texts = [
        `${bare(pgHead)}${rows}${bare(pgEnd)}`,
        `${bare(pgHead)}COPY t (a) FROM stdin;\n${copied.join('\n')}\n\\.\n${bare(pgEnd)}`,
        `${myHead}INSERT INTO \`t\` VALUES\n${escaped.map((value) => `(${value})`).join(',\n')};\n${myEnd}`,
        `${liteHead}${rows}${liteEnd}`,
      ];
      for (const text of texts) {
        const content = Buffer.from(text);
        const judged = await judge(content);
        assert.equal(outcome(judged), 'whole', judged.fault?.message ?? '');
        const cut = content.subarray(0, at % (content.length - 60));
        assert.notEqual(outcome(await judge(cut)), 'whole', cut.toString());
      }
    }),
    { numRuns: 500 },
  );
});
