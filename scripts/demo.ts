/**
 * `npm run demo`: five agents, two backup rounds, and what backupmon says about them. Everything is real (databases, dumps,
 * the program, the clock) and lies in a temporary folder, which is removed at the end; --keep keeps it.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { addEntries, backUp, dumps, failToBackUp, makeDatabase } from './demo/agent.ts';

const program = path.resolve(import.meta.dirname, '../bin/backupmon.js');
const hour = 3_600_000;
const silentPeriod = 5_000;

const folder = mkdtempSync(path.join(tmpdir(), 'backupmon-demo-'));
const deposits = path.join(folder, 'deposits');
const configuration = `deposits: ${deposits}
validated: ${folder}/validated
database: ${folder}/state/backupmon.db
site: demo
defaults:
  schedule: every 24h
  keep: 3
  settle: 0s # nothing is on its way here: what does not match is wrong at once
agents:
  paris: { databases: [compta] } # healthy
  lyon: { databases: [boutique] } # its file is damaged on the way
  dakar: { databases: [paie] } # its dump fails, and it says so
  yaounde: { databases: [wiki] } # healthy, but nothing has changed in the second round
  douala: # never reports
    databases:
      crm: { schedule: every 5s, grace: 0s } # so that nobody waits for a night
notifications: # by a program of ours; mail and others: docs/notifications.md
  command: { run: [/bin/sh, -c, 'echo "$BACKUPMON_SUBJECT" >> ${folder}/told'] }
`;

const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};
const explain = (text: string): void => say(`\n# ${text}`);

const environment = { ...process.env, BACKUPMON_CONFIG: `${folder}/config.yaml` };

/** Runs the program as a user would, and shows what it prints and exits with. */
function backupmon(args: string, exits: number): void {
  say(`$ backupmon ${args}`);
  const { status } = spawnSync(process.execPath, [program, ...args.split(' ')], {
    stdio: 'inherit',
    env: environment,
  });
  say(`→ exit ${status}`);
  if (status !== exits)
    throw new Error(`\`backupmon ${args}\` exited ${status} instead of ${exits}`);
}

const databases = {
  compta: makeDatabase(4_000),
  boutique: makeDatabase(2_000),
  wiki: makeDatabase(1_000),
};

/** One bit of a file changes on its way. */
function damage(file: string): void {
  const bytes = readFileSync(file);
  const middle = bytes.length >> 1;
  bytes.writeUInt8(bytes.readUInt8(middle) ^ 1, middle);
  writeFileSync(file, bytes);
}

async function depositRound(ended: Date): Promise<{ boutique: string }> {
  const round = (agent: string, database: string) => ({ deposits, agent, database, ended });
  await backUp(round('paris', 'compta'), databases.compta, dumps.sqliteZstd);
  const boutique = await backUp(round('lyon', 'boutique'), databases.boutique, dumps.sqliteGzip);
  failToBackUp(round('dakar', 'paie'), 'no space left on device');
  await backUp(round('yaounde', 'wiki'), databases.wiki, dumps.sqlGzip);
  return { boutique };
}

/** The watch of the silent agent began during the first scan, which had ended at `scanned`; its backup is due a period later. */
async function untilSilentIsDue(scanned: number): Promise<void> {
  explain(`douala's backup is due 5 s after that first scan; waiting for it …`);
  await sleep(Math.max(0, scanned + silentPeriod - Date.now()));
}

/** The subject of each message. */
const toldSoFar = (): string[] => readFileSync(`${folder}/told`, 'utf8').split('\n').slice(0, -1);

/** A demo that does not show what it promises has to fail. */
function check(): void {
  const expected = ['FAILED', 'HASH_MISMATCH', 'MISSING', 'SUCCESS', 'TRANSFER_INTEGRITY_FAILED'];
  const { stdout } = spawnSync(process.execPath, [program, 'status', '--json'], {
    encoding: 'utf8',
    env: environment,
  });
  const { jobs } = JSON.parse(stdout) as { jobs: readonly { status: string }[] };
  const found = jobs.map((job) => job.status).toSorted();
  if (found.join() !== expected.join()) throw new Error(`it shows ${found.join(', ')}`);
  const told = toldSoFar();
  if (told.length !== 2) throw new Error(`people were told ${told.length} times`);
}

async function demo(): Promise<void> {
  mkdirSync(`${deposits}/douala`, { recursive: true });
  mkdirSync(`${folder}/validated`);
  writeFileSync(`${folder}/config.yaml`, configuration);
  say(`Everything happens in ${folder}. Its config.yaml:\n`);
  say(configuration.replaceAll(/^(?=.)/gmu, '    '));
  backupmon('init-db', 0);

  explain('Last night, four of the five agents have deposited dumps and reports. cron runs:');
  await depositRound(new Date(Date.now() - 23 * hour));
  backupmon('scan', 2);

  await untilSilentIsDue(Date.now());
  explain(
    "A day's work later they have done so again. yaounde's database is still the same, and one bit of lyon's file changed on the way.",
  );
  addEntries(databases.compta, 120);
  addEntries(databases.boutique, 60);
  const { boutique } = await depositRound(new Date(Date.now() - 1000));
  damage(boutique);
  backupmon('scan', 2);

  explain('Where does everything stand?');
  backupmon('status', 2);
  explain('Why is lyon critical? (Its good version of last night is still there.)');
  backupmon('status lyon/boutique', 2);
  explain('What was concluded so far, newest first?');
  backupmon('history', 0);
  explain('What were people told? One message for each scan that had news, and none for others:');
  backupmon('scan', 2);
  for (const subject of toldSoFar()) say(subject);
  check();
}

try {
  await demo();
} catch (error) {
  console.error(`demo: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
} finally {
  if (process.argv.includes('--keep')) {
    say(`\nKept: ${folder} (BACKUPMON_CONFIG=${folder}/config.yaml)`);
  } else {
    rmSync(folder, { recursive: true });
    say(`\n${folder} is removed; \`npm run demo -- --keep\` keeps it to look around.`);
  }
}
