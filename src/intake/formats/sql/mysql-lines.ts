/** The lines by which mysqldump and mariadb-dump speak about their own dump; observed, over the versions since 4.0. */

/** `-- MySQL dump 10.13  Distrib 8.0.36, …`, `-- MariaDB dump 10.19-11.7.2-MariaDB, …`. */
export const headComment = /^-- (?:MySQL|MariaDB) dump (\d+)\.(\d+)/u;

const serverVersion = /^-- Server version\s+(\d+(?:\.\d+)*)(\S*)/u;

/** MariaDB's first line since May 2024, without the M at first. */
export const sandbox = /^\/\*M?!999999\\- enable the sandbox mode \*\/\s*$/u;

/** Without a time by --skip-dump-date. */
export const completed = /^-- Dump completed(?: on \d{4}-\d\d-\d\d +\d{1,2}:\d\d:\d\d)?$/u;

/** Written in place of a routine, with --force. */
export const leftOut = /^-- insufficient privileges to /u;

/** What the head saves, one variable in each line. */
export const saves = /^\/\*M?!\d+ SET @(OLD_\w+)=@@/u;

/** What the end restores; HeidiSQL does so with a default. */
export const restores = /^\/\*M?!\d+ SET (?:GLOBAL )?\w+=(?:IFNULL\()?@(OLD_\w+)(?:,.*\))? \*\/;$/u;

/** Without comments, a dump begins with one of these. */
export const beginsBare = /^\/\*M?!\d+ SET @(?:OLD_\w+=@@|saved_cs_client)/u;

export const delimiterLine = /^DELIMITER (\S+)\s*$/u;

/** Minor version of mysqldump 10 since which a dump with a head comment ends with one for sure: 10.11, of MySQL 5.0. */
const FIRST_WITH_END_COMMENT = 11;

/** Whether a dump with this head comment ends with one; null where it is no head comment. */
export function endsWithComment(comment: string): boolean | null {
  const [, major, minor] = headComment.exec(comment) ?? [];
  if (major === undefined) return null;
  return Number(major) > 10 || (Number(major) === 10 && Number(minor) >= FIRST_WITH_END_COMMENT);
}

/** What a comment of the head says about the server: `MariaDB 10.11.19`; null where it says nothing. */
export function serverOf(comment: string): string | null {
  const [, version, rest = ''] = serverVersion.exec(comment) ?? [];
  if (version === undefined) return null;
  return `${rest.includes('MariaDB') ? 'MariaDB' : 'MySQL'} ${version.slice(0, 16)}`;
}
