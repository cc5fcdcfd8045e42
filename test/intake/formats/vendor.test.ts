/** Oracle's and SQL Server's files: recognised, named, and not called whole. Neither product is free, so that the heads are made by hand. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { oracle } from '../../../src/intake/formats/oracle.ts';
import { sqlServer } from '../../../src/intake/formats/sqlserver.ts';
import { look, outcome } from './vendor-support.ts';

const filler = Buffer.concat([Buffer.alloc(4096), randomBytes(10_000)]);
const withFiller = (...head: (string | Buffer)[]): Buffer =>
  Buffer.concat([...head.map((part) => Buffer.from(part as string, 'latin1')), filler]);

// As published listings of such files show them.
const classic = withFiller(
  '\x03\x00\x01EXPORT:V11.02.00\nDSYS\nRUSERS\n8192\n0\n72\n0\n\0\x01\x03i',
);
const dataPump = withFiller(
  '\x03\x01\x58\x0a\xf1\0\0\0',
  Buffer.alloc(40),
  '"SYS"."SYS_EXPORT_TABLE_01"\0\0x86_64/Linux 2.4.xx\0\0bjdb\0ZHS16GBK\0\0\0\0\x0211.02.00.04.00\0',
);
const tape = withFiller(
  'TAPE\0\0\x03\0\x8c\0\x0e\x01',
  Buffer.alloc(80),
  Buffer.from('Microsoft SQL Server', 'utf16le'),
);
const compressed = withFiller('MSSQLBAK\x01\0\0\0');

const cases = [
  { format: oracle, content: classic, kind: 'oracle', says: 'Oracle export file (exp 11.02.00)' },
  {
    format: oracle,
    content: dataPump,
    kind: 'oracle',
    says: 'Oracle Data Pump file (database 11.02.00.04.00)',
  },
  { format: sqlServer, content: tape, kind: 'sqlserver', says: 'SQL Server backup' },
  {
    format: sqlServer,
    content: compressed,
    kind: 'sqlserver',
    says: 'SQL Server backup (compressed)',
  },
];

for (const { format, content, kind, says } of cases) {
  test(`${says}: recognised and named, and its end is not vouched for`, async () => {
    assert.ok(format.recognises(content.subarray(0, 4096), false));
    for (const step of [1, 7, 1024 * 1024]) {
      const { finding, sha256, fingerprint } = await look(format, content, { step });
      assert.equal(finding.kind, kind);
      assert.equal(finding.description, says);
      assert.match(outcome(finding), /^short: the end of an? .* cannot be checked here$/u);
      assert.equal(fingerprint, sha256);
    }
  });
}

test('other contents are not taken for them', () => {
  const others = [
    Buffer.alloc(0),
    Buffer.from('EXPORT:V is written by exp'),
    Buffer.from('-- EXPORT:V11.02.00\n'),
    Buffer.from('TAPE measure, 3 m\n'),
    Buffer.from('\x01\x00\x00\x00 "a"."b" and nothing else'),
    Buffer.from('insert into "SYS"."X" values (\'11.02.00.04.00\');\n'),
    Buffer.concat([Buffer.from('TAPE'), Buffer.alloc(4092)]),
    Buffer.alloc(4096),
  ];
  for (const content of others) {
    const head = content.subarray(0, 4096);
    assert.ok(!oracle.recognises(head, true), head.toString('latin1', 0, 30));
    assert.ok(!sqlServer.recognises(head, true), head.toString('latin1', 0, 30));
  }
});
