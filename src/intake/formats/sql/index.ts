/** All formats of text, in the order in which they are recognised; the last one takes everything. */
import type { Format } from '../format.ts';
import { anyText } from '../text.ts';
import { anyBinary } from '../text-binary.ts';
import { encrypted } from '../text-encrypted.ts';
import { messages, webPages, withMagic } from '../text-refused.ts';
import { mysql } from './mysql.ts';
import { otherSql } from './other.ts';
import { postgresqlCluster, postgresqlPlain } from './postgresql.ts';
import { sqliteSql } from './sqlite.ts';
import { inUtf16 } from './utf16.ts';

export const texts: readonly Format[] = [
  encrypted,
  withMagic,
  webPages,
  inUtf16(sqliteSql, 'sqlite_sql'),
  inUtf16(postgresqlCluster, 'postgresql_cluster'),
  inUtf16(postgresqlPlain, 'postgresql_plain'),
  inUtf16(mysql, 'mysql'),
  inUtf16(otherSql, 'sql'),
  sqliteSql,
  postgresqlCluster,
  postgresqlPlain,
  mysql,
  otherSql,
  messages,
  anyText,
  anyBinary,
];
