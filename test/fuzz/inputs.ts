/**
 * How many inputs each property of test/fuzz gets, where they come from, and how a failure is repeated.
 *
 * In `npm test` each gets its share as it stands here. `npm run test:fuzz -- --inputs 5000000 --seed 1` multiplies them all, and
 * begins with a seed that is known.
 */
import { test } from 'node:test';
import fc from 'fast-check';
import { Random } from './random.ts';

/** Inputs in a normal run. What is cheap gets many: all of them together take less than 45 seconds of one core. */
export const shares = {
  'report: arbitrary bytes': 10_000,
  'report: bytes of real reports changed': 40_000,
  'report: cut anywhere': 10_000,
  'report: values of a real report replaced': 15_000,
  'report: JSON of every shape': 15_000,
  'configuration: arbitrary text': 2_000,
  'configuration: pieces of YAML': 4_000,
  'configuration: real ones changed': 2_000,
  'paths: every job has a folder of its own': 3_000,
  'paths: templates and components': 15_000,
  'paths: names that differ in case only': 15_000,
  'retention: against an oracle': 6_000,
  'retention: a larger keep keeps more': 4_000,
  'calendar: cycles tile the time': 3_000,
  'calendar: a daily job around a change of the clocks': 2_000,
  'calendar: any text as an expression': 4_000,
  'calendar: what was missed': 1_000,
  'text: for people': 60_000,
  'text: harmless text stays': 20_000,
  'nagios: any names and messages': 4_000,
  'nagios: no answer': 6_000,
  'commands: one word for a shell': 1_000,
} as const;

export type Subject = keyof typeof shares;

export const normalTotal = Object.values<number>(shares).reduce((sum, share) => sum + share, 0);

/** @throws Error for what is no number: a typing error must not look like a run without faults */
function numberIn(variable: string, text: string | undefined): number | null {
  if (text === undefined || text === '') return null;
  if (/^-?\d{1,12}$/u.test(text)) return Number(text);
  throw new Error(`${variable}=${text} is no whole number`);
}

/** Every share grows, or shrinks, alike. */
export function runsOf(
  subject: Subject,
  wanted: number | null = numberIn('BACKUPMON_FUZZ_INPUTS', process.env['BACKUPMON_FUZZ_INPUTS']),
): number {
  const share = shares[subject];
  return wanted === null ? share : Math.max(1, Math.ceil((share / normalTotal) * wanted));
}

const seed =
  numberIn('BACKUPMON_FUZZ_SEED', process.env['BACKUPMON_FUZZ_SEED']) ??
  Math.floor(Math.random() * 2 ** 31);

/** A generator of its own for each input. Without a bias, which would make one number in three a small one. */
const randoms = fc.noBias(fc.noShrink(fc.integer({ min: 0, max: 0xffff_ffff })));

/** One property as one test. `make` draws an input, `check` throws for one that is not answered as it should be. */
export function fuzz<Input>(
  subject: Subject,
  make: (random: Random) => Input,
  check: (input: Input) => void,
): void {
  const inputs = randoms.map((number) => make(new Random(number)));
  fuzzArbitrary(subject, inputs, check);
}

/** The same with a generator of fast-check's, which can shrink what it finds but takes ten times as long. */
export function fuzzArbitrary<Input>(
  subject: Subject,
  inputs: fc.Arbitrary<Input>,
  check: (input: Input) => void,
): void {
  const numRuns = runsOf(subject);
  test(subject, { timeout: Infinity }, () => {
    const details = fc.check(
      fc.property(inputs, (input) => check(input)),
      { numRuns, seed },
    );
    if (!details.failed) return;
    const total = process.env['BACKUPMON_FUZZ_INPUTS'] || String(normalTotal);
    throw new Error(
      `${subject}: input ${details.numRuns} of ${numRuns} with the seed ${seed}; again with: ` +
        `npm run test:fuzz -- --inputs ${total} --seed ${seed}\n${fc.defaultReportMessage(details) ?? ''}`,
      { cause: details.errorInstance },
    );
  });
}
