/**
 * `npm run soak [-- --scans N] [--seed N]`: scans that are killed after a random time, while agents keep depositing and a second scan
 * tries to start. What must hold of a tree after a disturbed run is looked at after each, what must hold in the end after a clean
 * scan now and then. The seed decides everything but what the machine does meanwhile.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { seeded } from '../support/damage.ts';
import type { Ran } from '../support/run-here.ts';
import { start, type Started } from '../support/start.ts';
import { claimsOf, documentOf, invariants, looksLikeBug, newestVersion } from './looks.ts';
import { soakConfig, soakJobs, SoakAgent } from './soak-agents.ts';
import { commandIn, makeFolders, makeShelf, restore, undisturbed } from './world.ts';

const { values: options } = parseArgs({
  options: {
    scans: { type: 'string', default: '500' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
});
const scans = Number(options.scans);
const seed = Number(options.seed);
if (!(scans > 0 && Number.isSafeInteger(seed))) throw new Error('--scans and --seed are numbers');
console.log(`soak: ${scans} scans, seed ${seed}`);

const MINUTE = 60_000;
/** A clean scan, and a look at everything, after so many. */
const CLEAN_EVERY = 25;
/** A scan that has much to do, after so many; it is not killed before this many milliseconds. */
const LONG_EVERY = 20;
const LONG = 10_000;

const base = makeShelf();
const root = `${base}/world`;
const next = seeded(seed);
const chance = (percent: number): boolean => next(100) < percent;

await makeFolders(root, soakConfig);
const agents = soakJobs.map((job) => new SoakAgent(root, job, next));
let clock = Date.now() - 10 * MINUTE * scans;
const began = clock;

function depositSome(most: number): void {
  for (let count = next(most + 1); count > 0; count -= 1) {
    // Rounds of one report a second, so that some versions share a cycle.
    clock += 1_000 + next(3 * MINUTE);
    agents[next(agents.length)]?.deposit(clock);
  }
}

const startIn = (args: readonly string[]): Started => start(...commandIn(root, args));

const violations: string[] = [];
const counts = { killed: 0, ended: 0, yielded: 0 };

/** @param killed whether it was killed by us */
function judgeRun(ran: Ran, where: string, killed: boolean): void {
  if (ran.code === null) {
    counts.killed += 1;
    if (!killed) violations.push(`${where}: it was killed, by whom nobody knows`);
    return;
  }
  if (/another scan is running/u.test(ran.out + ran.err)) counts.yielded += 1;
  else counts.ended += 1;
  if (looksLikeBug(ran)) violations.push(`${where}: it looks like a bug: ${ran.err.slice(0, 600)}`);
  if (ran.code === 3)
    violations.push(`${where}: exit 3: ${ran.err.slice(0, 600)}${ran.out.slice(0, 600)}`);
  if (ran.code !== 3 && documentOf(ran.out) === null)
    violations.push(`${where}: exit ${ran.code} and no document: ${ran.out.slice(0, 300)}`);
}

const newestNow = (): string[] =>
  soakJobs.flatMap(({ agent, database }) => newestVersion(root, `${agent}/${database}`) ?? []);

async function lookAtTree(phase: string, rest: string, where: string): Promise<void> {
  const copy = `${base}/copy`;
  restore(root, copy);
  const sent = agents.reduce((sum, agent) => sum + agent.sent.length, 0);
  const found = await invariants([`${copy}|${phase}|${sent} *|${rest}`]);
  violations.push(...found.map((line) => `${where}: ${line}`));
}

/** Kills it if it is still there, and says so. */
function kill({ child }: Started): boolean {
  const lives = child.exitCode === null && child.signalCode === null;
  return lives && child.kill('SIGKILL');
}

