/** Text as pg_dump writes it, of any size and never in memory as a whole: rows of people, orders and notes that gzip shrinks to a third. */
import { createHash } from 'node:crypto';
import { closeSync, openSync, writeSync } from 'node:fs';

/** What a report says about a file. */
export interface Fact {
  readonly size: number;
  readonly sha256: string;
}

const MiB = 1024 * 1024;
const LONGEST_TABLE = 32 * MiB;
const POOL_BYTES = 16 * MiB;

/** Below `below`; the same numbers for the same seed (mulberry32). */
type Random = (below: number) => number;

function randomFrom(seed: number): Random {
  let state = seed | 0;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (((mixed ^ (mixed >>> 14)) >>> 0) * below) / 2 ** 32;
  };
}

const syllables = 'ba ko mi ter sen lo ra du vin ché pal mo gri ton ni lé sa bour fa den'.split(
  ' ',
);

/** Of a language that has 4,000 words, some of them used more than others. */
const words: readonly string[] = Array.from({ length: 4000 }, (_, index) =>
  [index % 20, Math.floor(index / 20) % 20, Math.floor(index / 400)]
    .map((syllable) => syllables[syllable])
    .join(''),
);

const wordOf = (random: Random): string => words[Math.floor(random(1) ** 3 * words.length)] ?? '';

function sentenceOf(random: Random): string {
  let text = wordOf(random);
  for (let more = 2 + random(12); more >= 1; more -= 1) text += ` ${wordOf(random)}`;
  return text;
}

const two = (value: number): string => `${value < 10 ? '0' : ''}${Math.floor(value)}`;

/** Rows come in the order of their days, some hundred a day. */
function timeOf(id: number, random: Random): string {
  const day = Math.floor(id / 300);
  const month = Math.floor(day / 28);
  const date = `20${two(10 + ((month / 12) % 16))}-${two(1 + (month % 12))}-${two(1 + (day % 28))}`;
  return `${date} ${two(8 + random(10))}:${two(random(60))}:${two(random(60))}`;
}

interface Table {
  readonly name: string;
  readonly columns: readonly string[];
  readonly row: (id: number, random: Random) => string;
}

const tables: readonly Table[] = [
  {
    name: 'customers',
    columns: ['name text', 'email text', 'created timestamp', 'key uuid', 'referrer bigint'],
    row: (id, random) => {
      const [first, last] = [wordOf(random), wordOf(random)];
      const key = Math.floor(random(2 ** 32)).toString(16);
      return `${id}\t${first} ${last}\t${first}.${last}@example.org\t${timeOf(id, random)}\t${key}\t\\N\n`;
    },
  },
  {
    name: 'orders',
    columns: [
      'customer bigint',
      'ordered timestamp',
      'total numeric',
      'state text',
      'paid boolean',
    ],
    row: (id, random) =>
      `${id}\t${Math.floor(random(1e6))}\t${timeOf(id, random)}\t${Math.floor(random(1e6)) / 100}\t${random(4) < 1 ? 'open' : 'delivered'}\t${random(2) < 1 ? 't' : 'f'}\n`,
  },
  {
    name: 'notes',
    columns: ['written timestamp', 'body text'],
    row: (id, random) =>
      `${id}\t${timeOf(id, random)}\t${sentenceOf(random)}.\\n${sentenceOf(random)}\n`,
  },
];

const head = `--
-- PostgreSQL database dump
--

\\restrict kXnYv3TqUf0m5bJcW8sLh2RaZd7PeGi1oNxB4tQyCr6MwHzS9uVjKgEpDlFA0Ii

-- Dumped from database version 15.18 (Debian 15.18-0+deb12u1)
-- Dumped by pg_dump version 15.18 (Debian 15.18-0+deb12u1)

SET statement_timeout = 0;
SET lock_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET row_security = off;
`;

const tail = `
--
-- PostgreSQL database dump complete
--

\\unrestrict kXnYv3TqUf0m5bJcW8sLh2RaZd7PeGi1oNxB4tQyCr6MwHzS9uVjKgEpDlFA0Ii

`;

function openingOf({ columns }: Table, name: string): string {
  const names = ['id', ...columns.map((column) => column.split(' ', 1)[0])].join(', ');
  return `
--
-- Name: ${name}; Type: TABLE; Schema: public; Owner: bench
--

CREATE TABLE public.${name} (
    id bigint NOT NULL,
    ${columns.join(',\n    ')}
);


ALTER TABLE public.${name} OWNER TO bench;

--
-- Data for Name: ${name}; Type: TABLE DATA; Schema: public; Owner: bench
--

COPY public.${name} (${names}) FROM stdin;
`;
}

/** Rows of one table, to be taken from any place on; gzip and zstd look back less far than until they come again. */
function rowsOf({ row }: Table): Buffer {
  const random = randomFrom(1);
  const pieces: Buffer[] = [];
  let length = 0;
  for (let id = 1; length < POOL_BYTES;) {
    let text = '';
    for (; text.length < MiB; id += 1) text += row(id, random);
    const piece = Buffer.from(text);
    pieces.push(piece);
    length += piece.length;
  }
  return Buffer.concat(pieces);
}

let pools: readonly Buffer[] | null = null;

/** About `length` bytes of whole rows, out of the pool. */
function* rowsFrom(pool: Buffer, random: Random, length: number): Generator<Buffer> {
  let position = pool.indexOf('\n', Math.floor(random(pool.length - MiB))) + 1;
  for (let left = length; left > 0;) {
    const wanted = position + Math.min(left, MiB);
    const end = wanted >= pool.length ? pool.length : pool.indexOf('\n', wanted) + 1;
    const rows = pool.subarray(position, end);
    yield rows;
    left -= rows.length;
    position = end === pool.length ? 0 : end;
  }
}

/** In pieces of about 1 MiB; about `size` bytes altogether. Another dump for each seed. */
function* textOf(seed: number, size: number): Generator<Buffer> {
  const random = randomFrom(seed);
  pools ??= tables.map(rowsOf);
  yield Buffer.from(head);
  const length = Math.min(LONGEST_TABLE, size / 6);
  for (let number = 0; number * length < size; number += 1) {
    const table = tables[number % tables.length] as Table;
    yield Buffer.from(openingOf(table, `${table.name}_${number}`));
    yield* rowsFrom(pools[number % tables.length] as Buffer, random, length);
    yield Buffer.from('\\.\n\n');
  }
  yield Buffer.from(tail);
}

/** A new file. */
export function writeDump(file: string, seed: number, size: number): Fact {
  const hash = createHash('sha256');
  const descriptor = openSync(file, 'wx');
  let written = 0;
  for (const bytes of textOf(seed, size)) {
    hash.update(bytes);
    writeSync(descriptor, bytes);
    written += bytes.length;
  }
  closeSync(descriptor);
  return { size: written, sha256: hash.digest('hex') };
}
