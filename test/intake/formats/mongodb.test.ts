/**
 * mongodump archives. Neither MongoDB nor its tools are in Debian: the archives are made here, after the specification of the format
 * (common/archive/spec.md of MongoDB's database tools). The checker was also tried, once and by hand, on the five archives that the tools'
 * own tests hold, made by mongodump 3.4 to 8.0 (with an oplog, a time series, interleaved collections): all were whole.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Crc64 } from '../../../src/intake/formats/crc64.ts';
import { mongodbArchive } from '../../../src/intake/formats/mongodb.ts';
import {
  cuts,
  extended,
  flips,
  look,
  numbers,
  outcome,
  outcomeOf,
  zeroed,
} from './vendor-support.ts';

type Value = string | number | bigint | boolean | Buffer;

function element(name: string, value: Value): Buffer {
  const typed = (type: number, ...parts: Buffer[]): Buffer =>
    Buffer.concat([Buffer.from([type]), Buffer.from(`${name}\0`), ...parts]);
  if (typeof value === 'boolean') return typed(0x08, Buffer.from([Number(value)]));
  const bytes = Buffer.alloc(typeof value === 'bigint' ? 8 : 4);
  if (typeof value === 'bigint') {
    bytes.writeBigUInt64LE(value);
    return typed(0x12, bytes);
  }
  if (typeof value === 'number') {
    bytes.writeInt32LE(value);
    return typed(0x10, bytes);
  }
  const data = typeof value === 'string' ? Buffer.from(`${value}\0`) : value;
  bytes.writeUInt32LE(data.length);
  // A buffer becomes binary data of the general subtype.
  return typeof value === 'string'
    ? typed(0x02, bytes, data)
    : typed(0x05, bytes, Buffer.from([0]), data);
}

function bson(fields: Readonly<Record<string, Value>>): Buffer {
  const elements = Object.entries(fields).map(([name, value]) => element(name, value));
  const content = Buffer.concat([...elements, Buffer.from([0])]);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(content.length + 4);
  return Buffer.concat([length, content]);
}

const magic = Buffer.from('6de29981', 'hex');
const terminator = Buffer.alloc(4, 0xff);

interface Collection {
  readonly db: string;
  readonly collection: string;
  /** Of the collection that the prelude announces, where it is called otherwise. */
  readonly announced?: string;
  readonly type?: string;
  readonly documents: readonly Buffer[];
}

const segment = ({ db, collection }: Collection, documents: readonly Buffer[]): Buffer =>
  Buffer.concat([bson({ db, collection, EOF: false, CRC: 0n }), ...documents, terminator]);

function ending({ db, collection, documents }: Collection): Buffer {
  const crc = new Crc64('ecma');
  crc.update(Buffer.concat(documents));
  return Buffer.concat([bson({ db, collection, EOF: true, CRC: crc.value }), terminator]);
}

const header = {
  concurrent_collections: 4,
  version: '0.1',
  server_version: '7.0.14',
  tool_version: '100.10.0',
};

function prelude(collections: readonly Collection[], head: Record<string, Value> = header): Buffer {
  const described = collections.map(({ db, collection, announced, type = 'collection' }) => {
    const metadata = JSON.stringify({
      options: {},
      indexes: [{ v: 2, key: { _id: 1 }, name: '_id_' }],
    });
    return bson({ db, collection: announced ?? collection, metadata, size: 0, type });
  });
  return Buffer.concat([magic, bson(head), ...described, terminator]);
}

/** As mongodump writes them when it reads several at once: a block of each in turn. */
function archive(collections: readonly Collection[], perBlock = 20): Buffer {
  const blocks: Buffer[] = [];
  const longest = Math.max(0, ...collections.map(({ documents }) => documents.length));
  for (let from = 0; from <= longest; from += perBlock) {
    for (const one of collections) {
      const documents = one.documents.slice(from, from + perBlock);
      if (documents.length > 0) blocks.push(segment(one, documents));
      const before = one.documents.length - from;
      if (before >= 0 && before < perBlock) blocks.push(ending(one));
    }
  }
  return Buffer.concat([prelude(collections), ...blocks]);
}

const next = numbers(11);
const documents = (count: number, largest: number): Buffer[] =>
  Array.from({ length: count }, (_, index) =>
    bson({ _id: index, name: `customer ${next()}`, photo: Buffer.alloc(next() % largest, next()) }),
  );

const customer: Collection = { db: 'shop', collection: 'customer', documents: documents(90, 300) };
const invoice: Collection = { db: 'shop', collection: 'invoice', documents: documents(150, 40) };
const nothing: Collection = { db: 'shop', collection: 'nothing_yet', documents: [] };
const blobs: Collection = { db: 'files', collection: 'fs.chunks', documents: documents(3, 90_000) };
const view: Collection = { db: 'shop', collection: 'recent', type: 'view', documents: [] };
const oplog: Collection = { db: '', collection: 'oplog', documents: documents(2, 50) };
const series: Collection = {
  db: 'shop',
  collection: 'system.buckets.weather',
  announced: 'weather',
  type: 'timeseries',
  documents: documents(5, 200),
};
const collections = [customer, invoice, nothing, blobs, view, oplog, series];
const whole = archive(collections);

