/**
 * `npm run bench [-- --quick] [--only NAME]`: real runs of the built program beside their measure, one of each in turn. Numbers are for
 * people; nothing fails for being slow. Quote the ratios, they travel; the times are this machine's.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { cases, type Measured } from './cases.ts';
import { median, type Sample } from './measure.ts';

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true, default: cases.map(({ name }) => name) },
    help: { type: 'boolean', default: false },
  },
});

const time = (ms: number): string =>
  ms < 1000 ? `${ms.toFixed(ms < 100 ? 1 : 0)} ms` : `${(ms / 1000).toFixed(2)} s`;

function timeRow({ label, times }: Sample, measure: Sample): string[] {
  const ratios = times.map((value, index) => value / (measure.times[index] ?? Number.NaN));
  return [
    label,
    time(median(times)),
    `${time(Math.min(...times))} – ${time(Math.max(...times))}`,
    median(ratios).toFixed(2),
  ];
}

function rowsOf(measured: Measured): string[][] {
  if (measured.kind === 'memory') {
    return [
      ['', 'peak'],
      ...measured.peaks.map(({ label, bytes }) => [label, `${(bytes / 2 ** 20).toFixed(0)} MiB`]),
    ];
  }
  const [measure] = measured.samples;
  if (measure === undefined) return [];
  return [
    ['', 'median', 'min – max', 'ratio'],
    ...measured.samples.map((sample) => timeRow(sample, measure)),
  ];
}

function table(rows: readonly (readonly string[])[]): string {
  const width = (column: number): number =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0));
  return rows
    .map((row) =>
      row
        .map((cell, column) =>
          column === 0 ? cell.padEnd(width(column)) : cell.padStart(width(column)),
        )
        .join('   ')
        .trimEnd(),
    )
    .join('\n');
}

function bench(): void {
  const folder = mkdtempSync(path.join(tmpdir(), 'backupmon-bench-'));
  const model = cpus()[0]?.model ?? 'unknown processor';
  console.log(`${availableParallelism()} cores (${model}), Node ${process.version}, in ${folder}`);
  console.log('Medians; each ratio is the median of the ratios to the first line of its table,');
  console.log('run by run.');
  try {
    for (const { name, title, measure } of cases.filter((one) => options.only.includes(one.name))) {
      const own = path.join(folder, name);
      mkdirSync(own);
      console.log(`\n${name}: ${title(options.quick)}\n`);
      console.log(table(rowsOf(measure(own, options.quick))));
      rmSync(own, { recursive: true });
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const unknown = options.only.filter((name) => !cases.some((one) => one.name === name));
if (options.help || unknown.length > 0) {
  console.error(`npm run bench -- [--quick] [--only ${cases.map(({ name }) => name).join('|')}]…`);
  process.exitCode = options.help ? 0 : 1;
} else {
  bench();
}
