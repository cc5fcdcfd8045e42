/** A command that strace looks at and, where it is told to, disturbs; each time in the same world, put back as it was saved. */
import { readFileSync } from 'node:fs';
import type { Ran } from '../support/run-here.ts';
import { Resident } from './resident.ts';
import { Shell } from './shell.ts';
import { argumentsIn, commandIn } from './world.ts';

/** What the shell says of a program that was ended by SIGKILL. */
const KILLED = 128 + 9;
/** What it says when a world could not be copied. */
const NOT_COPIED = 125;

const env = {
  // An eighth of a start goes into getting memory in small portions. Other libraries than glibc do not know the name.
  GLIBC_TUNABLES:
    'glibc.malloc.hugetlb=1:glibc.malloc.top_pad=33554432:glibc.malloc.mmap_threshold=33554432:glibc.malloc.arena_max=1',
  // One thread in the pool, as none of them touches a file: strace would have to follow each.
  UV_THREADPOOL_SIZE: '1',
};
/** No threads of V8's either: they compile and collect, and starting them takes as long as that. */
const flags = ['--v8-pool-size=0'];
/** What strace itself has to say: nothing, or that it is attached. */
const [silent, quiet] = ['--quiet=all', '--quiet=path-resolution'];
/** Only the calls that are asked for stop the program: faster, but a signal is not sent then. */
const quick = ['-f', '--seccomp-bpf'];

/** The world is not there when one of them is called; it is copied afterwards. */
const functions = `
own_process() {
  local root=$1 copy=$2 code
  shift 2
  cp -a "$root.saved" "$root" || return ${NOT_COPIED}
  rm -f "$root.trace"
  # The shell says itself what was killed.
  { "$@" >"$root.out" 2>"$root.err" </dev/null; } 2>/dev/null
  code=$?
  cp -a "$root" "$copy" || return ${NOT_COPIED}
  return "$code"
}
attach() {
  local line
  cp -a "$1.saved" "$1" || return ${NOT_COPIED}
  # What it wrote the last time says nothing of this time.
  rm -f "$1.trace"
  shift
  exec 9< <(exec strace "$@" 2>&1)
  tracer=$!
  read -r -u 9 line
  [[ $line == *' attached' ]] || { echo "$line" >&2; return 1; }
}
detach() {
  # Gone already, where the program is.
  kill "$tracer" 2>/dev/null
  while read -r -u 9 _; do :; done
  # Whatever is started next would have it too.
  exec 9<&-
  cp -a "$1" "$2" || return ${NOT_COPIED}
}`;

export class Traced {
  readonly #root: string;
  readonly #command: readonly string[];
  readonly #shell = new Shell(functions, env);
  #resident: Resident | null = null;

  /** @param root the folder of the world; it was saved beside it as `<root>.saved` */
  constructor(root: string, command: readonly string[]) {
    this.#root = root;
    this.#command = command;
  }

  async #shellRun(command: readonly string[]): Promise<number> {
    const code = await this.#shell.run(command);
    if (code === NOT_COPIED) throw new Error(`${this.#root} was not copied`);
    return code;
  }

  /** What strace wrote of the last run. */
  trace(): string {
    return readFileSync(`${this.#root}.trace`, 'utf8');
  }

  /**
   * In a process of its own, from its very start.
   * @param args what strace is to do
   * @param copy where the world is copied to afterwards
   * @param isKilled whether strace is to send a signal
   */
  async inOwnProcess(args: readonly string[], copy: string, isKilled: boolean): Promise<Ran> {
    const [program, own] = commandIn(this.#root, this.#command);
    const tracing = [silent, ...(isKilled ? [] : quick), ...this.#output, ...args];
    const command = ['strace', ...tracing, program, ...flags, ...own];
    const code = await this.#shellRun(['own_process', this.#root, copy, ...command]);
    const [out, err] = ['out', 'err'].map((of) => readFileSync(`${this.#root}.${of}`, 'utf8'));
    return { code: code === KILLED ? null : code, out: out ?? '', err: err ?? '' };
  }

  /**
   * In a process that may have run others before. `leaked` are descriptors that were left open; of those that a collection of
   * garbage closes, some may not be seen.
   * @param args what strace is to do
   * @param copy where the world is copied to afterwards
   */
  async inResident(
    args: readonly string[],
    copy: string,
  ): Promise<Ran & { readonly leaked: number }> {
    const resident = (this.#resident ??= await Resident.start(this.#root, flags, env));
    const before = resident.descriptors;
    const tracing = [quiet, ...this.#output, ...args, '-p', String(resident.pid)];
    const attached = await this.#shellRun(['attach', this.#root, ...tracing]);
    if (attached !== 0) throw new Error('strace could not be attached');
    const ran = await resident.run(argumentsIn(this.#root, this.#command));
    await this.#shellRun(['detach', this.#root, copy]);
    const leaked = resident.hasEnded ? 0 : resident.descriptors - before;
    // What it holds, locks too, is gone before anybody else looks at the world.
    if (resident.hasEnded || leaked !== 0) await this.rest();
    return { ...ran, leaked };
  }

  get #output(): string[] {
    return ['-e', 'signal=none', '-o', `${this.#root}.trace`];
  }

  /** Ends the process that runs commands; the next one starts another. */
  async rest(): Promise<void> {
    await this.#resident?.end();
    this.#resident = null;
  }

  async end(): Promise<void> {
    this.#shell.end();
    await this.rest();
  }
}
