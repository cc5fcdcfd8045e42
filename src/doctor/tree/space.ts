/** Whether what comes next fits on the disks. */
import { bytes } from '../../core/bytes.ts';
import type { Finding } from '../../core/finding.ts';
import type { RoundSizes } from '../database/database-facts.ts';
import { critical, fine, warning } from '../finding.ts';
import type { Look } from '../look.ts';

export interface Room {
  readonly what: 'database' | 'deposits' | 'validated';
  readonly path: string;
  /** Folder that the file system is mounted on. */
  readonly mounted: string;
  /** Number of the file system, `8:1`: two with the same share their room, wherever they are mounted. Absent where it is not known. */
  readonly device?: string | undefined;
  /** Bytes. */
  readonly free: number;
  readonly size: number;
  /** Files that can still be made; null where the file system sets no limit. */
  readonly inodes: number | null;
}

const MiB = 1024 * 1024;
/** A scan with news adds some pages to the database, and as many to its log. Of the others it is a floor, whatever the last round took. */
const FLOOR_WARNING = 100 * MiB;
const FLOOR_CRITICAL = 10 * MiB;
/** A version needs a folder, its file and its sums. */
const FEW_INODES = 1000;

type Judging = Pick<Look, 'hands'>;

const freeText = ({ what, path, free, size }: Room): string =>
  `${what}: ${path} has ${bytes(free)} free of ${bytes(size)}`;

function judgeDatabase(room: Room, { hands }: Judging): Finding {
  const { path, free } = room;
  if (free >= FLOOR_WARNING) return fine('file_systems', path, freeText(room));
  return (free < FLOOR_CRITICAL ? critical : warning)('file_systems', path, {
    message: freeText(room),
    why: 'where nothing can be recorded any more, no scan comes to its end',
    mend: hands.root(['du', '-xh', '--max-depth=2', room.mounted]),
  });
}

/** A disk may be mounted in two places, and by its subvolumes in many. */
const isShared = (room: Room, other: Room): boolean =>
  room.device === undefined || other.device === undefined
    ? room.mounted === other.mounted
    : room.device === other.device;

/** `needed`: bytes of one round; `largest`: of its largest backup. */
function judgeRound(
  room: Room,
  { needed, largest }: { readonly needed: number; readonly largest: RoundSizes['largest'] },
  { hands }: Judging,
): Finding {
  const { what, path, free } = room;
  const most = largest?.size ?? 0;
  const enough = fine('file_systems', path, freeText(room));
  const why =
    what === 'validated'
      ? 'a new version is written before an old one goes; what does not fit is not promoted'
      : 'rsync writes a new file beside the old one; what does not fit does not arrive';
  const mend = hands.root(['du', '-xh', '--max-depth=2', path]);
  if (free < FLOOR_CRITICAL || (free < FLOOR_WARNING && needed === 0)) {
    const tell = free < FLOOR_CRITICAL ? critical : warning;
    return tell('file_systems', path, { message: freeText(room), why, mend });
  }
  if (needed === 0) return enough;
  const round = `; the last round took ${bytes(needed)}`;
  const fits = { ...enough, message: `${freeText(room)}${round}` };
  if (free >= needed) return fits;
  const isFull = free < most;
  return (isFull ? critical : warning)('file_systems', path, {
    message: isFull
      ? `${freeText(room)}, less than the largest backup needs: ${largest?.job} took ${bytes(most)}`
      : `${freeText(room)}, less than the next round may need${round}`,
    why,
    mend,
  });
}

function judgeInodes({ what, path, inodes, mounted }: Room, { hands }: Judging): Finding[] {
  if (inodes === null || inodes >= FEW_INODES) return [];
  return [
    critical('file_systems', path, {
      message: `${what}: ${path} has room for ${inodes} more files only`,
      why: 'a disk without inodes is full, however much space it has',
      mend: hands.root(['du', '-x', '--inodes', '--max-depth=2', mounted]),
    }),
  ];
}

/**
 * The newest version of each job stands for the round that comes: its copy has to fit beside what is there. Where deposits and tree share
 * a file system, both the deposits and their copies do, unless these are clones.
 *
 * @param sizes null: nothing is known of a round
 */
export function judgeSpace(
  rooms: readonly Room[],
  sizes: RoundSizes | null,
  { reflinks }: { readonly reflinks: boolean },
  look: Judging,
): Finding[] {
  const total = sizes?.total ?? 0;
  const largest = sizes?.largest ?? null;
  const validated = rooms.find(({ what }) => what === 'validated');
  const deposits = rooms.find(({ what }) => what === 'deposits');
  const shares = deposits !== undefined && validated !== undefined && isShared(deposits, validated);
  return rooms.flatMap((room): Finding[] => {
    const { what } = room;
    if (what === 'database') return [judgeDatabase(room, look), ...judgeInodes(room, look)];
    // Told with the tree.
    if (what === 'deposits' && shares) return [];
    const copies = what === 'validated' && reflinks ? 0 : total;
    const needed = copies + (what === 'validated' && shares ? total : 0);
    return [judgeRound(room, { needed, largest }, look), ...judgeInodes(room, look)];
  });
}
