/** tar and zip as the real tools make them, looked into as a whole: members, damage, and what counts as unchanged. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { crc32, gunzipSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { inspector, type Inspection } from '../../src/intake/inspect.ts';
import { seeded } from '../support/damage.ts';
import { cannotRun, tool } from '../support/real-dumps.ts';
import { dumpOf, sha256 } from '../support/world.ts';

const skip = [cannotRun('tar'), cannotRun('zip')].find((reason) => reason !== false) ?? false;
const folder = mkdtempSync(join(tmpdir(), 'backupmon-containers-'));
after(() => rmSync(folder, { recursive: true }));

const children = (): string[] =>
  readFileSync(`/proc/self/task/${process.pid}/children`, 'latin1').split(' ').filter(Boolean);

const generous = { limit: 2 ** 31, limitWithin: 2 ** 31 };

async function inspect(
  name: string,
  bytes: Buffer,
  chunk = bytes.length,
  limits = generous,
): Promise<Inspection> {
  const place = { descriptor: null, scratch: null, program: null };
  const own = inspector({ name, ...limits, place });
  for (let at = 0; at < bytes.length; at += chunk) {
    // Overwritten when it returns, as in the one read.
    const piece = Buffer.from(bytes.subarray(at, at + chunk));
    await own.push(piece);
    piece.fill(0xee);
  }
  return own.end();
}

const long = `${'a-folder-with-a-long-name/'.repeat(6)}${'b'.repeat(120)}.sql`;
const files: Readonly<Record<string, Buffer>> = {
  'shop.sql': Buffer.from(dumpOf('shop')),
  'wiki.sql.gz': gzipSync(dumpOf('wiki')),
  empty: Buffer.alloc(0),
};

/** Writes the files into a folder of their own, as old as asked for. */
function laidOut(name: string, what: Readonly<Record<string, Buffer>>, age: number): string {
  const root = join(folder, name);
  mkdirSync(root, { recursive: true });
  for (const [path, bytes] of Object.entries(what)) {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), bytes);
    utimesSync(join(root, path), 1_700_000_000 + age, 1_700_000_000 + age);
  }
  return root;
}

const packings: readonly (readonly [string, string, (root: string) => Buffer])[] = [
  ...['gnu', 'ustar', 'pax', 'v7'].map(
    (format) =>
      [
        `tar --format=${format}`,
        'x.tar',
        (root: string) => tool('tar', [`--format=${format}`, '-C', root, '-cf', '-', '.']),
      ] as const,
  ),
  [
    'zip',
    'x.zip',
    (root) => {
      const file = `${root}.zip`;
      rmSync(file, { force: true });
      tool('sh', ['-c', 'cd "$0" && zip -qr "$1" .', root, file]);
      return tool('cat', [file]);
    },
  ],
  [
    'zip -0',
    'x.zip',
    (root) => {
      const file = `${root}-0.zip`;
      rmSync(file, { force: true });
      tool('sh', ['-c', 'cd "$0" && zip -0qr "$1" .', root, file]);
      return tool('cat', [file]);
    },
  ],
  ['zip to a pipe', 'x.zip', (root) => tool('sh', ['-c', 'cd "$0" && zip -qr - . | cat', root])],
];

