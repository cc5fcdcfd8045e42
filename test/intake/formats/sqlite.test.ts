/** SQLite databases made by sqlite3 and by Node's own SQLite: whole, damaged, and made to hurt. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { ContentPlace } from '../../../src/intake/formats/format.ts';
import { Budget } from '../../../src/intake/budget.ts';
import { ContentHash } from '../../../src/intake/content-hash.ts';
import { sqliteFile, sqliteFormat } from '../../../src/intake/formats/sqlite-file.ts';
import { timeLimit } from '../../../src/intake/formats/sqlite-file-check.ts';
import {
  cuts,
  extended,
  flips,
  lacks,
  look,
  nowhere,
  outcome,
  outcomeOf,
  zeroed,
} from './vendor-support.ts';

const folder = mkdtempSync(join(tmpdir(), 'backupmon-sqlite-'));
after(() => rmSync(folder, { recursive: true }));
const path = (name: string): string => join(folder, name);

const program = [process.execPath, fileURLToPath(new URL('sqlite-program.ts', import.meta.url))];
let scratches = 0;
/** The content comes from a decompressor: it lies nowhere. */
const scratch: ContentPlace = {
  descriptor: null,
  scratch: () => path(`scratch${(scratches += 1)}`),
  program,
};
const noScratchIsLeft = (): void =>
  assert.deepEqual(
    readdirSync(folder).filter((name) => name.startsWith('scratch')),
    [],
  );

/** What is said of a database that lies as a file. */
async function outcomeOfFile(file: string): Promise<string> {
  const descriptor = openSync(file, 'r');
  try {
    const place = { descriptor, scratch: null, program };
    return await outcomeOf(sqliteFile, readFileSync(file), { place });
  } finally {
    closeSync(descriptor);
  }
}

function sqlite3(file: string, ...commands: string[]): string {
  const { status, stdout, stderr } = spawnSync('sqlite3', [file, ...commands], {
    encoding: 'utf8',
  });
  assert.equal(status, 0, stderr);
  return stdout;
}

const fill = `
  CREATE TABLE customer (id INTEGER PRIMARY KEY, name TEXT NOT NULL, note TEXT);
  CREATE TABLE invoice (id INTEGER PRIMARY KEY, customer INTEGER, cents INTEGER CHECK (cents >= 0));
  CREATE INDEX customer_name ON customer (name);
  CREATE INDEX invoice_customer ON invoice (customer, cents);
  WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 600)
    INSERT INTO customer SELECT i, 'customer ' || (i * 7919 % 10007), hex(zeroblob(i % 50)) FROM n;
  INSERT INTO invoice SELECT id, id % 97, id * 31 FROM customer;
  INSERT INTO customer VALUES (100000, 'long', hex(zeroblob(20000)));`;

/** Runs SQL with Node's SQLite, which lets the schema be rewritten. */
function made(name: string, sql: string): string {
  const file = path(name);
  const database = new DatabaseSync(file, { defensive: false });
  database.function('own', { deterministic: true }, (value) => value);
  database.exec(sql);
  database.close();
  return file;
}

