/** A MariaDB server of our own, for as long as one test file runs: in a temporary folder, on a socket in it, never on a port. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Programs a server and its dumps take; Debian keeps the server outside of a user's PATH. */
const programs = ['mariadbd', 'mariadb-install-db', 'mariadb', 'mariadb-dump'] as const;
const folders = [...(process.env['PATH'] ?? '').split(':'), '/usr/sbin', '/usr/local/sbin'];

const find = (name: string): string | null =>
  folders.map((folder) => join(folder, name)).find((path) => existsSync(path)) ?? null;

/** For node:test's `skip`. */
export const cannotRunMariaDb =
  programs.some((name) => find(name) === null) &&
  'skipped, because mariadb-server is not installed';

/** Nothing here has to survive a crash; and nothing is read from the machine's own configuration. */
const settings = [
  '--no-defaults',
  '--skip-networking',
  '--innodb-flush-log-at-trx-commit=0',
  '--innodb-flush-method=nosync',
  '--innodb-fast-shutdown=2',
  '--innodb-log-file-size=8M',
  '--innodb-buffer-pool-size=16M',
  '--innodb-doublewrite=OFF',
  '--skip-log-bin',
  '--character-set-server=utf8mb4',
];

/** How long the server may take to answer, in milliseconds. */
const PATIENCE = 60_000;

interface Ran {
  readonly stdout: Buffer;
  readonly stderr: string;
  readonly code: number | null;
}

interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** The server refuses to run as root: `mysql`, or `nobody`; null where we are not root ourselves. */
function unprivileged(): Owner | null {
  if (process.getuid?.() !== 0) return null;
  for (const user of ['mysql', 'nobody']) {
    const [uid, gid] = ['-u', '-g'].map((option) =>
      Number.parseInt(spawnSync('id', [option, user], { encoding: 'utf8' }).stdout, 10),
    );
    if (uid !== undefined && gid !== undefined && uid > 0) return { uid, gid };
  }
  throw new Error('neither mysql nor nobody is a user here');
}

const pause = (milliseconds: number): void => {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
};

export class MariaDb {
  /** For socket, data and whatever tests put beside them; removed by `stop`. */
  readonly folder: string;
  readonly #owner = unprivileged();
  readonly #server: ChildProcess;
  readonly #atExit = (): void => this.stop();

  /** Makes and starts a server: character set utf8mb4, one user `root` who needs no password. */
  constructor() {
    this.folder = mkdtempSync(join(tmpdir(), 'backupmon-mariadb-'));
    if (this.#owner !== null) chownSync(this.folder, this.#owner.uid, this.#owner.gid);
    chmodSync(this.folder, 0o755);
    process.once('exit', this.#atExit);
    this.#install();
    this.#server = spawn(
      find('mariadbd') ?? '',
      [
        ...settings,
        `--datadir=${this.#data}`,
        `--socket=${this.#socket}`,
        `--log-error=${this.#log}`,
      ],
      { ...this.#owner, cwd: this.folder, stdio: 'ignore' },
    );
    // Tests end without it, should they forget to stop it.
    this.#server.unref();
    this.#await();
  }

  get #data(): string {
    return join(this.folder, 'data');
  }

  get #socket(): string {
    return join(this.folder, 'socket');
  }

  get #log(): string {
    return join(this.folder, 'log');
  }

  #install(): void {
    const { status, stderr } = spawnSync(
      find('mariadb-install-db') ?? '',
      [
        ...settings,
        `--datadir=${this.#data}`,
        '--auth-root-authentication-method=normal',
        '--skip-test-db',
        '--skip-name-resolve',
      ],
      { ...this.#owner, cwd: this.folder, encoding: 'utf8', timeout: PATIENCE },
    );
    if (status !== 0) throw new Error(`mariadb-install-db ended with ${status}: ${stderr}`);
  }

  #await(): void {
    for (let waited = 0; waited < PATIENCE; waited += 50) {
      if (this.try('mariadb', ['-e', 'select 1']).code === 0) return;
      pause(50);
    }
    const log = existsSync(this.#log) ? readFileSync(this.#log, 'utf8') : '';
    this.stop();
    throw new Error(`mariadbd does not answer: ${log.slice(-2000)}`);
  }

  /** Runs one of MariaDB's client programs, or mydumper, against this server. */
  try(name: string, argv: readonly string[], input: string | Buffer = ''): Ran {
    const connection = [`--socket=${this.#socket}`, '--user=root'];
    // Only MariaDB's own know it, and only as the first.
    if (name !== 'mydumper') connection.unshift('--no-defaults');
    const { stdout, stderr, status } = spawnSync(find(name) ?? name, [...connection, ...argv], {
      input,
      maxBuffer: 1024 ** 3,
    });
    return { stdout, stderr: stderr.toString(), code: status };
  }

  /** As `try`, for what has to succeed; gives its standard output. */
  run(name: string, argv: readonly string[], input: string | Buffer = ''): Buffer {
    const { stdout, stderr, code } = this.try(name, argv, input);
    if (code !== 0) throw new Error(`${name} ${argv.join(' ')} ended with ${code}: ${stderr}`);
    return stdout;
  }

  /** Runs statements as the client reads them, also `use` and `delimiter`. @param database where they run; none without */
  sql(text: string, database?: string): string {
    const where = database === undefined ? [] : [database];
    return this.run('mariadb', ['--batch', '--skip-column-names', ...where], text).toString();
  }

  dump(...argv: readonly string[]): Buffer {
    return this.run('mariadb-dump', argv);
  }

  /** Stops the server at once and removes everything; safe to repeat. */
  stop(): void {
    process.off('exit', this.#atExit);
    // Nothing of it is needed any more; it is our own child, by its id.
    if (this.#server.exitCode === null) this.#server.kill('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  }
}
