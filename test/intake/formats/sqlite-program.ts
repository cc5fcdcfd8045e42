/** The smallest program that can be started to check a database. */
import { checkSqlite } from '../../../src/intake/formats/sqlite-process.ts';

await checkSqlite();