async function disturbedRound(index: number, usual: number): Promise<void> {
  const where = `scan ${index}`;
  const newest = newestNow();
  depositSome(3);
  // So much to do that the second scan finds the first one at it.
  const isLong = index % LONG_EVERY === 0;
  if (isLong) agents[next(agents.length)]?.deposit((clock += 1_000), true);
  const first = startIn(['scan', '--json']);
  const killAfter = isLong ? LONG : (next(140) / 100) * usual;
  const secondAfter = (next(100) / 100) * usual;
  const depositAfter = (next(100) / 100) * usual;
  const secondDies = chance(33);
  const secondKillAfter = (next(120) / 100) * usual;
  const deposit = wait(depositAfter).then(() => depositSome(2));
  let isSecondKilled = false;
  const second = wait(secondAfter).then(async () => {
    const started = startIn(['scan', '--json']);
    if (secondDies) void wait(secondKillAfter).then(() => (isSecondKilled = kill(started)));
    return started.ended;
  });
  await Promise.race([wait(killAfter), first.ended]);
  const isKilled = kill(first);
  const ran = [await first.ended, await second] as const;
  await deposit;
  judgeRun(ran[0], where, isKilled);
  judgeRun(ran[1], where, isSecondKilled);
  const claims = ran.flatMap((one) => claimsOf(root, one));
  await lookAtTree('beside', `${newest.join(' ')}|${claims.join(' ')}`, where);
}

interface JobStatus {
  readonly job: string;
  readonly status: string;
  readonly path: string | null;
}

async function cleanRound(index: number): Promise<void> {
  const where = `clean scan after ${index}`;
  const newest = newestNow();
  const { code, out, err } = await undisturbed(root, ['scan', '--json']);
  if (code === 3) violations.push(`${where}: exit 3: ${err}${out.slice(0, 600)}`);
  await lookAtTree('healed', `${newest.join(' ')}||`, where);
  const status = await undisturbed(root, ['status', '--json']);
  const { jobs } = JSON.parse(status.out) as { jobs: readonly JobStatus[] };
  for (const agent of agents) {
    const name = `${agent.job.agent}/${agent.job.database}`;
    const found = jobs.find(({ job }) => job === name);
    const right = agent.expectedStatus();
    if (found === undefined || !right.includes(found.status))
      violations.push(`${where}: ${name} is ${found?.status}, and not ${right.join(' or ')}`);
    const files = agent.expectedFiles();
    if (files.length === 0) continue;
    const [sum = ''] = readFileSync(`${root}/validated/${name}/current/SHA256SUMS`, 'utf8').split(
      ' ',
    );
    if (!files.includes(sum))
      violations.push(`${where}: the newest version of ${name} is not its newest healthy round`);
  }
}

/** Milliseconds that a scan with something to do takes here. */
async function usualTime(): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < 3; round += 1) {
    for (const agent of agents) agent.deposit((clock += 1_000));
    const started = performance.now();
    judgeRun(await startIn(['scan', '--json']).ended, 'first scans', false);
    times.push(performance.now() - started);
  }
  return times.toSorted((a, b) => a - b)[1] ?? 0;
}

const made = await undisturbed(root, ['init-db']);
if (made.code !== 0) throw new Error(made.err);
const started = performance.now();
const usual = await usualTime();
for (let index = 1; index <= scans; index += 1) {
  await disturbedRound(index, usual);
  if (index % CLEAN_EVERY === 0 || index === scans) await cleanRound(index);
  for (const line of violations.splice(0)) {
    console.log(`VIOLATION ${line}`);
    process.exitCode = 1;
  }
}
if (counts.killed === 0 || counts.ended === 0) {
  console.log('VIOLATION no scan was killed, or none came to its end');
  process.exitCode = 1;
}
const rounds = agents.reduce((sum, { sent }) => sum + sent.length, 0);
console.log(
  `${scans} scans over ${rounds} rounds of ${agents.length} jobs in ${Math.round((clock - began) / MINUTE)} minutes of theirs: ` +
    `${counts.killed} killed, ${counts.yielded} yielded, ${counts.ended} came to their end; ` +
    `${process.exitCode === 1 ? 'violations: see above' : '0 violations'}; ${Math.round((performance.now() - started) / 1000)} s; seed ${seed}`,
);