for (const [name, fileName, pack] of packings) {
  const kind = fileName === 'x.tar' ? 'tar' : 'zip';
  test(`${name}: whole, however it is cut into pieces`, { skip }, async () => {
    const bytes = pack(laidOut('whole', files, 0));
    const whole = await inspect(fileName, bytes);
    assert.equal(whole.fact.fault, null);
    assert.deepEqual(
      [whole.fact.kind, whole.fact.assurance],
      [kind, 'complete'],
      whole.fact.shortfall ?? '',
    );
    assert.equal(whole.fact.measures.tables, 2);
    assert.equal(whole.sha256, sha256(bytes));
    for (const chunk of [1, 7, 512, 4096])
      assert.deepEqual(await inspect(fileName, bytes, chunk), whole);
  });

  test(
    `${name}: the same files at another time are unchanged, another row is not`,
    { skip },
    async () => {
      const first = await inspect(fileName, pack(laidOut('one', files, 0)));
      const later = await inspect(fileName, pack(laidOut('one', files, 3600)));
      const changed = { ...files, 'shop.sql': Buffer.from(dumpOf('shoq')) };
      const other = await inspect(fileName, pack(laidOut('one', changed, 3600)));
      assert.equal(later.fact.fingerprint, first.fact.fingerprint);
      assert.notEqual(other.fact.fingerprint, first.fact.fingerprint);
      assert.notEqual(later.sha256, first.sha256);
    },
  );

  test(`${name}: cut anywhere, it is refused`, { skip }, async () => {
    const bytes = pack(laidOut('cut', files, 0));
    // GNU tar pads with zeros to 10 KiB; what is left of these is enough, if at least one block of them is.
    const end = kind === 'tar' ? bytes.findLastIndex((byte) => byte !== 0) + 1 : bytes.length;
    for (let at = 1; at < end; at += kind === 'tar' ? 97 : 7) {
      const { fact } = await inspect(fileName, bytes.subarray(0, at));
      assert.notEqual(fact.fault, null, `cut at ${at} of ${bytes.length}: ${fact.description}`);
    }
  });

  test(`${name}: something behind the end is refused`, { skip }, async () => {
    const bytes = pack(laidOut('behind', files, 0));
    const { fact } = await inspect(fileName, Buffer.concat([bytes, Buffer.from('garbage')]));
    assert.notEqual(fact.fault, null);
  });

  test(
    `${name}: flipped bits never make it throw, and are seen where a checksum covers them`,
    { skip },
    async () => {
      const bytes = pack(laidOut('flip', files, 0));
      const { fingerprint } = (await inspect(fileName, bytes)).fact;
      const next = seeded(bytes.length);
      for (let turn = 0; turn < 200; turn += 1) {
        const place = next(bytes.length);
        const damaged = Buffer.from(bytes);
        damaged.writeUInt8(damaged.readUInt8(place) ^ (1 << next(8)), place);
        const { fact } = await inspect(fileName, damaged);
        // zip has a CRC-32 for every file, so what is not refused holds the same files; tar has a checksum for headers only.
        if (kind === 'zip' && fact.fault === null)
          assert.equal(fact.fingerprint, fingerprint, `bit at ${place} of ${bytes.length}`);
      }
    },
  );
}

test('a dump that was packed alone may be what the agent meant', { skip }, async () => {
  const dump = Buffer.from(dumpOf('alone'));
  const root = laidOut('alone', { 'shop.sql': dump }, 0);
  for (const [, fileName, pack] of packings) {
    const packed = fileName === 'x.tar' ? gzipSync(pack(root)) : pack(root);
    const name = fileName === 'x.tar' ? 'x.tgz' : fileName;
    const { fact } = await inspect(name, packed);
    assert.deepEqual(
      [fact.fault, fact.member],
      [null, { size: dump.length, sha256: sha256(dump) }],
    );
  }
});

test('long names are kept apart by GNU and pax tar', { skip }, async () => {
  const root = laidOut('long', { [long]: Buffer.from(dumpOf('long')) }, 0);
  for (const format of ['gnu', 'pax']) {
    const bytes = tool('tar', [`--format=${format}`, '-C', root, '-cf', '-', '.']);
    const { fact } = await inspect('x.tar', bytes);
    assert.deepEqual([fact.fault, fact.assurance], [null, 'complete']);
  }
});

test('a member that is cut names itself', { skip }, async () => {
  const cut = { ...files, 'wiki.sql.gz': gzipSync(dumpOf('wiki')).subarray(0, -9) };
  const { fact } = await inspect(
    'x.tar',
    tool('tar', ['-C', laidOut('member', cut, 0), '-cf', '-', '.']),
  );
  assert.equal(fact.fault?.reason, 'stream_cut');
  assert.match(fact.fault.message, /^(?:\.\/)?wiki\.sql\.gz: /u);
});