describe('files of sqlite3', { skip: lacks('sqlite3') }, () => {
  const source = path('source.db');
  sqlite3(source, fill);
  const backup = path('backup.db');
  sqlite3(source, `.backup ${backup}`);
  const content = readFileSync(backup);

  test('.backup, VACUUM INTO, cp, of any page size, encoding and journal: whole', async () => {
    const files = [source, backup, path('into.db')];
    sqlite3(source, `VACUUM INTO '${path('into.db')}'`);
    for (const settings of [
      'page_size = 512',
      'page_size = 65536',
      'encoding = "UTF-16le"',
      'auto_vacuum = full',
      'auto_vacuum = incremental',
      'journal_mode = wal',
    ]) {
      const original = path(`${settings}.db`);
      sqlite3(original, `PRAGMA ${settings}; ${fill} DELETE FROM invoice WHERE id > 300;`);
      sqlite3(original, `.backup '${original}.backup'`, `VACUUM INTO '${original}.into'`);
      files.push(original, `${original}.backup`, `${original}.into`);
    }
    for (const file of files) assert.equal(await outcomeOfFile(file), 'whole', file);
    const { finding } = await look(sqliteFile, content, { place: scratch });
    assert.deepEqual(finding.measures, { tables: 2 });
    assert.match(finding.description, /^SQLite 3\.\d+\.\d+ database file$/u);
    assert.deepEqual(
      readdirSync(folder).filter((name) => /-(?:wal|shm|journal)$/u.test(name)),
      [],
    );
  });

  test('pages left behind the end by a database that shrank: whole, with a remark', async () => {
    const file = path('shrunk.db');
    sqlite3(
      file,
      '.filectrl chunk_size 262144',
      'PRAGMA auto_vacuum = full',
      fill,
      'DELETE FROM customer WHERE id > 250',
    );
    const shrunk = readFileSync(file);
    assert.ok(shrunk.length > shrunk.readUInt32BE(28) * 4096);
    const { finding } = await look(sqliteFile, shrunk, { place: scratch });
    assert.equal(outcome(finding), 'whole');
    assert.match(
      finding.remarks?.join() ?? '',
      /^\d+ bytes \(\S+ KiB\) of .* follow the end of the database$/u,
    );
    const padded = Buffer.concat([content, Buffer.alloc(100)]);
    assert.equal(await outcomeOf(sqliteFile, padded, { place: scratch }), 'whole');
  });

  test('no table at all: whole', async () => {
    const file = path('empty.db');
    sqlite3(file, 'PRAGMA user_version = 1');
    const { finding } = await look(sqliteFile, readFileSync(file), { place: scratch });
    assert.equal(outcome(finding), 'whole');
    assert.deepEqual(finding.measures, { tables: 0 });
  });

  test('in pieces of any size, from a copy of our own that is gone afterwards', async () => {
    const seen = new Set<string>();
    for (const step of [1, 7, 4096, 1024 * 1024]) {
      const { taken: _time, ...said } = await look(sqliteFile, content, { step, place: scratch });
      seen.add(JSON.stringify(said));
    }
    assert.equal(seen.size, 1);
    assert.match([...seen].join(), /"whole":true/u);
    noScratchIsLeft();
  });

  test('two backups of an unchanged database are the same; one changed row is not', async () => {
    const print = async (command: string): Promise<string> => {
      const file = path(`again${(scratches += 1)}.db`);
      sqlite3(source, command.replace('FILE', file));
      return (await look(sqliteFile, readFileSync(file))).fingerprint;
    };
    for (const command of ['.backup FILE', "VACUUM INTO 'FILE'"]) {
      const first = await print(command);
      assert.equal(await print(command), first);
      sqlite3(source, "UPDATE customer SET name = name || '.' WHERE id = 17");
      assert.notEqual(await print(command), first);
    }
  });

  test('cut anywhere, or with something behind it: refused, without a process', async () => {
    const place = { ...nowhere };
    for (const { name, content: damaged } of cuts(content))
      assert.match(
        await outcomeOf(sqliteFile, damaged, { place }),
        /^dump_cut: expected \d+ pages of 4096 bytes/u,
        name,
      );
    assert.match(
      await outcomeOf(sqliteFile, content.subarray(0, 99)),
      /^dump_cut: its header of 100 bytes is cut at 99$/u,
    );
    for (const { name, content: damaged } of extended(content))
      assert.match(await outcomeOf(sqliteFile, damaged, { place }), /^trailing_bytes: /u, name);
  });

  test('zeros in the middle: refused by integrity_check', async () => {
    const said = await outcomeOf(sqliteFile, zeroed(content).content, { place: scratch });
    assert.match(said, /^dump_corrupt: integrity_check: \S/u);
  });

  test('one bit flipped: refused, or it lies where SQLite itself does not look', async (t) => {
    const unseen: string[] = [];
    for (const { name, content: damaged } of flips(content, 16, 21)) {
      if (!sqliteFile.recognises(damaged, true)) continue;
      const { finding } = await look(sqliteFile, damaged, { place: scratch });
      if (finding.fault !== null) continue;
      const file = path('flipped.db');
      writeFileSync(file, damaged);
      const { stdout } = spawnSync('sqlite3', [file, 'PRAGMA integrity_check'], {
        encoding: 'utf8',
      });
      // Newer versions see more than older ones.
      if (finding.whole) assert.equal(stdout, 'ok\n', name);
      unseen.push(`${name}: ${outcome(finding)}`);
    }
    t.diagnostic(`${unseen.length} of 16 were not refused: ${unseen.join('; ')}`);
    assert.ok(unseen.length < 16);
    noScratchIsLeft();
  });

  test('a later version of the format: not judged', async () => {
    const later = Buffer.from(content);
    later.writeUInt8(3, 19);
    assert.match(
      await outcomeOf(sqliteFile, later, { place: scratch }),
      /^short: it is of a later version/u,
    );
  });
});

