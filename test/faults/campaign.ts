/**
 * `npm run test:faults [-- --sample N] [--only SCENARIO] [--point TEXT] [--own-process]`: every system call that a scan or a promotion makes on the
 * deposits, the tree and the database fails once with each error that it can return, and is once the last one before the program
 * is killed. Then a clean scan follows. After each run, invariants.sh reads tree and database with other means.
 *
 * Killed right after a call is killed before the next one that changes anything; after the last one nothing is left to be done.
 */
import { globSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { compare, pointsOf, textOf, type Point } from './points.ts';
import { scenarios, type Scenario } from './scenarios.ts';
import type { Ran } from '../support/run-here.ts';
import { Traced } from './traced.ts';
import { claimsOf, invariants, looksLikeBug, newestVersion, untruths } from './looks.ts';
import { makeShelf, undisturbed } from './world.ts';

const { values: options } = parseArgs({
  options: {
    /** Every Nth point of each kind only. */
    sample: { type: 'string', default: '1' },
    only: { type: 'string' },
    /** A regular expression: only points of which the text matches. */
    point: { type: 'string' },
    /** A program of its own for every point, and not only for those at which it is killed. */
    'own-process': { type: 'boolean', default: false },
    verbose: { type: 'boolean', default: false },
  },
});

const isKill = ({ fault }: Point): boolean => fault.startsWith('signal');

const isInOwnProcess = (point: Point): boolean => options['own-process'] || isKill(point);

interface Worker {
  readonly root: string;
  readonly traced: Traced;
  /** SHA-256 of the file that has to be the newest version in the end. */
  readonly newest: string;
  /** How many there are in its drop zone, archived or not. */
  readonly reports: number;
  /** As this world has them: names in it have times in them. */
  readonly points: readonly Point[];
}

/** One clean scan, and a second promotion where the first one did not come to its end. */
async function heal(root: string, scenario: Scenario): Promise<string[]> {
  const found: string[] = [];
  const scan = await undisturbed(root, ['scan', '--json']);
  const isScan = scenario.command[0] === 'scan';
  const right = isScan ? [scenario.exit] : [0, 1];
  if (scan.code === null || !right.includes(scan.code))
    found.push(`clean scan: exit ${scan.code}: ${scan.err}${scan.out.slice(0, 1500)}`);
  if (looksLikeBug(scan)) found.push(`clean scan: it looks like a bug: ${scan.err.slice(0, 600)}`);
  if (!isScan && scan.code === 1) {
    const again = await undisturbed(root, scenario.command);
    if (again.code !== scenario.exit) found.push(`again: exit ${again.code}: ${again.err}`);
  }
  return found;
}

interface Tried {
  readonly point: Point;
  /** How the disturbed run ended. */
  readonly code: number | null;
  readonly violations: string[];
  /** Copies of the world after each of the two runs, and what invariants.sh is told of them. */
  readonly copies: readonly { readonly folder: string; readonly told: string }[];
}

/**
 * What invariants.sh is told of the two copies: it says what the parts are.
 * @param newest the newest version before
 * @param claims what the disturbed run said that it had promoted
 */
function toldOf(
  worker: Worker,
  scenario: Scenario,
  newest: string,
  claims: readonly string[],
): { readonly disturbed: string; readonly healed: string } {
  const { reports } = worker;
  const { removes, versions } = scenario;
  const outcomes = [scenario, ...(scenario.unrecorded === null ? [] : [scenario.unrecorded])]
    .map(({ conclusions, status }) => `${conclusions} ${status}`)
    .join(',');
  return {
    disturbed: `fault|${reports} ${removes ? '[01]' : '1'}|${newest}|${claims.join(' ')}`,
    healed: `healed|${reports} ${removes ? '0' : '1'}|${newest}|${versions} ${worker.newest}|${outcomes}`,
  };
}

/** @param copies where the world is copied to, for what invariants.sh looks at */
async function tryPoint(
  worker: Worker,
  scenario: Scenario,
  point: Point,
  copies: string,
): Promise<Tried> {
  const { root, traced } = worker;
  const newest = newestVersion(`${root}.saved`, 'paris/compta') ?? '';
  const { syscall, path: of, when, fault } = point;
  const killed = isKill(point);
  const inject = `inject=${syscall}:${fault}:when=${when}`;
  const args = ['-e', `trace=${syscall}`, '-P', of, '-e', inject];
  const disturbed = `${copies}.fault`;
  const isOwn = isInOwnProcess(point);
  const ran = isOwn
    ? { ...(await traced.inOwnProcess(args, disturbed, killed)), leaked: 0 }
    : await traced.inResident(args, disturbed);
  const hits = (traced.trace().match(/\(INJECTED\)/gu) ?? []).length;
  const isHit = killed ? ran.code === null : hits === 1;
  const violations = [
    ...(isHit ? [] : [`hit ${hits} times`]),
    ...(ran.code === null && !killed ? ['it was killed, by whom nobody knows'] : []),
    ...untruths(scenario, ran),
    // What is not closed stays open.
    ...(ran.leaked === (syscall === 'close' && !isOwn ? 1 : 0)
      ? []
      : [`${ran.leaked} descriptors left open`]),
  ];
  violations.push(...(await heal(root, scenario)));
  const healed = `${copies}.healed`;
  renameSync(root, healed);
  const told = toldOf(worker, scenario, newest, claimsOf(root, ran));
  return {
    point,
    code: ran.code,
    violations,
    copies: [
      { folder: disturbed, told: told.disturbed },
      { folder: healed, told: told.healed },
    ],
  };
}

/** Points that are looked at together: starting the programs that look takes longer than looking. */
const BATCH = 16;

/** Has invariants.sh look at the copies of a batch, and prints what was found. */
async function judge(scenario: Scenario, batch: readonly Tried[]): Promise<void> {
  const copies = batch.flatMap((one) => one.copies);
  const lines = await invariants(copies.map(({ folder, told }) => `${folder}|${told}`));
  for (const line of lines) {
    const of = batch.find((one) => one.copies.some(({ folder }) => line.startsWith(`${folder}: `)));
    if (of === undefined) throw new Error(line);
    of.violations.push(line);
  }
  for (const { point, code: exit, violations } of batch) {
    if (options.verbose || violations.length > 0)
      console.log(
        `${violations.length > 0 ? 'VIOLATION' : 'ok'} ${scenario.name}: ${textOf(point)}: exit ${exit}${violations.map((line) => `\n    ${line}`).join('')}`,
      );
  }
}

const referenceArgs = ['-y', '-e', 'trace=%file,%desc'];

/** Makes the world of one worker, saves it, and finds its points in a run that nothing disturbs. */
async function prepareFor(root: string, scenario: Scenario): Promise<Worker> {
  const newest = await scenario.prepare(root);
  renameSync(root, `${root}.saved`);
  const copy = `${root}.reference`;
  const traced = new Traced(root, scenario.command);
  const isFirst = scenario === scenarios[0];
  // What comes before the first look at the deposits is the same in all of them.
  const from = (of: string): boolean => isFirst || !of.startsWith(`${root}/state`);
  const pointsIn = async (running: Promise<Ran & { leaked?: number }>): Promise<Point[]> => {
    const { code, err, leaked = 0 } = await running;
    for (const folder of [root, copy]) rmSync(folder, { recursive: true });
    if (code !== scenario.exit) throw new Error(`${scenario.name}: exit ${code}: ${err}`);
    if (leaked > 0) throw new Error(`${scenario.name}: ${leaked} descriptors left open`);
    return pointsOf(traced.trace(), root, from);
  };
  const own = await pointsIn(traced.inOwnProcess(referenceArgs, copy, false));
  const resident = options['own-process']
    ? own
    : await pointsIn(traced.inResident(referenceArgs, copy));
  compare(scenario.name, own, resident);
  // Many are prepared before the first one is needed.
  await traced.rest();
  return {
    root,
    traced,
    newest,
    reports: globSync('deposits/paris/log/**/*.json', { cwd: `${root}.saved` }).length,
    points: own.map((point, index) => (isInOwnProcess(point) ? point : (resident[index] as Point))),
  };
}

/** How often each kind was among what could be tried, in all scenarios so far. */
const seen = new Map<string, number>();

/** Every Nth of the points that have the same call and the same fault, so that each kind is among them, and the same at any time. */
function sampleOf(points: readonly (readonly [number, Point])[], every: number): number[] {
  return points.flatMap(([index, { syscall, fault }]) => {
    const kind = `${syscall} ${fault}`;
    const earlier = seen.get(kind) ?? 0;
    seen.set(kind, earlier + 1);
    return earlier % every === 0 ? [index] : [];
  });
}

/** Where SQLite waits for a lock as long as it may: up to three times 30 s, in which nothing is computed. */
const waits = ({ syscall }: Point): boolean => syscall === 'fcntl';

/** Workers of a scenario for the points that wait. */
const PATIENT = 2;

function choose({ root, points }: Worker): number[] {
  const wanted = new RegExp(options.point ?? '', 'u');
  const asked = Array.from(points.entries()).filter(([, point]) =>
    wanted.test(textOf(point).replace(root, '')),
  );
  return sampleOf(asked, Number(options.sample));
}

/** Tries points until none of them is left, each worker one after the other. */
async function work(scenario: Scenario, worker: Worker, chosen: number[]): Promise<Tried[]> {
  const { root, points, traced } = worker;
  const tried: Tried[] = [];
  while (chosen.length > 0) {
    const batch: Tried[] = [];
    for (let index = chosen.shift(); index !== undefined; index = chosen.shift()) {
      const point = points[index] as Point;
      batch.push(await tryPoint(worker, scenario, point, `${root}.${index}`));
      if (batch.length === BATCH) break;
    }
    await judge(scenario, batch);
    for (const { folder } of batch.flatMap((one) => one.copies))
      rmSync(folder, { recursive: true });
    tried.push(...batch);
  }
  await traced.end();
  return tried;
}

interface Prepared {
  readonly scenario: Scenario;
  readonly workers: readonly Worker[];
  /** Indices of points, each of which a worker takes out. */
  readonly chosen: number[];
  /** What is tried meanwhile: points that wait. */
  readonly waiting: Promise<Tried[][]>;
}

/** Makes the worlds of a scenario, and begins with the points that wait. */
async function prepare(folder: string, scenario: Scenario): Promise<Prepared> {
  mkdirSync(folder);
  const first = await prepareFor(`${folder}/w0`, scenario);
  const { length } = first.points;
  const isWaiting = (index: number): boolean => waits(first.points[index] as Point);
  const all = choose(first);
  const [long, chosen] = [all.filter(isWaiting), all.filter((index) => !isWaiting(index))];
  const patient = Math.min(PATIENT, long.length);
  const cores = Math.min(availableParallelism(), Math.ceil(chosen.length / BATCH));
  const others = Array.from({ length: patient + Math.max(0, cores - 1) }, (_, index) =>
    prepareFor(`${folder}/w${index + 1}`, scenario),
  );
  const workers = [first, ...(await Promise.all(others))];
  const other = workers.find(({ points }) => points.length !== length);
  if (other !== undefined)
    throw new Error(`${scenario.name}: ${length} points, then ${other.points.length}`);
  const patients = workers.splice(1, patient);
  const waiting = Promise.all(patients.map((worker) => work(scenario, worker, long)));
  return { scenario, workers, chosen, waiting };
}

const shelf = makeShelf();
const started = performance.now();
const prepared: Prepared[] = [];
for (const [index, scenario] of scenarios.entries()) {
  if (options.only === undefined || options.only === scenario.name)
    prepared.push(await prepare(`${shelf}/${index}`, scenario));
}
let points = 0;
let violations = 0;
const running: Promise<{ readonly name: string; readonly all: readonly Tried[] }>[] = [];
for (const { scenario, workers, chosen, waiting } of prepared) {
  const quick = await Promise.all(workers.map((worker) => work(scenario, worker, chosen)));
  running.push(waiting.then((slow) => ({ name: scenario.name, all: [...quick, ...slow].flat() })));
}
for (const ended of running) {
  const { name, all } = await ended;
  const bad = all.filter((one) => one.violations.length > 0).length;
  console.log(`${name}: ${all.length} points, ${bad} violations`);
  if (all.length === 0 && options.point === undefined) process.exitCode = 1;
  points += all.length;
  violations += bad;
}
console.log(
  `${points} points, ${violations} violations, ${Math.round((performance.now() - started) / 1000)} s`,
);
if (violations > 0 || points === 0) process.exitCode = 1;
