/** The system calls of a run, as strace wrote them, and what can be made to happen to each. */

export interface Point {
  readonly syscall: string;
  /** As the call has it: of an argument, or that of an open descriptor. */
  readonly path: string;
  /** Which one of the calls of that name and path, from 1 on. */
  readonly when: number;
  /** What strace is told: `error=EIO`, or `signal=KILL`. */
  readonly fault: string;
}

export const textOf = ({ syscall, path: of, when, fault }: Point): string =>
  `${syscall} ${of} #${when} ${fault}`;

interface Call {
  readonly syscall: string;
  readonly paths: readonly string[];
  readonly line: string;
}

/** Calls that are about what an open descriptor stands for. */
const ofDescriptor =
  /^(?:p?read(?:64)?|p?write(?:64)?|writev|close|f?fstat|fsync|fdatasync|getdents64|fcntl|ftruncate|fchmod|fchown|ioctl|futimens)$/u;

const reading = ['EIO'];
const looking = ['EIO', 'EACCES'];
const changing = ['EIO', 'ENOSPC', 'EDQUOT', 'EROFS', 'EACCES'];
const storing = ['EIO', 'ENOSPC', 'EDQUOT'];

/** What the man page of the call lets it return, of the errors that disks, quotas, mounts, permissions and limits make. */
const errors: Readonly<Record<string, readonly string[]>> = {
  access: ['EACCES', 'EROFS'],
  chmod: ['EIO', 'EROFS', 'EACCES'],
  fchmod: ['EIO', 'EROFS'],
  fchown: ['EIO', 'EROFS'],
  utimensat: ['EROFS', 'EACCES'],
  close: ['EIO'],
  // Refused with EACCES it is locked by somebody else, for whom SQLite waits.
  fcntl: ['EIO'],
  fdatasync: storing,
  fsync: storing,
  ftruncate: ['EIO'],
  getdents64: reading,
  // FICLONE, which file systems may answer with what writing meets.
  ioctl: storing,
  mkdir: changing,
  newfstatat: looking,
  fstat: reading,
  openat: ['EIO', 'EACCES', 'EMFILE'],
  pread64: reading,
  pwrite64: storing,
  read: reading,
  readlink: looking,
  rename: changing,
  rmdir: ['EIO', 'EROFS', 'EACCES'],
  statfs: looking,
  statx: looking,
  symlink: changing,
  unlink: ['EIO', 'EROFS', 'EACCES'],
  write: storing,
};

/** Calls after which the disk is another one: a kill before any other call leaves what a kill before the next one of these leaves. */
const changes =
  /^(?:mkdir|rename|rmdir|symlink|unlink|p?write(?:64)?|ftruncate|f?chmod|fchown|utimensat|copy_file_range)$/u;

const isCreating = (call: Call): boolean => /O_CREAT|O_WRONLY|O_RDWR/u.test(call.line);

const known = (call: Call): readonly string[] => {
  const list = errors[call.syscall];
  if (list === undefined) throw new Error(`what ${call.syscall} can return is not known here`);
  return call.syscall === 'openat' && isCreating(call)
    ? [...list, 'ENOSPC', 'EDQUOT', 'EROFS']
    : list;
};

/** Calls of the main thread in order; resumed ones count where they began. */
function callsOf(trace: string, isOurs: (path: string) => boolean): Call[] {
  const lines = trace.split('\n');
  // The number of the thread is there when all of them were traced.
  const main = /^\d+ /u.exec(lines.find((line) => / execve\(/u.test(line)) ?? '')?.[0] ?? '';
  return lines.flatMap((line) => {
    const [, syscall, args] = /^(?:\d+ +)?([a-z_0-9]+)\((.*)$/u.exec(line) ?? [];
    if (!line.startsWith(main) || syscall === undefined || args === undefined) return [];
    const paths = ofDescriptor.test(syscall)
      ? [/^\d+<([^>]*)>/u.exec(args)?.[1] ?? '']
      : [...args.matchAll(/(?<=^|, )"(\/[^"]*)"/gu)].map((match) => match[1] ?? '');
    return paths.some(isOurs) ? [{ syscall, paths, line }] : [];
  });
}

/**
 * Every fault at every call of a trace that touches the world.
 * @param from only calls from the first one on that touches such a path
 */
export function pointsOf(trace: string, root: string, from: (path: string) => boolean): Point[] {
  const isOurs = (path: string): boolean =>
    (path.startsWith(`${root}/`) || path.startsWith('/proc/self/fd/')) &&
    !/\/config-cache[^/]*$/u.test(path);
  const calls = callsOf(trace, isOurs);
  const first = calls.findIndex((call) => call.paths.some(from));
  const seen = new Map<string, number>();
  return calls.flatMap((call, index) => {
    for (const path of new Set(call.paths)) {
      const key = `${call.syscall} ${path}`;
      seen.set(key, (seen.get(key) ?? 0) + 1);
    }
    const path = call.paths.find(isOurs);
    if (index < first || path === undefined) return [];
    const when = seen.get(`${call.syscall} ${path}`) ?? 1;
    const created = call.syscall === 'openat' && /O_CREAT/u.test(call.line);
    const killed = created || changes.test(call.syscall) ? ['signal=KILL'] : [];
    const faults = [...known(call).map((code) => `error=${code}`), ...killed];
    return faults.map((fault) => ({ syscall: call.syscall, path, when, fault }));
  });
}

/** @throws Error when the resident program makes other system calls than a process of its own; descriptors alone may have other numbers */
export function compare(name: string, own: readonly Point[], resident: readonly Point[]): void {
  const [first = [], second = []] = [own, resident].map((points) =>
    points.map((point) => textOf(point).replaceAll(/(?<=\/proc\/self\/fd\/)\d+/gu, 'N')),
  );
  const at = first.findIndex((text, index) => text !== second[index]);
  if (at !== -1 || first.length !== second.length)
    throw new Error(
      `${name}: the resident program differs at ${at} of ${first.length} and ${second.length} points: ${first[at]}, ${second[at]}`,
    );
}