const plain = readFileSync(made('plain.db', fill));

test('without a place to check it in, nothing is vouched for, and it says why', async () => {
  const file = openSync(path('plain.db'), 'r');
  const cases: readonly (readonly [RegExp, ContentPlace])[] = [
    [/it needs a copy, which a dry run does not make$/u, { ...nowhere, program }],
    [/this program cannot be started$/u, nowhere],
    [/this program cannot be started$/u, { ...scratch, program: null }],
    [/no such file or folder \(ENOENT\)$/u, { ...scratch, scratch: () => path('not/there') }],
    [/it exists already \(EEXIST\)$/u, { ...scratch, scratch: () => path('plain.db') }],
    [
      /gave no answer \(exit code \d+\)$/u,
      { ...nowhere, descriptor: file, program: [process.execPath, path('gone.ts')] },
    ],
  ];
  for (const [expected, place] of cases) {
    const said = await outcomeOf(sqliteFile, plain, { place });
    assert.match(said, /^short: integrity_check /u);
    assert.match(said, expected);
  }
  closeSync(file);
  assert.ok(existsSync(path('plain.db')), 'what is not ours is not removed');
  noScratchIsLeft();
});

test(
  'no space for the copy: nothing is vouched for, and the space is given back',
  {
    skip: cannotMountMemory(),
  },
  async () => {
    const mount = path('full');
    assert.equal(spawnSync('mkdir', [mount]).status, 0);
    spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', mount]);
    try {
      const place = { ...scratch, scratch: () => join(mount, 'copy') };
      const said = await outcomeOf(sqliteFile, plain, { place, step: 4096 });
      assert.equal(
        said,
        'short: integrity_check was not made: no space left on the device (ENOSPC)',
      );
      assert.deepEqual(readdirSync(mount), []);
    } finally {
      spawnSync('umount', [mount]);
    }
  },
);

function cannotMountMemory(): string | false {
  if (process.getuid?.() !== 0) return 'skipped, because only root can mount';
  const mount = mkdtempSync(join(tmpdir(), 'backupmon-mount-'));
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', mount]);
  spawnSync('umount', [mount]);
  rmSync(mount, { recursive: true, force: true });
  return status === 0 ? false : 'skipped, because nothing can be mounted here';
}

test('a stream that broke: the copy is gone at once', async () => {
  const member = (): never => assert.fail();
  const [hash, budget] = [new ContentHash(), new Budget(Infinity)];
  const checker = sqliteFile.check({ hash, name: '', member, place: scratch, budget });
  await checker.push(plain.subarray(0, 5000));
  const seen = await checker.abandon();
  assert.equal(seen.kind, 'sqlite_file');
  noScratchIsLeft();
});

test('a checking process that crashes, hangs, chatters or lies is no fault of the dump', async () => {
  const cases: readonly (readonly [RegExp, string])[] = [
    [/^short: integrity_check ended by SIGSEGV$/u, `process.kill(process.pid, 'SIGSEGV');`],
    [/^short: integrity_check did not end within 1s$/u, 'setInterval(() => {}, 1000);'],
    [
      /^short: integrity_check (?:gave no answer|ended by)/u,
      `for (;;) process.stdout.write('x'.repeat(65536));`,
    ],
    [
      /^short: integrity_check gave no answer \(exit code 0\)$/u,
      `process.stdout.write('{"lines":"ok"}');`,
    ],
    [
      /^short: integrity_check gave no answer \(exit code 0\)$/u,
      `process.stdout.write('{"lines":[],"tables":1}');`,
    ],
    [
      /^short: integrity_check gave no answer \(exit code 7\)$/u,
      `process.stdout.write('{"lines":["ok"],"tables":1}'); process.exitCode = 7;`,
    ],
    [
      /^short: integrity_check could not be made: a b$/u,
      String.raw`process.stdout.write(JSON.stringify({ code: 1, message: 'a\u001b[31m\nb' }));`,
    ],
    [
      /^dump_corrupt: integrity_check: Tree 2$/u,
      String.raw`process.stdout.write(JSON.stringify({ lines: ['*** in database main ***\nTree 2\nTree 3'], tables: null }));`,
    ],
    // Nothing of our environment, and no folder of ours.
    [
      /^whole$/u,
      `if (Object.keys(process.env).some((name) => !['PWD', 'SHLVL', '_', 'OLDPWD'].includes(name)) || process.cwd() !== '/' || process.argv[2] !== '--check-sqlite') throw new Error(); process.stdout.write('{"lines":["ok"],"tables":1}');`,
    ],
    // Nor may it write a file, or take much memory.
    [
      /^short: integrity_check (?:ended by|gave no answer)/u,
      `require('node:fs').writeFileSync(${JSON.stringify(path('written'))}, 'x');`,
    ],
    [
      /^short: integrity_check (?:ended by|gave no answer)/u,
      `const all = []; for (let i = 0; i < 20; i += 1) all.push(Buffer.alloc(64 << 20, 1)); process.stdout.write('{"lines":["ok"],"tables":1}');`,
    ],
  ];
  for (const [index, [expected, code]] of cases.entries()) {
    const file = path(`program${index}.cjs`);
    const format = code.startsWith('setInterval') ? sqliteFormat(() => 1000) : sqliteFile;
    writeFileSync(file, code);
    const said = await outcomeOf(format, plain, {
      place: { ...scratch, program: [process.execPath, file] },
    });
    assert.match(said, expected, code);
  }
  noScratchIsLeft();
});