/** A tar of one file, as `tar --format=ustar` makes it. */
function tarOf(name: string, bytes: Buffer): Buffer {
  const head = Buffer.alloc(512);
  const mode = '0000644\0'.padEnd(24, '0000000\0');
  head.write(`${mode}${bytes.length.toString(8).padStart(11, '0')}\0${'0'.repeat(11)}\0`, 100);
  head.write(`${' '.repeat(8)}0`, 148);
  head.write(name, 0);
  head.write('ustar\u000000', 257);
  const sum = head.reduce((one, other) => one + other, 0);
  head.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  const padding = Buffer.alloc((512 - (bytes.length % 512)) % 512);
  return Buffer.concat([head, bytes, padding, Buffer.alloc(1024)]);
}

test('archives within archives are looked into up to a depth, and never without end', async () => {
  const deep = (name: string, count: number, bytes: Buffer): Buffer =>
    count === 0 ? bytes : deep('x.tar', count - 1, tarOf(name, bytes));
  const dump = Buffer.from(dumpOf('deep'));
  const whole = await inspect('x.tar', deep('shop.sql', 5, dump));
  assert.deepEqual([whole.fact.fault, whole.fact.assurance], [null, 'complete']);
  for (const count of [6, 500]) {
    const bytes = deep('shop.sql', count, dump);
    const { fact } = await inspect('x.tar', bytes, 64 * 1024);
    assert.deepEqual([fact.fault, fact.assurance], [null, 'readable']);
    assert.match(fact.shortfall ?? '', /it lies within more layers than are looked into/u);
    assert.deepEqual((await inspect('x.tar', bytes)).fact, fact);
  }
});

test('a dump in several files is not proved where they lie too deep', async () => {
  const dumps: readonly Readonly<Record<string, string>>[] = [
    {
      metadata: 'Started dump at: 2026-11-25\nFinished dump at: 2026-11-25\n',
      'shop.item.sql': 'insert into item values (1);\n',
    },
    { 'toc.dat': 'something else\n', '1.dat': '1\n\\.\n\n\n' },
  ];
  for (const dump of dumps) {
    const parts = Object.entries(dump).map(([name, text]) =>
      tarOf(name, Buffer.from(text)).subarray(0, -1024),
    );
    const tar = Buffer.concat([...parts, Buffer.alloc(1024)]);
    const deep = (count: number): Buffer => (count === 0 ? tar : tarOf('x.tar', deep(count - 1)));
    const { fact } = await inspect('x.tar', deep(5));
    assert.deepEqual([fact.fault, fact.assurance], [null, 'readable']);
    const seen = (await inspect('x.tar', deep(4))).fact;
    if ('metadata' in dump) assert.deepEqual([seen.fault, seen.assurance], [null, 'complete']);
    else assert.match(seen.fault?.message ?? '', /toc\.dat is no table of contents/u);
  }
});

test('what is compressed in a file may be more than the file was before, and ends somewhere all the same', async () => {
  const dump = Buffer.from(dumpOf('x'.repeat(1_000_000)));
  const packed = gzipSync(tarOf('shop.sql.gz', gzipSync(dump)));
  // As reported: so much was packed, and of what was packed nothing is told.
  const within = await inspect('x.tgz', packed, 1000, { limit: 100_000, limitWithin: 2_000_000 });
  assert.deepEqual([within.fact.fault, within.fact.assurance], [null, 'complete']);
  const beyond = await inspect('x.tgz', packed, 1000, { limit: 100_000, limitWithin: 900_000 });
  assert.equal(beyond.fact.fault?.reason, 'expands_too_far');
  assert.match(beyond.fact.fault.message, /^shop\.sql\.gz: more comes out of the gzip stream/u);
});

