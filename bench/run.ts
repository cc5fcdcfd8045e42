/**
 * `npm run bench [-- --quick] [--runs N] [--only NAME]`: real runs of the built program beside their measure, one of each in turn. Numbers are for
 * people; nothing fails for being slow. Quote the ratios, they travel; the times are this machine's. Files are made in a folder of
 * their own in $BENCH_FOLDER, else where temporary files go: up to 13 GiB at a time, with --quick 1 GiB.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import path from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { Reached } from './aims.ts';
import { cases, type Scale } from './cases.ts';
import { aimsText, tableText } from './table.ts';

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    runs: { type: 'string' },
    only: { type: 'string', multiple: true, default: cases.map(({ name }) => name) },
    help: { type: 'boolean', default: false },
  },
});

const scale: Scale = {
  quick: options.quick,
  runs: options.runs === undefined ? null : Math.max(1, Number(options.runs)),
};

/** Made now, gone when the program ends, however it ends: the files are large. */
function temporaryFolder(): string {
  const folder = mkdtempSync(
    path.join(path.resolve(process.env['BENCH_FOLDER'] ?? tmpdir()), 'backupmon-bench-'),
  );
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130));
  return folder;
}

async function bench(): Promise<void> {
  const folder = temporaryFolder();
  const reached: Reached[] = [];
  const model = cpus()[0]?.model ?? 'unknown processor';
  console.log(`${availableParallelism()} cores (${model}), Node ${process.version}, in ${folder}`);
  console.log('Medians; each ratio is the median of the ratios to the first line of its table,');
  console.log('run by run.');
  for (const { name, title, measure } of cases.filter((one) => options.only.includes(one.name))) {
    const own = path.join(folder, name);
    mkdirSync(own);
    console.log(`\n${name}: ${title(scale)}`);
    for (const table of measure(own, scale)) {
      console.log(`\n${tableText(table)}`);
      if (table.kind === 'work') reached.push(...table.reached);
      // All else is synchronous: here a signal is heard.
      await turn();
    }
    rmSync(own, { recursive: true });
  }
  if (reached.length === 0) return;
  const quick = options.quick ? ' (--quick: starting up weighs more than it should)' : '';
  console.log(`\nAims, as ratios to the peer behind the colon, and what was reached${quick}`);
  console.log(`\n${aimsText(reached)}`);
}

const unknown = options.only.filter((name) => !cases.some((one) => one.name === name));
if (options.help || unknown.length > 0) {
  console.error(
    `npm run bench -- [--quick] [--runs N] [--only ${cases.map(({ name }) => name).join('|')}]…`,
  );
  process.exitCode = options.help ? 0 : 1;
} else {
  await bench();
}