test('the time limit grows with the size, up to a day', () => {
  assert.equal(timeLimit(0), 120_000);
  assert.equal(timeLimit(1024 ** 3), 120_000 + 103_000);
  assert.equal(timeLimit(Number.MAX_SAFE_INTEGER), 86_400_000);
});

/** Makes a database whose index is computed with `cheap`, and then says that it is computed with `dear`. */
const rewritten = (name: string, rows: number, dear: string): string =>
  made(
    name,
    `CREATE TABLE t (a);
     CREATE INDEX i ON t (length(zeroblob(a)) > 0);
     WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows}) INSERT INTO t SELECT 1 FROM n;
     PRAGMA writable_schema = on;
     UPDATE sqlite_schema SET sql = replace(sql, 'zeroblob(a)', '${dear}') WHERE name = 'i';`,
  );

test('an index that takes for ever to compute: stopped at the limit', async () => {
  const file = rewritten('slow.db', 5000, 'hex(zeroblob(5000000 + a))');
  const descriptor = openSync(file, 'r');
  const place = { descriptor, scratch: null, program };
  const format = sqliteFormat(() => 1500);
  const { finding, taken } = await look(format, readFileSync(file), { place });
  closeSync(descriptor);
  assert.equal(outcome(finding), 'short: integrity_check did not end within 1s');
  // What it took counts for the agent as 256 MiB a second.
  assert.ok(taken >= 1.5 * 256 * 1024 ** 2 && taken < 60 * 256 * 1024 ** 2, `${taken} bytes`);
});

test('an index that takes all memory to compute: the process is stopped, not the machine', async () => {
  const file = rewritten('large.db', 3, 'hex(zeroblob(400000000 + a))');
  assert.match(
    await outcomeOfFile(file),
    /^short: integrity_check (?:could not be made: out of memory|ended by)/u,
  );
});