test('many small bombs are one large one', { skip }, async () => {
  const bomb = gzipSync(Buffer.alloc(1_500_000, '-- nothing\n'));
  const [first, ...others] = Array.from({ length: 10 }, (_, index) => `${index}.gz`);
  const tar = Buffer.concat([
    ...others.map((name) => tarOf(name, bomb).subarray(0, -1024)),
    tarOf(first ?? '', bomb),
  ]);
  const zip = tool('sh', [
    '-c',
    'cd "$0" && zip -qr - . | cat',
    laidOut('bombs', Object.fromEntries(others.map((name) => [name, gunzipSync(bomb)])), 0),
  ]);
  for (const [name, bytes] of [
    ['x.tar', tar],
    ['x.zip', zip],
  ] as const) {
    const limits = { limit: 5_000_000, limitWithin: 5_000_000 };
    const whole = await inspect(name, bytes);
    assert.equal(whole.fact.fault, null);
    const { fact } = await inspect(name, bytes, 64 * 1024, limits);
    assert.equal(fact.fault?.reason, 'expands_too_far');
    assert.deepEqual((await inspect(name, bytes, 1000, limits)).fact, fact);
  }
  // Zip in zip: out of each comes a thousand times what went in.
  const inner = tool('sh', [
    '-c',
    'cd "$0" && zip -qr - . | cat',
    laidOut('in-zip', { 'x.zip': zip }, 0),
  ]);
  const { fact } = await inspect('x.zip', inner, 1000, {
    limit: 500_000,
    limitWithin: 5_000_000,
  });
  assert.equal(fact.fault?.reason, 'expands_too_far');
});

test(
  'a tool that is killed leaves neither a process nor a scratch copy',
  { skip: cannotRun('xz') },
  async () => {
    const database = new DatabaseSync(':memory:');
    database.exec('create table t (x)');
    const insert = database.prepare('insert into t values (randomblob(4000))');
    for (let row = 0; row < 500; row += 1) insert.run();
    const file = join(folder, 'plain.db');
    database.exec(`vacuum into '${file}'`);
    const packed = tool('xz', ['-0', '-c', file]);
    for (const finish of ['end', 'abandon'] as const) {
      const copy = join(folder, 'scratch');
      const place = { descriptor: null, scratch: () => copy, program: ['none'] };
      const own = inspector({ name: 'x.db.xz', ...generous, place });
      await own.push(packed.subarray(0, packed.length - 5000));
      while (!existsSync(copy)) await setTimeout(5);
      for (const child of children()) process.kill(Number(child), 'SIGKILL');
      await assert.rejects(own[finish](), { name: 'Trouble', code: 'EINTR' });
      assert.deepEqual([children(), existsSync(copy)], [[], false]);
    }
  },
);

test(
  'streams without a checksum are told of a tar, and not of a zip, which has its own',
  { skip },
  async () => {
    const root = laidOut(
      'unchecked',
      { ...files, 'crm.sql.zst': zstdCompressSync(dumpOf('crm')) },
      0,
    );
    for (const [, fileName, pack] of packings) {
      const { fact } = await inspect(fileName, pack(root));
      const told = ['1 of 4 files in it is a stream without a checksum'];
      assert.deepEqual(fact.remarks, fileName === 'x.tar' ? told : []);
      assert.equal(fact.assurance, 'complete');
    }
  },
);
test(
  'zip: encrypted and written to a pipe, the sizes in its headers lack what encryption adds',
  { skip },
  async () => {
    const root = laidOut('secret', files, 0);
    for (const level of ['-0', '-6']) {
      const bytes = tool('sh', ['-c', `cd "$0" && zip ${level} -P secret -qr - . | cat`, root]);
      const { fact } = await inspect('x.zip', bytes, 4099);
      assert.deepEqual([fact.fault, fact.assurance], [null, 'readable']);
      assert.match(fact.shortfall ?? '', /encrypted/u);
    }
  },
);

