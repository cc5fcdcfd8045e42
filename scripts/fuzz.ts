/**
 * `npm run test:fuzz -- [--inputs N] [--seed N] [FILE…]`: the properties of test/fuzz with as many inputs as wanted, one file
 * after the other, each with what it took. Without --inputs, ten times as many as in `npm test`.
 */
import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({
  options: { inputs: { type: 'string', default: '2500000' }, seed: { type: 'string' } },
  allowPositionals: true,
});
const seed = values.seed ?? String(Math.floor(Math.random() * 2 ** 31));
const files = positionals.length > 0 ? positionals : globSync('test/fuzz/*.test.ts').toSorted();

console.log(`${values.inputs} inputs in all properties together, seed ${seed}`);
for (const file of files) {
  const began = performance.now();
  const { status } = spawnSync(process.execPath, ['--test', '--test-reporter=spec', file], {
    stdio: 'inherit',
    env: { ...process.env, BACKUPMON_FUZZ_INPUTS: values.inputs, BACKUPMON_FUZZ_SEED: seed },
  });
  if (status !== 0) process.exitCode = 1;
  console.log(`${file}: ${Math.round((performance.now() - began) / 1000)} s`);
}
