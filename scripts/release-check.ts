/**
 * `npm run release:check`: what a release has to hold and takes too long for every change. Builds the binary and the package, runs the
 * tests of the command line once more against the binary, and those of test/release, which install the package and unpack whole systems.
 * As root, on Debian.
 */
import { spawnSync } from 'node:child_process';
import { globSync, statSync } from 'node:fs';
import path from 'node:path';
import { availableParallelism } from 'node:os';

const binary = path.resolve('dist/backupmon');

/** By the package that has each. */
const needed: Readonly<Record<string, string>> = {
  cc: 'gcc',
  strip: 'binutils',
  'systemd-analyze': 'systemd',
  faketime: 'faketime',
  lintian: 'lintian',
  debootstrap: 'debootstrap',
  'dpkg-shlibdeps': 'dpkg-dev',
};

function checkNeeded(): void {
  const missing = Object.entries(needed).filter(
    ([program]) => spawnSync('sh', ['-c', `command -v ${program}`]).status !== 0,
  );
  if (missing.length === 0) return;
  const packages = missing.map(([, name]) => name).join(' ');
  throw new Error(`not installed: apt-get install --no-install-recommends ${packages}`);
}

interface Step {
  readonly says: string;
  readonly command: readonly [string, ...string[]];
  readonly env?: Readonly<Record<string, string>>;
}

const tests = (...patterns: string[]): readonly [string, ...string[]] => [
  process.execPath,
  '--test',
  `--test-concurrency=${availableParallelism()}`,
  ...patterns.flatMap((pattern) => globSync(pattern).toSorted()),
];

/** What runs the program as a process, or as a user does. */
const ofTheCommandLine = ['scenarios', 'hostile', 'running', 'monitoring', 'completion', 'doctor'];

const steps: readonly Step[] = [
  { says: 'build the binary', command: [process.execPath, 'scripts/build-binary.ts'] },
  { says: 'build the package', command: [process.execPath, 'scripts/build-deb.ts'] },
  { says: 'the package, and whole systems', command: tests('test/release/*.check.ts') },
  {
    says: 'the command line, by the binary',
    command: tests(...ofTheCommandLine.map((folder) => `test/${folder}/*.test.ts`)),
    env: { BACKUPMON_TEST_BINARY: binary },
  },
  {
    says: 'the units',
    command: [
      'systemd-analyze',
      'security',
      '--offline=true',
      '--threshold=15',
      '--no-pager',
      'systemd/backupmon-scan.service',
    ],
  },
  {
    says: 'start-up',
    command: [
      process.execPath,
      'bench/run.ts',
      '--only',
      'start',
      '--only',
      'nothing-new',
      '--only',
      'history',
    ],
  },
];

checkNeeded();
const failed: string[] = [];
for (const { says, command, env } of steps) {
  console.log(`\n== ${says}`);
  const [file, ...argv] = command;
  const started = performance.now();
  const { status } = spawnSync(file, argv, { stdio: 'inherit', env: { ...process.env, ...env } });
  const seconds = Math.round((performance.now() - started) / 1000);
  console.log(`== ${says}: ${status === 0 ? 'passed' : 'failed'}, ${seconds} s`);
  if (status !== 0) failed.push(says);
}
for (const file of globSync('dist/{backupmon,*.deb}'))
  console.log(`${path.basename(file)}: ${(statSync(file).size / 1e6).toFixed(1)} MB`);
if (failed.length > 0) {
  console.error(`release check: failed: ${failed.join(', ')}`);
  process.exitCode = 1;
}
