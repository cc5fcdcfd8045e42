/** SQL text of other tools: never proved, and refused only where it is damaged for sure. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judge, judgeAllWays, outcome } from './sql-support.ts';

const undamaged: Readonly<Record<string, string>> = {
  'only a comment': '-- dump of compta\n',
  'only a block comment': '/* nothing to do\n today */\n',
  'a single statement': 'CREATE TABLE t (a int);\n',
  'a single statement, lower case, no terminator': 'select 1',
  'a single value with a semicolon, no terminator': "insert into t values ('a;b')",
  'several, without a line end': 'create table t (a int);\ninsert into t values (1);',
  'a comment behind the last statement':
    'create table t (a int);\ninsert into t values (1); -- end\n',
  phpMyAdmin:
    '-- phpMyAdmin SQL Dump\n-- version 5.2.1\n\nSET SQL_MODE = "NO_AUTO_VALUE_ON_ZERO";\nSTART TRANSACTION;\n\n' +
    '/*!40101 SET @OLD_CHARACTER_SET_CLIENT=@@CHARACTER_SET_CLIENT */;\n\nCREATE TABLE `t` (\n  `a` int\n) ENGINE=InnoDB;\n' +
    'INSERT INTO `t` (`a`) VALUES\n(1),\n(2);\nCOMMIT;\n\n' +
    '/*!40101 SET CHARACTER_SET_CLIENT=@OLD_CHARACTER_SET_CLIENT */;\n',
  HeidiSQL:
    '-- --------------------------------------------------------\n-- Host: 127.0.0.1\n\n' +
    '/*!40101 SET @OLD_CHARACTER_SET_CLIENT=@@CHARACTER_SET_CLIENT */;\n' +
    '/*!40111 SET @OLD_SQL_NOTES=@@SQL_NOTES, SQL_NOTES=0 */;\n\nCREATE TABLE `t` (`a` int);\n\n' +
    "/*!40101 SET SQL_MODE=IFNULL(@OLD_SQL_MODE, '') */;\n/*!40111 SET SQL_NOTES=IFNULL(@OLD_SQL_NOTES, 1) */;\n",
  Adminer:
    '-- Adminer 4.8.1 MySQL 8.0.30 dump\n\nSET NAMES utf8;\nDELIMITER ;;\nCREATE PROCEDURE `p` ()\nBEGIN\nSELECT 1;\nEND;;\nDELIMITER ;\n\n-- 2024-01-01 10:00:00\n',
  Navicat:
    '/*\n Navicat Premium Data Transfer\n*/\n\nSET NAMES utf8mb4;\nCREATE TABLE `t` (`a` int);\nSET FOREIGN_KEY_CHECKS = 1;\n',
  'SQL Server Management Studio':
    '\u00ef\u00bb\u00bfUSE [shop]\nGO\n/****** Object:  Table [dbo].[t] ******/\nSET ANSI_NULLS ON\nGO\nCREATE TABLE [dbo].[t](\n\t[a] [int] NULL\n) ON [PRIMARY]\nGO\nINSERT [dbo].[t] ([a]) VALUES (1)\nGO\n',
  'a last batch without GO': 'SET NOCOUNT ON;\nGO\nINSERT INTO t VALUES (1)\n',
  'PL/SQL Developer':
    'prompt Importing table t...\nset feedback off\nset define off\ninsert into t (a) values (1);\n\nprompt Done.\n',
  'SQL*Plus': 'REM made by hand\nCREATE OR REPLACE PROCEDURE p AS\nBEGIN\n  NULL;\nEND;\n/\nEXIT\n',
  Firebird:
    'SET SQL DIALECT 3;\n\nSET TERM ^ ;\nCREATE PROCEDURE P AS\nBEGIN\n  EXIT;\nEND ^\nSET TERM ; ^\n',
  'HSQLDB script':
    "SET DATABASE UNIQUE NAME HSQLDB1\nCREATE USER SA PASSWORD DIGEST 'x'\nINSERT INTO T VALUES(1)\n",
  'a dump without its comments':
    "SET statement_timeout = 0;\nCREATE TABLE public.t (\n    a text\n);\nCOPY public.t (a) FROM stdin;\nhello\nCREATE TABLE no;\n\\.\nSELECT pg_catalog.setval('s', 1);\n",
  mydumper:
    "/*!40101 SET NAMES binary*/;\n/*!40014 SET FOREIGN_KEY_CHECKS=0*/;\nINSERT INTO `t` VALUES(1,'a')\n,(2,'b')\n;\n",
  'psql commands': '\\connect shop\nCREATE TABLE t (a int);\n\\echo done\n',
};

