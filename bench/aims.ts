/** What is aimed at for the reading of files, and what a run reached: ratios of wall time, and a peak of memory. */
import type { Cache } from './cache.ts';
import { ratioOf, type Sample } from './measure.ts';

/** The commands of a table by what they stand for. */
export type Samples = ReadonlyMap<string, Sample>;

export interface Reached {
  readonly what: string;
  /** The aim: no more than this. */
  readonly most: number;
  readonly unit: '' | ' MB';
  readonly value: number;
  readonly cache: Cache;
}

interface Ratio {
  /** The case whose table has both. */
  readonly name: string;
  readonly what: string;
  readonly most: number;
  readonly ours: string;
  readonly peer: string;
}

const ratios: readonly Ratio[] = [
  {
    name: 'one-plain',
    what: 'one file, hash only: openssl',
    most: 1,
    ours: 'dry intact',
    peer: 'openssl',
  },
  {
    name: 'many-plain',
    what: 'many files, hash only: xargs openssl',
    most: 1,
    ours: 'dry intact',
    peer: 'openssl',
  },
  {
    name: 'many-plain',
    what: 'many files, hash only: xargs sha256sum',
    most: 0.35,
    ours: 'dry intact',
    peer: 'sha256sum',
  },
  ...(['one', 'many'] as const).flatMap((count): Ratio[] => {
    const name = `${count}-gzip`;
    const files = count === 'one' ? 'one file' : 'many files';
    return [
      {
        name,
        what: `${files}, hash and gzip test (readable): sha256sum, then gzip -t`,
        most: 0.4,
        ours: 'dry readable',
        peer: 'sum and test',
      },
      {
        name,
        what: `${files}, complete on gzip: gzip -t alone`,
        most: 1.1,
        ours: 'dry complete',
        peer: 'gzip -t',
      },
      {
        name,
        what: `${files}, complete on gzip: Node's own zlib alone`,
        most: 1.1,
        ours: 'dry complete',
        peer: 'own decompressor',
      },
      {
        name,
        what: `${files}, durable copies, complete: script of sha256sum -c, gzip -t, cp, sync, mv`,
        most: 0.5,
        ours: 'scan complete',
        peer: 'script',
      },
    ];
  }),
];

/** In decimal megabytes, as the aim is. */
const PEAK = 120;

function peakOf(name: string, cache: Cache, samples: Samples): Reached[] {
  const peaks = [...samples.values()].flatMap(({ peak }) => peak ?? []);
  if (peaks.length === 0) return [];
  const value = Math.max(...peaks) / 1e6;
  return [{ what: `${name}, peak memory of a scan`, most: PEAK, unit: ' MB', value, cache }];
}

/** Of one table, that of the case `name`. What a missing tool leaves out has no row. */
export function reachedIn(name: string, cache: Cache, samples: Samples): Reached[] {
  const compared = ratios.flatMap(({ name: own, what, most, ours, peer }): Reached[] => {
    const [our, other] = [samples.get(ours), samples.get(peer)];
    if (own !== name || our === undefined || other === undefined) return [];
    return [{ what, most, unit: '', value: ratioOf(our, other), cache }];
  });
  return [...compared, ...peakOf(name, cache, samples)];
}