test('an archive with interleaved collections, in pieces of any size: whole', async () => {
  assert.ok(mongodbArchive.recognises(whole.subarray(0, 4096), false));
  const seen = new Set<string>();
  for (const step of [1, 3, 7, 100, 4096, 1024 * 1024]) {
    const { finding } = await look(mongodbArchive, whole, { step });
    assert.equal(outcome(finding), 'whole');
    seen.add(JSON.stringify(finding));
  }
  assert.equal(seen.size, 1);
  const { finding } = await look(mongodbArchive, whole);
  assert.equal(finding.description, 'MongoDB 7.0.14 archive');
  // The oplog is no collection of a database.
  assert.deepEqual(finding.measures, { tables: 6 });
});

test('a server without a collection makes an archive of nothing but a prelude: whole', async () => {
  const { finding } = await look(mongodbArchive, archive([]));
  assert.equal(outcome(finding), 'whole');
  assert.deepEqual(finding.measures, { tables: 0 });
});

test('a time series of MongoDB 8.3 lies under its own name', async () => {
  const content = archive([{ ...series, collection: 'weather' }]);
  assert.equal(await outcomeOf(mongodbArchive, content), 'whole');
});

test('the order of blocks and descriptions is not part of the fingerprint; a document is, and a name', async () => {
  const print = async (content: Buffer): Promise<string> =>
    (await look(mongodbArchive, content)).fingerprint;
  const first = await print(whole);
  assert.equal(await print(archive(collections.toReversed())), first);
  assert.equal(await print(archive(collections, 7)), first);
  const others = [
    archive([customer, invoice, nothing, blobs, view, oplog]),
    archive([{ ...customer, documents: customer.documents.toReversed() }, ...collections.slice(1)]),
    archive([{ ...customer, collection: 'customers' }, ...collections.slice(1)]),
    archive([{ ...customer, type: 'view' }, ...collections.slice(1)]),
  ];
  for (const other of others) assert.notEqual(await print(other), first);
});

test('cut anywhere, zeroed, or with something behind it: refused', async () => {
  for (const { name, content } of cuts(whole))
    assert.match(await outcomeOf(mongodbArchive, content), /^dump_cut: /u, name);
  assert.match(await outcomeOf(mongodbArchive, zeroed(whole).content), /^dump_corrupt: /u);
  for (const { name, content } of extended(whole))
    assert.match(
      await outcomeOf(mongodbArchive, content),
      new RegExp(`^trailing_bytes: .* from byte ${whole.length}$`, 'u'),
      name,
    );
  const small = archive([oplog, { ...nothing, documents: documents(3, 10) }, view], 1);
  for (let length = 4; length < small.length; length += 1)
    for (const step of [7, 1000]) {
      const said = await outcomeOf(mongodbArchive, small.subarray(0, length), { step });
      assert.match(said, /^dump_cut: /u, `${length} of ${small.length}`);
    }
  assert.equal(await outcomeOf(mongodbArchive, small), 'whole');
});

test('a cut is told with the collection that it is in', async () => {
  const content = archive([nothing, customer]);
  const cut = content.subarray(0, -2000);
  assert.match(
    await outcomeOf(mongodbArchive, cut),
    new RegExp(
      `^dump_cut: it is cut at byte ${cut.length}, within collection "shop.customer"$`,
      'u',
    ),
  );
  const ended = content.subarray(0, content.length - ending(customer).length);
  assert.match(
    await outcomeOf(mongodbArchive, ended),
    new RegExp(
      `^dump_cut: it ends at byte ${ended.length}, before the end of collection "shop.customer"$`,
      'u',
    ),
  );
});

test('one bit flipped: refused wherever a checksum covers it', async () => {
  const begins = prelude(collections).length;
  const unseen: string[] = [];
  for (const { name, content, byte } of flips(whole, 300, 12)) {
    if (!mongodbArchive.recognises(content, true)) continue;
    const said = await outcomeOf(mongodbArchive, content);
    if (said === 'whole') unseen.push(`${name}, ${byte - begins} after the prelude`);
    else assert.match(said, /^(?:dump_corrupt|dump_cut|trailing_bytes): /u, name);
  }
  // The prelude has no checksum, nor has the CRC field of a header that says 0.
  for (const text of unseen) assert.match(text, /, -\d+ after the prelude$/u);
});

test('every bit of a document, of an end, of a length or a terminator is covered', async () => {
  const content = archive([{ ...customer, documents: documents(2, 30) }]);
  const end = ending({ ...customer, documents: [] }).length;
  const begins =
    prelude([customer]).length +
    bson({ db: 'shop', collection: 'customer', EOF: false, CRC: 0n }).length;
  for (let byte = begins; byte < content.length; byte += 1) {
    for (let bit = 0; bit < 8; bit += 1) {
      const damaged = Buffer.from(content);
      damaged.writeUInt8(damaged.readUInt8(byte) ^ (1 << bit), byte);
      assert.notEqual(await outcomeOf(mongodbArchive, damaged), 'whole', `${byte}.${bit}`);
    }
  }
  assert.ok(end > 50);
});

