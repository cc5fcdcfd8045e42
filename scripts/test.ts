/**
 * `npm test`: every test, with src/core held to full coverage. `npm test -- FILE… [node's own --test flags]` runs just those,
 * without the gates.
 *
 * Two rounds: the tests of src/core with coverage, which has to be full without the help of other tests; then all others, whose
 * many real programs would only be slowed down by it. A test that cannot run somewhere is skipped with "because …"; with
 * CI=true it is a failure unless test/expected-skips.txt names it.
 */
import { spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';

const CORE_TESTS = 'test/core/**/*.test.ts';
const TEST_TIMEOUT_MS = 5 * 60_000;

interface Skip {
  readonly name: string;
  readonly reason: string | true;
}

interface Round {
  readonly passed: number;
  readonly failed: number;
  readonly skips: readonly Skip[];
  /** Files that coverage was measured of, relative to the project; empty without coverage. */
  readonly measured: readonly string[];
}

const coverageGate = {
  coverage: true,
  coverageIncludeGlobs: ['src/core/**'],
  lineCoverage: 100,
  branchCoverage: 100,
  functionCoverage: 100,
};

/** Runs the files, each in a process of its own, and prints what it runs. Coverage below the gate sets the exit code by itself. */
async function runRound(files: readonly string[], gate: object): Promise<Round> {
  let passed = 0;
  let failed = 0;
  const skips: Skip[] = [];
  const measured: string[] = [];
  const stream = run({
    files: [...files],
    // Some wait for a program or a clock: with one more the cores are busy meanwhile.
    concurrency: availableParallelism() + 1,
    timeout: TEST_TIMEOUT_MS,
    ...gate,
  });
  stream.on('test:pass', ({ name, skip }) => {
    passed += 1;
    if (skip !== undefined && skip !== false) skips.push({ name, reason: skip });
  });
  stream.on('test:fail', () => {
    failed += 1;
  });
  stream.on('test:coverage', ({ summary }) => {
    measured.push(...summary.files.map((file) => path.relative('.', file.path)));
  });
  for await (const text of stream.compose(spec)) process.stdout.write(String(text));
  return { passed, failed, skips, measured };
}

/** Coverage does not know of files that no test has loaded. Modules of nothing but types export nothing, and need none. */
async function neverLoaded(measured: readonly string[]): Promise<string[]> {
  const others = globSync('src/core/**/*.ts').filter((file) => !measured.includes(file));
  const modules = await Promise.all(
    others.map((file): Promise<object> => import(path.resolve(file))),
  );
  return others.filter((_, index) => Object.keys(modules[index] ?? {}).length > 0);
}

function expectedSkips(): ReadonlySet<string> {
  const lines = readFileSync('test/expected-skips.txt', 'utf8').split('\n');
  return new Set(lines.map((line) => line.trim()).filter((line) => !/^(?:#|$)/u.test(line)));
}

function skipFaults(skips: readonly Skip[]): string[] {
  const expected = expectedSkips();
  return skips.flatMap(({ name, reason }) => {
    if (reason === true || !/\bbecause /u.test(reason))
      return [`"${name}" is skipped without saying "because …"`];
    return process.env['CI'] === 'true' && !expected.has(name)
      ? [`"${name}" was skipped ("${reason}"), and test/expected-skips.txt does not expect it`]
      : [];
  });
}

async function everything(): Promise<void> {
  const core = globSync(CORE_TESTS).toSorted();
  // From the end: at the beginning of the alphabet are the short ones, which leave no core idle at the end.
  const others = globSync('test/**/*.test.ts')
    .filter((file) => !core.includes(file))
    .toSorted()
    .toReversed();
  const started = performance.now();
  const measured = await runRound(core, coverageGate);
  // The gate of coverage says so by the exit code alone.
  const isCovered = measured.failed > 0 || process.exitCode !== 1;
  // What the test files load is the same for most of them: a sixth of a second for each file. Coverage cannot be measured with it.
  process.env['NODE_COMPILE_CACHE'] ??= path.resolve('node_modules/.cache/tests');
  const rounds = [measured, await runRound(others, {})];
  const skips = rounds.flatMap((round) => round.skips);
  const failed = rounds.reduce((sum, round) => sum + round.failed, 0);
  const unloaded = await neverLoaded(rounds.flatMap((round) => round.measured));
  const faults = [
    ...unloaded.map((file) => `${file}: no test in test/core loads it, so none of it is covered`),
    ...skipFaults(skips),
    ...(isCovered ? [] : ['src/core is not covered as a whole: see the table above']),
  ];
  const files = core.length + others.length;
  const passed = rounds.reduce((sum, round) => sum + round.passed, 0) - skips.length;
  const seconds = Math.round((performance.now() - started) / 1000);
  console.log(
    `\n${files} files in ${seconds} s: ${passed} passed, ${failed} failed, ${skips.length} skipped`,
  );
  for (const { name, reason } of skips) console.log(`skipped: ${name}: ${String(reason)}`);
  for (const fault of faults) console.error(`npm test: ${fault}`);
  if (failed > 0 || faults.length > 0) process.exitCode = 1;
  if (process.exitCode === 1) console.error('npm test: failed');
}

const given = process.argv.slice(2);
if (given.length === 0) {
  await everything();
} else {
  const { status } = spawnSync(process.execPath, ['--test', '--test-reporter=spec', ...given], {
    stdio: 'inherit',
  });
  process.exitCode = status ?? 1;
}