test('schemas that SQLite cannot evaluate, or whose rules are broken, are no damage', async () => {
  const cases: Readonly<Record<string, readonly [string, RegExp]>> = {
    'a function of the application in an index': [
      'CREATE TABLE t (a); CREATE INDEX i ON t (own(a)); INSERT INTO t VALUES (1);',
      /^short: integrity_check could not be made: .*own/u,
    ],
    'in a check, a view and a trigger': [
      `CREATE TABLE t (a CHECK (own(a))); CREATE VIEW v AS SELECT load_extension(a), missing(a) FROM t;
       CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT missing(new.a); END;`,
      /^whole$/u,
    ],
    'a broken CHECK': [
      'PRAGMA ignore_check_constraints = on; CREATE TABLE t (a CHECK (a > 5)); INSERT INTO t VALUES (1);',
      /^whole$/u,
    ],
    'a broken NOT NULL': [
      `CREATE TABLE t (a); INSERT INTO t VALUES (null); PRAGMA writable_schema = on;
       UPDATE sqlite_schema SET sql = 'CREATE TABLE t (a NOT NULL)';`,
      /^short: integrity_check found what need not be damage: NULL value in t\.a$/u,
    ],
    'a full-text table without content': [
      `CREATE VIRTUAL TABLE f USING fts4(a, content=''); INSERT INTO f (docid, a) VALUES (1, 'hello');`,
      /^(?:whole$|short: integrity_check found what need not be damage: unable to validate)/u,
    ],
    'full-text and spatial tables': [
      `CREATE VIRTUAL TABLE f USING fts5(a); INSERT INTO f VALUES ('hello');
       CREATE VIRTUAL TABLE r USING rtree(id, low, high); INSERT INTO r VALUES (1, 2, 3);`,
      /^whole$/u,
    ],
    'a virtual table of a module that is not there': [
      `CREATE TABLE t (a); PRAGMA writable_schema = on;
       INSERT INTO sqlite_schema VALUES ('table', 'v', 'v', 0, 'CREATE VIRTUAL TABLE v USING missing(x)');`,
      /^(?:whole$|short: )/u,
    ],
    'a table without rowid, strict, with generated columns': [
      `CREATE TABLE t (a INT PRIMARY KEY, b TEXT, c INT AS (a * 2) STORED) STRICT, WITHOUT ROWID;
       INSERT INTO t VALUES (1, 'x');`,
      /^whole$/u,
    ],
  };
  for (const [name, [sql, expected]] of Object.entries(cases)) {
    const file = made(`${name}.db`, sql);
    assert.match(await outcomeOfFile(file), expected, name);
  }
});

test('a schema that does not parse is damage, but where a newer SQLite wrote it', async () => {
  const file = made(
    'schema.db',
    `CREATE TABLE t (a); PRAGMA writable_schema = on; UPDATE sqlite_schema SET sql = 'CREATE TABLE t (a) LATER';`,
  );
  assert.match(
    await outcomeOfFile(file),
    /^dump_corrupt: integrity_check: malformed database schema/u,
  );
  const content = readFileSync(file);
  content.writeUInt32BE(3_999_000, 96);
  assert.match(
    await outcomeOf(sqliteFile, content, { place: scratch }),
    /^short: integrity_check could not be made: malformed database schema/u,
  );
});

test('hostile headers', async () => {
  const changed = (offset: number, ...bytes: number[]): Buffer => {
    const content = Buffer.from(plain);
    content.set(bytes, offset);
    return content;
  };
  const cases: readonly (readonly [RegExp, Buffer])[] = [
    [/^dump_corrupt: its header says pages of 0 bytes/u, changed(16, 0, 0)],
    [/^dump_corrupt: its header says pages of 3 bytes/u, changed(16, 0, 3)],
    [/^dump_corrupt: its header says pages of 256 bytes/u, changed(16, 1, 0)],
    [/^dump_cut: expected \d+ pages of 65536 bytes/u, changed(16, 0, 1)],
    [/^dump_cut: expected 4294967295 pages of 4096 bytes/u, changed(28, 255, 255, 255, 255)],
    [
      /^dump_corrupt: its header reserves 255 of 512 bytes/u,
      Buffer.from(changed(16, 2, 0).fill(255, 20, 21)),
    ],
    [/^dump_corrupt: bytes 21 to 23 are 402021/u, changed(23, 33)],
    [/^dump_corrupt: integrity_check: /u, changed(28, 0, 0, 0, 3)],
    // Without a valid count of pages SQLite takes the size of the file.
    [/^whole$/u, changed(28, 0, 0, 0, 0)],
    [/^whole$/u, changed(24, 9, 9, 9, 9)],
    [/^dump_corrupt: integrity_check: /u, changed(24, 9, 9, 9, 9).subarray(0, -4096)],
  ];
  for (const [expected, content] of cases)
    for (const step of [5000, 1024 * 1024])
      assert.match(await outcomeOf(sqliteFile, content, { step, place: scratch }), expected);
  noScratchIsLeft();
});

test('a file that took the place of the one that was read is not checked instead', async () => {
  const damaged = zeroed(plain).content;
  const file = path('swapped.db');
  writeFileSync(file, damaged);
  const descriptor = openSync(file, 'r');
  rmSync(file);
  // The name that the kernel now gives for the descriptor.
  writeFileSync(`${file} (deleted)`, plain);
  const said = await outcomeOf(sqliteFile, damaged, {
    place: { descriptor, scratch: null, program },
  });
  closeSync(descriptor);
  assert.equal(said, 'short: integrity_check was not made: the file was replaced');
});