for (const [name, text] of Object.entries(undamaged)) {
  test(`undamaged, and not proved: ${name}`, async () => {
    const judged = await judgeAllWays(Buffer.from(text, 'latin1'));
    assert.equal(outcome(judged), 'unproved', judged.fault?.message ?? '');
    assert.deepEqual([judged.kind, judged.description], ['sql', 'SQL text']);
    assert.equal(judged.shortfall, 'SQL text of no known tool: it has no end mark');
    assert.equal(judged.print, judged.sha256);
  });
}

const cut: Readonly<Record<string, string>> = {
  'behind a comma': 'INSERT INTO t VALUES\n(1),\n(2),\n',
  'behind a bracket': 'CREATE TABLE t (',
  'within a value, others being terminated':
    "CREATE TABLE t (a int);\nINSERT INTO t VALUES (1, 'ab",
  'within a definition': 'CREATE TABLE a (b int);\nCREATE TABLE t (\n  `a` int NOT NULL\n',
  'within the data of COPY': 'COPY public.t (a) FROM stdin;\nhello;\n',
};

for (const [name, text] of Object.entries(cut)) {
  test(`cut for sure: ${name}`, async () => {
    const judged = await judgeAllWays(text);
    assert.equal(outcome(judged), 'dump_cut', judged.shortfall ?? '');
    assert.match(judged.fault?.message ?? '', /ends within/u);
    assert.notEqual(judged.lastLine, null);
  });
}

test('tables and batches are counted in any case, not within the data of COPY', async () => {
  const { measures } = await judgeAllWays(undamaged['a dump without its comments'] ?? '');
  assert.deepEqual(measures, { tables: 1, batches: 1 });
  const lower = await judge(
    'create table a (b int);\ninsert into a values (1);\nreplace into a values (2);\n',
  );
  assert.deepEqual(lower.measures, { tables: 1, batches: 2 });
});

test('zeros: a lost part is corrupt, a single zero byte within a string is somebody\u2019s way of writing it', async () => {
  const statement = "INSERT INTO t VALUES ('a');\n";
  const lost = Buffer.concat([Buffer.from(statement), Buffer.alloc(512), Buffer.from(statement)]);
  const judged = await judgeAllWays(lost);
  assert.equal(outcome(judged), 'dump_corrupt');
  assert.match(judged.fault?.message ?? '', new RegExp(`from byte ${statement.length} on`, 'u'));
  assert.equal(outcome(await judgeAllWays("INSERT INTO t VALUES ('\0');\n")), 'unproved');
});

test('messages before and behind it are named', async () => {
  const sql = 'CREATE TABLE t (a int);\nINSERT INTO t VALUES (1);\n';
  for (const text of [
    `mysqldump: [Warning] no\n${sql}`,
    `${sql}mysqldump: Error 2013: Lost connection\n`,
  ])
    assert.equal(outcome(await judgeAllWays(text)), 'foreign_text');
  const value = "INSERT INTO t VALUES ('\nmysqldump: Error 2013: Lost connection\n');\n";
  assert.equal(outcome(await judgeAllWays(value)), 'unproved');
});

test('in UTF-16, as PowerShell writes it, a dump is refused with what to do', async () => {
  const dump = '-- MySQL dump 10.13  Distrib 8.0.36, for Win64 (x86_64)\n-- Dump completed\n';
  const little = Buffer.from(dump, 'utf16le');
  for (const bytes of [
    Buffer.from(`\ufeff${dump}`, 'utf16le'),
    little,
    Buffer.from(little).swap16(),
  ]) {
    const judged = await judgeAllWays(bytes);
    assert.deepEqual([outcome(judged), judged.kind], ['dump_corrupt', 'mysql']);
    assert.match(judged.fault?.message ?? '', /PowerShell.*--result-file/u);
  }
  const table = Buffer.from('\ufeffname;amount\r\nx;1\r\n', 'utf16le');
  assert.equal(outcome(await judge(table)), 'unproved');
});
