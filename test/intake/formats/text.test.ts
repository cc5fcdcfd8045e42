/** What is no SQL: refused where it surely is no backup, else named as far as it can be. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createCipheriv, randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { judge, judgeAllWays, outcome } from './sql-support.ts';

const messages: readonly string[] = [
  "mysqldump: Got error: 1045: \"Access denied for user 'x'@'localhost'\" when trying to connect\n",
  '/usr/bin/mysqldump: Error: no\n',
  "mariadb-dump: unknown variable 'x=1'\n",
  'pg_dump: error: connection to server on socket "/tmp/.s.PGSQL.5432" failed: No such file or directory\n',
  'pg_dump.exe: error: query failed: ERROR:  permission denied for table t\n',
  'bash: line 1: mysqldump: command not found\n',
  'sh: 1: pg_dump: not found\n',
  '/root/backup.sh: line 12: /usr/bin/pg_dump: No such file or directory\n',
  'Error response from daemon: No such container: db\n',
  'ERROR 1045 (28000): Access denied for user\n',
  'FATAL:  database "x" does not exist\n',
  'ssh: connect to host db port 22: Connection refused\n',
  'Permission denied (publickey).\n',
  'Traceback (most recent call last):\n  File "x.py", line 1\n',
  'Usage: mysqldump [OPTIONS] database [tables]\nOR     mysqldump [OPTIONS] --databases\n',
  'Error: unable to open database "x.db": unable to open database file\n',
  'HTTP/1.1 403 Forbidden\nServer: x\n',
  'Enter password: \n',
  'Welcome to the database server\nplease be kind\nmysqldump: Got error: 2002: no\n',
  'Killed\n',
  'OCI runtime exec failed: exec failed: unable to start container process: exec: "pg_dump": executable file not found\n',
  '/root/backup.sh: ligne 12: mysqldump : commande introuvable\n',
  'perl: warning: Setting locale failed.\n',
  'An error occurred (AccessDenied) when calling the GetObject operation: Access Denied\n',
  'Parse error near line 1: no such table: t\n',
  'ORA-12154: TNS:could not resolve the connect identifier specified\n',
  "Sqlcmd: Error: Microsoft ODBC Driver 17 for SQL Server : Login failed for user 'sa'.\n",
  "Msg 911, Level 16, State 1, Server x, Line 1\nDatabase 'x' does not exist.\n",
  'NOAUTH Authentication required.\n',
  '2026-01-01T10:00:00.000+0000\tFailed: error connecting to db server: no reachable servers\n',
];

for (const message of messages) {
  test(`no dump but a message: ${message.split('\n', 1)[0] ?? ''}`, async () => {
    const judged = await judgeAllWays(message);
    assert.deepEqual([outcome(judged), judged.kind], ['not_a_dump', 'text']);
    assert.match(judged.fault?.message ?? '', /^no dump but a message of a program: ".+"$/u);
  });
}

const pages: Readonly<Record<string, string>> = {
  'a web page': '<!DOCTYPE html>\n<html><head><title>502 Bad Gateway</title></head></html>\n',
  'behind a mark and white space': '\ufeff\r\n  <html>\n<body>x</body></html>',
  'behind a comment': '<!-- made by x -->\n<HTML>\n',
  XHTML:
    '<?xml version="1.0"?>\n<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "x">\n<html></html>',
  'an error of S3':
    '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>NoSuchKey</Code><Message>no</Message></Error>',
  'an error of SOAP': '<soap:Envelope xmlns:soap="x"><soap:Fault/></soap:Envelope>',
  'an error in JSON': '{"error": {"code": 401, "message": "Unauthorized"}}',
  'a message in JSON': '{\n  "message": "Forbidden"\n}\n',
};

for (const [name, text] of Object.entries(pages)) {
  test(`no dump but ${name}`, async () => {
    const judged = await judgeAllWays(text);
    assert.equal(outcome(judged), 'not_a_dump');
    assert.match(
      judged.fault?.message ?? '',
      /^no dump but (?:a web page|an error message of a web service): "/u,
    );
  });
}

test('pictures, documents and programs are no dumps', async () => {
  for (const hex of [
    '89504e470d0a1a0a0000',
    'ffd8ffe000104a46',
    '255044462d312e34',
    '7f454c4602010100',
  ]) {
    const judged = await judgeAllWays(Buffer.from(hex.padEnd(200, '0'), 'hex'));
    assert.deepEqual([outcome(judged), judged.kind], ['not_a_dump', 'binary']);
  }
});

const known: Readonly<Record<string, string>> = {
  CSV: 'id,name\n1,"x"\n2,"y"\n',
  'CSV whose columns are words of SQL': 'comment,date,select\nuse,set,show\n',
  'text of no known format':
    'With regards to the backup of last week, I would like to say that it worked.\n',
  JSON: '[{"error": 1}, {"error": 2}]\n',
  'JSON of documents': '{"id": 1, "message": "x"}\n{"id": 2}\n',
  'a dump in XML':
    '<?xml version="1.0"?>\n<mysqldump xmlns:xsi="x">\n<database name="b"/>\n</mysqldump>\n',
  'a log': '2026-01-01 10:00:00 error: none\n'.repeat(200),
  INI: '# Started dump at: 2026-01-01\n[config]\nquote-character = BACKTICK\n',
  YAML: '---\nname: x\n',
  'Latin-1': 'caf\u00e9;1\n',
};

for (const [name, text] of Object.entries(known)) {
  test(`not refused, and not proved: ${name}`, async () => {
    const judged = await judgeAllWays(Buffer.from(text, 'latin1'));
    assert.equal(outcome(judged), 'unproved', judged.fault?.message ?? '');
    assert.deepEqual([judged.kind, judged.shortfall], ['text', 'format not known']);
    assert.equal(judged.lastLine?.length, text.trimEnd().split('\n').at(-1)?.length);
  });
}

test('a text with a hole of zeros is remarked upon', async () => {
  const text = Buffer.concat([
    Buffer.from('a,b\n'.repeat(2000)),
    Buffer.alloc(100),
    Buffer.from('c\n'),
  ]);
  const judged = await judgeAllWays(text);
  assert.deepEqual(judged.remarks, ['zero bytes from byte 8000 on']);
});

test('the last line is shown harmless and cut to 200 characters', async () => {
  const wild = await judge(`a,b\n\u001b[31mred\u202e,${'x'.repeat(500)}\n\n \n`);
  assert.match(wild.lastLine ?? '', /^red,x+…$/u);
  assert.equal(wild.lastLine?.length, 200);
  const long = await judge(`a,b\n${'y'.repeat(50_000)}the end`);
  assert.match(long.lastLine ?? '', /^…y+the end$/u);
  assert.equal(long.lastLine?.length, 200);
  assert.equal((await judge('\n \n')).lastLine, null);
});

for (const beginning of ['do\t', 'GO\n', 'if ', '\\d', 'Select(']) {
  test(`random bytes are no SQL where they begin by chance with ${JSON.stringify(beginning)}`, async () => {
    // The end of each asks for more of a statement.
    const random = Buffer.concat([Buffer.from(beginning), randomBytes(5000), Buffer.from(';\n,')]);
    const judged = await judgeAllWays(random);
    assert.deepEqual([outcome(judged), judged.kind], ['unproved', 'binary']);
  });
}

test('SQL that is cut behind a few bytes is SQL, whatever is in its strings', async () => {
  const judged = await judgeAllWays(Buffer.from("INSERT INTO t VALUES ('\u0001\u0002\u0003',"));
  assert.deepEqual([outcome(judged), judged.kind], ['dump_cut', 'sql']);
});

test('SQL that lost a part near its beginning is SQL all the same', async () => {
  const lost = Buffer.concat([Buffer.from('SELECT 1;\n'), Buffer.alloc(512), Buffer.from(';\n')]);
  const judged = await judgeAllWays(lost);
  assert.deepEqual([outcome(judged), judged.kind], ['dump_corrupt', 'sql']);
});

test('random bytes look encrypted, structured ones do not', async () => {
  const random = await judgeAllWays(randomBytes(70_000));
  assert.deepEqual([outcome(random), random.kind], ['unproved', 'binary']);
  assert.deepEqual(random.remarks, ['the bytes look encrypted or random']);
  const numbers = Buffer.from(Uint32Array.from({ length: 20_000 }, (_, index) => index).buffer);
  const structured = await judge(numbers);
  assert.deepEqual([structured.kind, structured.remarks], ['binary', []]);
});

test('formats that are not opened here are named', async () => {
  const sevenZip = await judge(
    Buffer.concat([Buffer.from('377abcaf271c', 'hex'), randomBytes(70_000)]),
  );
  assert.deepEqual([sevenZip.description, sevenZip.remarks], ['7-Zip archive', []]);
  assert.equal(sevenZip.shortfall, 'format not known');
});

const cipher = createCipheriv('aes-256-cbc', randomBytes(32), randomBytes(16));
const salted = Buffer.concat([
  Buffer.from('Salted__'),
  randomBytes(8),
  cipher.update(randomBytes(5000)),
]);

const encrypted: readonly (readonly [tool: string, content: Buffer])[] = [
  ['OpenSSL', salted],
  ['OpenSSL', Buffer.from(salted.toString('base64'))],
  ['age', Buffer.concat([Buffer.from('age-encryption.org/v1\n-> X25519 x\n'), randomBytes(500)])],
  ['age', Buffer.from('-----BEGIN AGE ENCRYPTED FILE-----\nYWdl\n')],
  ['OpenPGP (gpg)', Buffer.from('-----BEGIN PGP MESSAGE-----\n\nhQ\n')],
  ['OpenPGP (gpg)', Buffer.concat([Buffer.from('85020c03', 'hex'), randomBytes(500)])],
  ['OpenPGP (gpg)', Buffer.concat([Buffer.from('8c0d04070302', 'hex'), randomBytes(500)])],
  ['OpenPGP (gpg)', Buffer.concat([Buffer.from('845e03', 'hex'), randomBytes(500)])],
];

for (const [index, [tool, content]] of encrypted.entries()) {
  test(`encrypted with ${tool} (${index}): said, and not refused`, async () => {
    const judged = await judgeAllWays(content);
    assert.equal(outcome(judged), 'unproved');
    assert.equal(judged.shortfall, 'encrypted: the content cannot be seen');
    assert.deepEqual(judged.remarks, [`encrypted with ${tool}`]);
  });
}

const gpg = spawnSync('gpg', ['--version']).status === 0;
test(
  'what gpg itself writes',
  { skip: gpg ? false : 'skipped, because gpg is not installed' },
  async () => {
    const options = [
      '--batch',
      '--no-symkey-cache',
      '--pinentry-mode',
      'loopback',
      '--passphrase',
      'x',
    ];
    for (const armour of [[], ['--armor']]) {
      const { stdout, status } = spawnSync('gpg', [...options, ...armour, '-c'], {
        input: 'hello',
      });
      if (status === 0)
        assert.deepEqual((await judge(stdout)).remarks, ['encrypted with OpenPGP (gpg)']);
    }
  },
);

test('blank lines alone are no dump', async () => {
  for (const text of ['\n', ' \r\n\t\n', '\ufeff\n']) {
    const judged = await judgeAllWays(text);
    assert.deepEqual([judged.kind, judged.fault?.message], ['text', 'no dump but blank lines']);
  }
});

test('a dump behind what kubectl says is one with a message in it', async () => {
  const said = 'Defaulted container "pg" out of: pg, init (init)\n';
  const dump =
    '--\n-- PostgreSQL database dump\n--\n\n--\n-- PostgreSQL database dump complete\n--\n';
  const judged = await judgeAllWays(said + dump);
  assert.deepEqual([judged.kind, outcome(judged)], ['postgresql_plain', 'foreign_text']);
});

test('an empty content is text, of which nothing is known', async () => {
  const judged = await judge('');
  assert.deepEqual([judged.kind, outcome(judged), judged.lastLine], ['text', 'unproved', null]);
});
