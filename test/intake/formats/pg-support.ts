/** A database with something of everything, and archives made by hand of versions that no program here writes. */
import type { Postgres } from '../../support/postgres.ts';

export function fillShop(server: Postgres): void {
  server.sql('postgres', 'create database shop');
  server.sql('postgres', 'create database nothing');
  server.sql(
    'shop',
    `create schema "Größe & Co";
    create table customer (id serial primary key, name text not null, note bytea);
    insert into customer (name, note)
      select 'kundé ' || i, decode(md5(i::text), 'hex') from generate_series(1, 3000) i;
    create table "Größe & Co"."tàble ☃" (a int, b text);
    insert into "Größe & Co"."tàble ☃" values (1, E'tab\\t nl\\n back\\\\'), (2, null);
    create table void (x int);
    create index on customer (name);
    create view v as select * from customer where id < 10;
    create materialized view mv as select count(*) from customer;
    create function f(a int) returns int language sql as 'select a + 1';
    create sequence s start 42;
    select lo_from_bytea(0, decode(repeat('deadbeef', 5000), 'hex'));
    select lo_from_bytea(0, decode('00', 'hex'));
    select lo_creat(-1);
    -- An identifier above 2^31.
    select lo_from_bytea(3000000000, 'abc');
    comment on table customer is 'Kunden';
    grant select on customer to public;`,
  );
}

/** An integer as archives write it. */
export function integer(value: number): Buffer {
  const bytes = Buffer.alloc(5);
  bytes[0] = value < 0 ? 1 : 0;
  bytes.writeUInt32LE(Math.abs(value), 1);
  return bytes;
}

export const string = (text: string | null): Buffer =>
  text === null
    ? integer(-1)
    : Buffer.concat([integer(Buffer.byteLength(text)), Buffer.from(text)]);

export interface Made {
  /** Of the archive, the second number. */
  readonly version: number;
  /** Of pg_dump. */
  readonly program: string;
  /** Level before 15, algorithm since. */
  readonly compression: number;
  /** Data of the tables, each as it lies in the archive: in one piece. */
  readonly tables: readonly Buffer[];
}

export function header({ version, program, compression }: Omit<Made, 'tables'>): Buffer {
  return Buffer.concat([
    Buffer.from('PGDMP'),
    Buffer.from([1, version, 0, 4, 8, 1]),
    version < 15 ? integer(compression) : Buffer.from([compression]),
    ...[40, 30, 12, 24, 10, 126, 0].map(integer),
    ...['shop', program, program].map(string),
  ]);
}

function entry(made: Made, number: number): Buffer {
  const { version } = made;
  const texts = ['', '', 'COPY t FROM stdin;\n', 'public', ''];
  return Buffer.concat([
    integer(number),
    integer(1),
    ...['0', '0', `t${number}`, 'TABLE DATA'].map(string),
    ...(version < 11 ? [] : [integer(3)]),
    ...texts.map(string),
    ...(version < 14 ? [] : [string(null)]),
    ...(version < 16 ? [] : [integer(0)]),
    ...['postgres', 'false', '17', null].map(string),
    // Position not set: as written to a pipe.
    Buffer.from([1, 0, 0, 0, 0, 0, 0, 0, 0]),
  ]);
}

/** An archive of tables numbered from 100. */
export function archive(made: Made): Buffer {
  const blocks = made.tables.map((data, index) =>
    Buffer.concat([
      Buffer.from([1]),
      integer(100 + index),
      ...(data.length === 0 ? [] : [integer(data.length), data]),
      integer(0),
    ]),
  );
  return Buffer.concat([
    header(made),
    integer(made.tables.length),
    ...made.tables.map((_, index) => entry(made, 100 + index)),
    ...blocks,
  ]);
}
