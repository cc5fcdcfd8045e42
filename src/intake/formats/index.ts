/** All formats, in the order in which they are recognised: marks in the first bytes, then structure, then text, then anything. */
import type { Format } from './format.ts';
import { mongodbArchive } from './mongodb.ts';
import { oracle } from './oracle.ts';
import { postgresArchive } from './pg-archive.ts';
import { redisRdb } from './redis.ts';
import { sqlServer } from './sqlserver.ts';
import { sqliteFile } from './sqlite-file.ts';
import { texts } from './sql/index.ts';
import { tarArchive } from './tar.ts';
import { zipArchive } from './zip.ts';

const formats: readonly Format[] = [
  sqliteFile,
  postgresArchive,
  mongodbArchive,
  redisRdb,
  oracle,
  sqlServer,
  zipArchive,
  tarArchive,
  ...texts,
];

/** The first format that a content which begins like this can be. @param all whether `head` is the whole content */
export function formatOf(head: Buffer, all: boolean): Format {
  const found = formats.find((format) => format.recognises(head, all));
  if (found === undefined) throw new Error('no format takes everything');
  return found;
}
