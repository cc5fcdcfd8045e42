/** Words that statements and their ends are told by, over all dialects. Nothing here is a parser: it answers for single lines. */

/** Words that begin statements, and hardly anything else. */
const sure =
  /^(?:ALTER|ANALYZE|BEGIN|CALL|COMMENT\s+ON|COMMIT|CREATE|DECLARE|DELETE\s+FROM|DELIMITER|DROP|EXEC|EXECUTE|FLUSH|GO|GRANT|INSERT|LOAD\s+DATA|LOCK\s+TABLES?|MERGE\s+INTO|OPTIMIZE|PRAGMA|PROMPT|REINDEX|RENAME|REPLACE\s+INTO|REVOKE|ROLLBACK|SAVEPOINT|SELECT|SPOOL|START\s+(?:TRANSACTION|SLAVE|REPLICA)|TRUNCATE|UNLOCK\s+TABLES|UPDATE|VACUUM|VALUES|WHENEVER)(?=[\s;('"`[@/]|$)/iu;

/** `COPY table (column`, `COPY table FROM`, or a name in quotes; not the beginning of a sentence. */
const copies = /^COPY\s+(?:[\w.]*"|[\w.]+\s*\(|[\w.]+\s+(?:FROM|TO)\s)/iu;

/** Words that sentences begin with as well. */
const likely = /^(?:CONNECT|DO|END|IF|PRINT|REM|REMARK|RESET|SET|SHOW|USE|WITH)(?=[\s;(]|$)/iu;

/** A command of psql, or a comment that MySQL or MariaDB carries out. */
const special = /^(?:\\[a-z!?]|\/\*M?!)/u;

/** So many words, without an assignment or a terminator, are no sentence yet. */
const SHORT_COMMAND = 6;

/** Whether a line can begin a statement. */
export function beginsStatement(line: string): boolean {
  const text = line.trimStart();
  if (sure.test(text) || special.test(text) || copies.test(text)) return true;
  return (
    likely.test(text) && (/[;=]/u.test(text) || text.trim().split(/\s+/u).length <= SHORT_COMMAND)
  );
}

export const isBlank = (line: string): boolean => line.trim() === '';

/** Whether a line is nothing but a comment; `#` begins one for MySQL only. */
export const isComment = (line: string): boolean =>
  /^\s*(?:--|#|\/\*(?!M?!).*\*\/\s*$)/u.test(line);

export const isCopy = (line: string): boolean => /^COPY\s/iu.test(line);

/** Whether a COPY statement that ends so is followed by its data; pg_dump's end with `FROM stdin;`. */
export function endsInCopyFromInput(statement: string): boolean {
  return statement.trimEnd().endsWith(';') && /\sfrom\s+stdin\b/iu.test(statement);
}

const createsTable =
  /^CREATE\s+(?:(?:GLOBAL|LOCAL|TEMP|TEMPORARY|UNLOGGED|FOREIGN|EXTERNAL|VIRTUAL)\s+)*TABLE\b/iu;

export const isCreateTable = (line: string): boolean => createsTable.test(line);

/** Lines that are complete without a terminator: commands of the clients, and what some of them let end a statement. */
const complete =
  /^\s*(?:\\|--|#|\/$|\.$|(?:GO|DELIMITER|PROMPT|REM|REMARK|SET|SPOOL|WHENEVER|COMMIT|ROLLBACK|EXIT|QUIT|USE|SHOW|PRINT|CONNECT|DISCONNECT|TERMINATE|HOST|DEFINE|UNDEFINE|EXEC|EXECUTE|END)\b)/iu;

/** `;`, the end of a comment, and what else is in use as a terminator: Firebird's `^`, DB2's `@`, `$$`, `//`, `|`, `~`. */
const terminated = /(?:[;^@|~]|\*\/|\$\$|\/\/)\s*$/u;
const commented = /;\s*(?:--|#)[^'"]*$/u;

/** Whether a text may end with this line, after a whole statement or a comment. */
export const mayEnd = (line: string): boolean =>
  complete.test(line) || terminated.test(line) || commented.test(line);

/** Whether a line ends where a statement cannot: behind what asks for more. */
export const asksForMore = (line: string): boolean => /[,(=+]\s*$/u.test(line);
