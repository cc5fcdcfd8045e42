/** A PostgreSQL cluster of our own, for as long as one test file runs: in a temporary folder, on a socket in it, never on a port. */
import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

/** Programs a cluster and its dumps take. */
const programs = ['initdb', 'pg_ctl', 'postgres', 'psql', 'pg_dump', 'pg_restore'] as const;

/** Where Debian keeps them; they are not in the PATH there. */
const versionsFolder = '/usr/lib/postgresql';

function findPrograms(): string | null {
  const versions = existsSync(versionsFolder) ? readdirSync(versionsFolder) : [];
  const newestFirst = versions.toSorted((one, other) => Number(other) - Number(one));
  const folders = [
    ...(process.env['PATH'] ?? '').split(delimiter),
    ...newestFirst.map((version) => join(versionsFolder, version, 'bin')),
  ];
  return folders.find((folder) => programs.every((name) => existsSync(join(folder, name)))) ?? null;
}

/** Folder of PostgreSQL's programs, client and server; null where they are not installed. */
export const postgresPrograms = findPrograms();

/** For node:test's `skip`. */
export const cannotRunPostgres =
  postgresPrograms === null && 'skipped, because postgresql is not installed';

interface Ran {
  readonly stdout: Buffer;
  readonly stderr: string;
  readonly code: number | null;
}

interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** The server refuses to run as root: `postgres`, or `nobody`; undefined where we are not root ourselves. */
function unprivileged(): Owner | undefined {
  if (process.getuid?.() !== 0) return undefined;
  for (const user of ['postgres', 'nobody']) {
    const [uid, gid] = ['-u', '-g'].map((option) =>
      Number.parseInt(spawnSync('id', [option, user], { encoding: 'utf8' }).stdout, 10),
    );
    if (uid !== undefined && gid !== undefined && uid > 0) return { uid, gid };
  }
  throw new Error('neither postgres nor nobody is a user here');
}

export class Postgres {
  /** For sockets, data and whatever tests put beside them; removed by `stop`. */
  readonly folder: string;
  readonly #owner = unprivileged();
  readonly #atExit = (): void => this.stop();

  /** Makes and starts a cluster: locale C, encoding UTF8, one superuser `postgres` who needs no password. */
  constructor() {
    this.folder = mkdtempSync(join(tmpdir(), 'backupmon-postgres-'));
    // Members of a dump directory made by pg_dump as ourselves lie beside what the server owns.
    if (this.#owner !== undefined) chownSync(this.folder, this.#owner.uid, this.#owner.gid);
    chmodSync(this.folder, 0o755);
    process.once('exit', this.#atExit);
    const shape = ['--no-sync', '--locale=C', '--encoding=UTF8', '--auth=trust', '-U', 'postgres'];
    this.#asOwner('initdb', ['-D', this.#data, ...shape]);
    const settings = {
      listen_addresses: "''",
      unix_socket_directories: `'${this.folder}'`,
      fsync: 'off',
      full_page_writes: 'off',
      shared_buffers: '16MB',
      max_connections: '10',
    };
    const options = Object.entries(settings).map(([name, value]) => `-c ${name}=${value}`);
    const log = join(this.folder, 'log');
    this.#asOwner('pg_ctl', ['-D', this.#data, '-w', '-l', log, '-o', options.join(' '), 'start']);
  }

  get #data(): string {
    return join(this.folder, 'data');
  }

  /** Only for what the server's owner has to do; its output is not awaited, since the server inherits it. */
  #asOwner(name: string, argv: readonly string[]): void {
    const { status } = spawnSync(join(postgresPrograms ?? '', name), argv, {
      ...this.#owner,
      cwd: this.folder,
      stdio: 'ignore',
      timeout: 120_000,
    });
    if (status !== 0) throw new Error(`${name} ended with ${status}`);
  }

  /** Runs one of PostgreSQL's programs against this cluster. */
  try(name: string, argv: readonly string[], input: string | Buffer = ''): Ran {
    const { stdout, stderr, status } = spawnSync(join(postgresPrograms ?? '', name), argv, {
      input,
      maxBuffer: 1024 ** 3,
      env: { ...process.env, PGHOST: this.folder, PGUSER: 'postgres', PGTZ: 'UTC', TZ: 'UTC' },
    });
    return { stdout, stderr: stderr.toString(), code: status };
  }

  /** As `try`, for what has to succeed; gives its standard output. */
  run(name: string, argv: readonly string[], input: string | Buffer = ''): Buffer {
    const { stdout, stderr, code } = this.try(name, argv, input);
    if (code !== 0) throw new Error(`${name} ${argv.join(' ')} ended with ${code}: ${stderr}`);
    return stdout;
  }

  sql(database: string, text: string): string {
    const options = ['-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-f', '-', database];
    return this.run('psql', options, text).toString();
  }

  /** Stops the server at once and removes everything; safe to repeat. */
  stop(): void {
    process.off('exit', this.#atExit);
    if (existsSync(join(this.#data, 'postmaster.pid')))
      this.#asOwner('pg_ctl', ['-D', this.#data, '-w', '-m', 'immediate', 'stop']);
    rmSync(this.folder, { recursive: true, force: true });
  }
}
