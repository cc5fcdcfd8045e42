/** Ways to damage a file of a backup, each leaving the agent with a checksum that agrees with the damaged bytes. */

/** A seeded generator of whole numbers below `limit`: the same places in every run. */
export function seeded(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    // Numerical Recipes' linear congruential generator; its high bits are good enough to choose places.
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

export interface Damage {
  readonly name: string;
  /** `file`: what was sent is damaged; `dump`: the dump was, before it was compressed. */
  readonly of: 'file' | 'dump';
  readonly apply: (bytes: Buffer, seed: number) => Buffer;
}

const cut = (share: number) => (bytes: Buffer) =>
  bytes.subarray(0, Math.floor(bytes.length * share));
const without = (count: number) => (bytes: Buffer) =>
  bytes.subarray(0, Math.max(0, bytes.length - count));

function flipped(bytes: Buffer, seed: number): Buffer {
  const next = seeded(seed);
  const result = Buffer.from(bytes);
  const place = next(bytes.length);
  result.writeUInt8(result.readUInt8(place) ^ (1 << next(8)), place);
  return result;
}

function zeroed(bytes: Buffer): Buffer {
  const result = Buffer.from(bytes);
  const middle = bytes.length >> 1;
  return result.fill(0, middle, Math.min(bytes.length, middle + 512));
}

const message = "mysqldump: Got error: 1045: Access denied for user 'backup'@'localhost'\n";

export const damages: readonly Damage[] = [
  { name: 'cut at 10 %', of: 'file', apply: cut(0.1) },
  { name: 'cut at 50 %', of: 'file', apply: cut(0.5) },
  { name: 'cut at 90 %', of: 'file', apply: cut(0.9) },
  { name: 'last 200 bytes missing', of: 'file', apply: without(200) },
  { name: 'last byte missing', of: 'file', apply: without(1) },
  { name: 'one bit flipped (1)', of: 'file', apply: flipped },
  { name: 'one bit flipped (2)', of: 'file', apply: (bytes, seed) => flipped(bytes, seed + 77) },
  { name: 'one bit flipped (3)', of: 'file', apply: (bytes, seed) => flipped(bytes, seed + 777) },
  { name: '512 zeros in the middle', of: 'file', apply: zeroed },
  {
    name: 'garbage appended',
    of: 'file',
    apply: (bytes) => Buffer.concat([bytes, Buffer.from('\u0001garbage that nobody asked for\n')]),
  },
  { name: 'an empty dump', of: 'dump', apply: () => Buffer.alloc(0) },
  { name: 'an error message instead', of: 'dump', apply: () => Buffer.from(message) },
  { name: 'dump cut at 50 % before it was compressed', of: 'dump', apply: cut(0.5) },
  { name: 'dump without its last 200 bytes', of: 'dump', apply: without(200) },
];
