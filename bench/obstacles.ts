/** What stands in the way of a measurement, or of numbers that mean something. */
import { statfsSync } from 'node:fs';
import { totalmem } from 'node:os';
import { isInstalled, type Form } from './forms.ts';

const GiB = 1024 ** 3;
/** Free space that is wanted, in multiples of the files: what is deposited, and two copies of it. */
const SPACE = 3.2;
/** statfs(2) */
const TMPFS = 0x01021994;

const gibibytes = (bytes: number): string => `${(bytes / GiB).toFixed(1)} GiB`;

/** Why the files of this form cannot be made here, as a phrase; null when they can. */
export function whyNot({ compress }: Form, folder: string, bytes: number): string | null {
  const compressor = compress?.[0];
  if (compressor !== undefined && !isInstalled(compressor)) return `${compressor} is not installed`;
  const { bavail, bsize } = statfsSync(folder);
  const [free, wanted] = [bavail * bsize, bytes * SPACE];
  if (free >= wanted) return null;
  return `${folder} has ${gibibytes(free)} free, and not ${gibibytes(wanted)}: set $BENCH_FOLDER`;
}

/** What the reader of the tables has to know. */
export function cautions({ tests }: Form, folder: string, bytes: number): string[] {
  const absent = ['openssl', ...tests.map(([program]) => program)]
    .filter((program) => !isInstalled(program))
    .map((program) => `without ${program}, which is not installed`);
  const inMemory = statfsSync(folder).type === TMPFS;
  return [
    ...absent,
    ...(inMemory ? ['the files lie in memory (tmpfs), where cold is warm: set $BENCH_FOLDER'] : []),
    ...(bytes * 2 > totalmem() ? ['the machine has too little memory for warm to be warm'] : []),
  ];
}