test(
  'zip: zeros may follow its end, as bsdtar fills up what it writes to a pipe',
  { skip },
  async () => {
    const root = laidOut('padded', files, 0);
    const bytes = tool('sh', ['-c', 'cd "$0" && zip -qr - . | cat', root]);
    const zeros = Buffer.alloc(10_240);
    const { fact } = await inspect('x.zip', Buffer.concat([bytes, zeros]), 4099);
    assert.deepEqual([fact.fault, fact.assurance], [null, 'complete']);
    const more = await inspect('x.zip', Buffer.concat([bytes, zeros, Buffer.from('x')]), 4099);
    assert.equal(more.fact.fault?.reason, 'trailing_bytes');
  },
);

test(
  'up to its last byte what comes out of an archive may be as much as its limit',
  { skip },
  async () => {
    const lines = Buffer.alloc(1_000_000, 'x\n');
    const several = { 'a.bin.gz': gzipSync(lines), 'b.bin.gz': gzipSync(lines) };
    const tar = tool('tar', ['-C', laidOut('streams', several, 0), '-cf', '-', '.']);
    const packed = { 'a.bin': lines, 'b.bin': lines };
    const zip = tool('sh', ['-c', 'cd "$0" && zip -qr - .', laidOut('packed', packed, 0)]);
    for (const [name, bytes] of [
      ['x.tar', tar],
      ['x.zip', zip],
    ] as const) {
      const of = (limit: number) => inspect(name, bytes, 4099, { limit, limitWithin: limit });
      assert.equal((await of(2_000_000)).fact.fault, null);
      for (const limit of [0, 900_000, 1_999_999])
        assert.equal((await of(limit)).fact.fault?.reason, 'expands_too_far');
    }
  },
);

test('zip: more comes out of a member than it says', { skip }, async () => {
  const file = `${laidOut('larger', { 'a.bin': Buffer.alloc(100_000) }, 0)}.zip`;
  tool('sh', ['-c', 'cd "$0" && zip -q "$1" a.bin', file.slice(0, -4), file]);
  const bytes = tool('cat', [file]);
  bytes.writeUInt32LE(50_000, 22);
  const faultOf = async (chunk: number, limit: number) =>
    (await inspect('x.zip', bytes, chunk, { limit, limitWithin: limit })).fact.fault;
  for (const chunk of [1, 50, 1000, bytes.length]) {
    const larger = await faultOf(chunk, 50_000);
    assert.equal(larger?.message, 'a.bin is larger than the 50000 bytes that it says');
    const tooMuch = await faultOf(chunk, 49_999);
    assert.equal(tooMuch?.reason, 'expands_too_far');
  }
});

test('a dump of nothing is empty, also where nothing was compressed', { skip }, async () => {
  for (const [index, empty] of [Buffer.alloc(0), gzipSync('')].entries()) {
    const some = { ...files, 'crm.sql.gz': empty, 'notes.txt.gz': empty };
    const tar = tool('tar', ['-C', laidOut(`nothing${index}`, some, 0), '-cf', '-', '.']);
    const { fact } = await inspect('x.tar', tar);
    assert.deepEqual(fact.fault, { reason: 'empty', message: './crm.sql.gz is empty' });
  }
});

/** A zip file of entries that are not compressed, made without a tool. */
function zipOf(names: readonly string[], content: Buffer): Buffer {
  const entries: Buffer[] = [];
  const list: Buffer[] = [];
  let offset = 0;
  for (const name of names.map((text) => Buffer.from(text))) {
    const shared = Buffer.alloc(26);
    shared.writeUInt16LE(20, 0);
    shared.writeUInt16LE(0x800, 2);
    shared.writeUInt32LE(crc32(content), 10);
    shared.writeUInt32LE(content.length, 14);
    shared.writeUInt32LE(content.length, 18);
    shared.writeUInt16LE(name.length, 22);
    const last = Buffer.alloc(14);
    last.writeUInt32LE(offset, 10);
    list.push(Buffer.from('PK\x01\x02\x14\0', 'latin1'), shared, last, name);
    const entry = [Buffer.from('PK\x03\x04', 'latin1'), shared, name, content];
    entries.push(...entry);
    offset += entry.reduce((sum, { length }) => sum + length, 0);
  }
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(names.length, 8);
  end.writeUInt16LE(names.length, 10);
  end.writeUInt32LE(
    list.reduce((sum, { length }) => sum + length, 0),
    12,
  );
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...entries, ...list, end]);
}