test('blocks that are missing, doubled or out of place: refused', async () => {
  const head = prelude([customer, invoice]);
  const parts = {
    customer: Buffer.concat([segment(customer, customer.documents), ending(customer)]),
    invoice: Buffer.concat([segment(invoice, invoice.documents), ending(invoice)]),
  };
  const cases: readonly (readonly [RegExp, readonly Buffer[]])[] = [
    [/^whole$/u, [head, parts.customer, parts.invoice]],
    [/^dump_cut: .*"shop.customer"$/u, [head, parts.invoice]],
    [/^trailing_bytes: /u, [head, parts.customer, parts.invoice, head]],
    [
      /^dump_corrupt: collection "shop.customer" goes on .* after its end$/u,
      [head, parts.customer, parts.customer],
    ],
    [
      /^dump_corrupt: the checksum of collection "shop.customer" does not agree/u,
      [head, segment(customer, customer.documents.slice(1)), ending(customer)],
    ],
    [
      /^dump_corrupt: documents of no collection/u,
      [head, ending(nothing).subarray(0, -4), customer.documents[0] ?? magic, terminator],
    ],
    [/^dump_corrupt: expected a header/u, [head, terminator]],
    [
      /^dump_corrupt: .* is not the header of a collection$/u,
      [head, bson({ db: 'shop' }), terminator],
    ],
    [
      /^dump_corrupt: .* does not describe a collection$/u,
      [magic, bson(header), bson({ db: 'shop' }), terminator],
    ],
    // What the prelude does not announce has to end as well.
    [
      /^dump_cut: .*"shop.nothing_yet"$/u,
      [head, parts.customer, parts.invoice, segment(nothing, [])],
    ],
  ];
  for (const [expected, pieces] of cases)
    for (const step of [1, 1024 * 1024])
      assert.match(await outcomeOf(mongodbArchive, Buffer.concat(pieces), { step }), expected);
});

test('hostile lengths, names and versions', async () => {
  const length = (value: number): Buffer => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(value);
    return bytes;
  };
  for (const value of [0, 4, 4097, 2 ** 31, 0xfffffffe])
    assert.match(
      await outcomeOf(mongodbArchive, Buffer.concat([magic, length(value)])),
      /^dump_corrupt: /u,
    );
  const head = Buffer.concat([prelude([customer]), segment(customer, []).subarray(0, -4)]);
  for (const value of [0, 1, 4, 64 * 1024 * 1024 + 1, 0x80000000])
    assert.match(
      await outcomeOf(mongodbArchive, Buffer.concat([head, length(value), head])),
      /^dump_corrupt: expected a document/u,
    );
  // A text that claims to be longer than everything.
  const claimed = bson({ db: 'shop', collection: 'x'.repeat(50) });
  claimed.writeUInt32LE(0xffffffff, claimed.indexOf('x') - 4);
  assert.match(
    await outcomeOf(mongodbArchive, Buffer.concat([prelude([]), claimed, terminator])),
    /^dump_corrupt: .* is not the header of a collection$/u,
  );
  const long = archive([{ ...customer, collection: 'c'.repeat(2000) }]);
  assert.match(
    await outcomeOf(mongodbArchive, long),
    /^dump_corrupt: .* does not describe a collection$/u,
  );
  const { finding } = await look(
    mongodbArchive,
    prelude([], { server_version: '\u001b]0;x\u0007 7.0\n' }),
  );
  assert.equal(finding.description, 'MongoDB 7.0 archive');
  const named = prelude([{ ...customer, collection: 'a\u202eb\u001b[2J' }]);
  assert.match(await outcomeOf(mongodbArchive, named), /"shop\.ab"$/u);
});

test('random bytes behind the mark are answered, the same in whatever pieces', async () => {
  for (let turn = 0; turn < 300; turn += 1) {
    const bytes = Buffer.from(
      Array.from({ length: next() % 80 }, () => (next() % 2 === 0 ? 0 : next() & 255)),
    );
    const content = Buffer.concat([magic, bytes]);
    const said = await outcomeOf(mongodbArchive, content);
    for (const step of [1, 7])
      assert.equal(await outcomeOf(mongodbArchive, content, { step }), said);
  }
});

test('more collections than anybody has: nothing is vouched for, memory is bounded', async () => {
  const one = prelude([{ ...nothing, collection: 'c000000' }]);
  const begins = magic.length + bson(header).length;
  const description = one.subarray(begins, -4);
  const at = description.indexOf('c000000') + 1;
  const described = Array.from({ length: 100_500 }, (_, index) => {
    const copy = Buffer.from(description);
    copy.write(String(index).padStart(6, '0'), at);
    return copy;
  });
  const content = Buffer.concat([one.subarray(0, begins), ...described, terminator]);
  assert.match(await outcomeOf(mongodbArchive, content), /^short: it has more collections than/u);
});
