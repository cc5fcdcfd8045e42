/** What a case found, as text. */
import type { Reached } from './aims.ts';
import { caches } from './cache.ts';
import { median, ratioOf, type Sample } from './measure.ts';

export type Table =
  | { readonly kind: 'times'; readonly samples: readonly Sample[] }
  | { readonly kind: 'memory'; readonly peaks: readonly { label: string; bytes: number }[] }
  /** With CPU time and memory. */
  | {
      readonly kind: 'work';
      readonly title: string;
      readonly samples: readonly Sample[];
      readonly reached: readonly Reached[];
    }
  | { readonly kind: 'note'; readonly text: string };

const time = (ms: number): string =>
  ms < 1000 ? `${ms.toFixed(ms < 100 ? 1 : 0)} ms` : `${(ms / 1000).toFixed(2)} s`;

const memory = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(0)} MiB`;

const timeCells = (sample: Sample, measure: Sample): string[] => [
  sample.label,
  time(median(sample.times)),
  `${time(Math.min(...sample.times))} – ${time(Math.max(...sample.times))}`,
  ratioOf(sample, measure).toFixed(2),
];

const workCells = ({ cpu, peak }: Sample): string[] => [
  cpu.length === 0 ? '–' : time(median(cpu)),
  peak === null ? '–' : memory(peak),
];

function rowsOf(table: Exclude<Table, { kind: 'note' }>): string[][] {
  if (table.kind === 'memory') {
    return [['', 'peak'], ...table.peaks.map(({ label, bytes }) => [label, memory(bytes)])];
  }
  const [measure] = table.samples;
  if (measure === undefined) return [];
  const more = table.kind === 'work';
  return [
    ['', 'median', 'min – max', 'ratio', ...(more ? ['CPU', 'peak'] : [])],
    ...table.samples.map((sample) => [
      ...timeCells(sample, measure),
      ...(more ? workCells(sample) : []),
    ]),
  ];
}

function columns(rows: readonly (readonly string[])[]): string {
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

export function tableText(table: Table): string {
  if (table.kind === 'note') return table.text;
  return `${table.kind === 'work' ? `${table.title}\n\n` : ''}${columns(rowsOf(table))}`;
}

function reachedText(one: Reached | undefined): string {
  if (one === undefined) return '–';
  const { value, most, unit } = one;
  const shown = value.toFixed(unit === '' ? 2 : 0);
  return `${shown}${unit}${Number(shown) > most ? ' missed' : ''}`;
}

/** A row for each aim, with what was reached with either state of the page cache. */
export function aimsText(all: readonly Reached[]): string {
  const rows = [...new Set(all.map(({ what }) => what))].map((what) => {
    const own = all.filter((one) => one.what === what);
    const { most = Number.NaN, unit = '' } = own[0] ?? {};
    return [
      what,
      `≤ ${most.toFixed(unit === '' ? 2 : 0)}${unit}`,
      ...caches.map((cache) => reachedText(own.find((one) => one.cache === cache))),
    ];
  });
  return columns([['', 'aim', ...caches], ...rows]);
}