test('zip: names take memory up to a limit, and beyond it nothing is proved', async () => {
  const dump = Buffer.from(dumpOf('shop'));
  const named = (index: number): string => `${'é'.repeat(30_000)}${index}.sql`;
  for (const [count, assurance] of [
    [3, 'complete'],
    [300, 'readable'],
  ] as const) {
    const names = Array.from({ length: count }, (_, index) => named(index));
    const { fact } = await inspect('x.zip', zipOf(names, dump));
    assert.deepEqual([fact.fault, fact.assurance], [null, assurance]);
    if (count > 3) assert.equal(fact.shortfall, 'its list of files is too long to be compared');
  }
});

test('zip: folders count as they do in tar', async () => {
  const dump = Buffer.from(dumpOf('shop'));
  const print = async (...names: string[]) =>
    (await inspect('x.zip', zipOf(names, dump))).fact.fingerprint;
  assert.equal(await print('a/', 'a/x.sql'), await print('a/x.sql'), 'all files lie in it');
  assert.notEqual(await print('a/x.sql', 'b/'), await print('a/x.sql'));
});

test('zip: in parts, of which one was enough, and of several', { skip }, async () => {
  const root = laidOut('parts', { ...files, 'rows.bin': randomBytes(100_000) }, 0);
  const packed = (size: string): string => {
    const file = `${root}-${size}.zip`;
    rmSync(file, { force: true });
    tool('sh', ['-c', `cd "$0" && zip -s ${size} -qr "$1" .`, root, file]);
    return file;
  };
  const whole = tool('cat', [packed('1g')]);
  for (const mark of ['PK\x07\x08', 'PK00']) {
    whole.write(mark, 'latin1');
    for (const chunk of [13, 4099]) {
      const { fact } = await inspect('x.zip', whole, chunk);
      assert.deepEqual([fact.kind, fact.fault], ['zip', null]);
    }
  }
  const first = tool('cat', [packed('64k').replace(/zip$/u, 'z01')]);
  assert.equal((await inspect('x.zip', first)).fact.fault?.reason, 'dump_cut');
});

test(
  'documents and programs that are zip files of a kind are no faults among other files',
  { skip },
  async () => {
    const zip = zipOf(['x.sql'], Buffer.from(dumpOf('shop')));
    // As a signature of Android lies in a program: before the list.
    const signed = Buffer.concat([zip, Buffer.from('more')]);
    for (const [name, reason] of [
      ['shop.apk', undefined],
      ['shop.zip', 'trailing_bytes'],
      ['shop.dump', 'trailing_bytes'],
    ] as const) {
      const some = { ...files, [name]: signed };
      const tar = tool('tar', ['-C', laidOut(`with ${name}`, some, 0), '-cf', '-', '.']);
      const { fact } = await inspect('x.tar', tar);
      assert.deepEqual([fact.fault?.reason, fact.assurance], [reason, 'readable'], name);
    }
  },
);

test('what comes out of streams within streams is bounded together', async () => {
  const dump = Buffer.from('-- a line of nothing\n'.repeat(150_000));
  const stored = (bytes: Buffer): Buffer => gzipSync(bytes, { level: 0 });
  const bytes = stored(stored(stored(dump)));
  const within = await inspect('x.gz', bytes, 4099, { limit: 2 ** 30, limitWithin: 7_000_000 });
  assert.notEqual(within.fact.fault?.reason, 'expands_too_far');
  const beyond = await inspect('x.gz', bytes, 4099, { limit: 2 ** 30, limitWithin: 5_000_000 });
  assert.equal(beyond.fact.fault?.reason, 'expands_too_far');
});
