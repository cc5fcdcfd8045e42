/** The agents of `npm run soak`: what they send, and what is right to find of it in the end. */
import { createHash } from 'node:crypto';
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

export interface SoakJob {
  readonly agent: string;
  readonly database: string;
  /** Its file has the same name each time, and replaces the one before. */
  readonly fixedName: boolean;
}

export const soakJobs: readonly SoakJob[] = [
  { agent: 'paris', database: 'compta', fixedName: false },
  { agent: 'paris', database: 'paie', fixedName: false },
  { agent: 'lyon', database: 'shop', fixedName: true },
  { agent: 'nice', database: 'stock', fixedName: false },
];

export const soakConfig = `defaults: { schedule: every 24h, grace: 40d, settle: 0s, size_change: off, verify: complete }
agents:
  paris: { keep: 2, databases: [compta, paie] }
  lyon: { keep: 1, databases: [shop] }
  nice: { keep: 3, deposit: remove, databases: [stock] }
`;

export interface Sent {
  readonly kind: 'new' | 'again' | 'failed' | 'cut' | 'damaged';
  readonly healthy: boolean;
  /** SHA-256 of the dump before compression. */
  readonly content: string;
  /** SHA-256 of what was sent. */
  readonly file: string;
}

const rightOf: Readonly<Record<Sent['kind'], readonly string[]>> = {
  new: ['SUCCESS'],
  again: ['SUCCESS', 'HASH_MISMATCH'],
  failed: ['FAILED'],
  cut: ['TRANSFER_INTEGRITY_FAILED'],
  damaged: ['CONTENT_INVALID'],
};

const sha256 = (data: Buffer | string): string => createHash('sha256').update(data).digest('hex');

/** So many rows that a scan is still busy with them when the next one has waited for the lock. */
const LARGE = 3_000_000;

/** Rows that cannot be compressed to nothing, from the generator, so that a seed makes the same dumps. */
function dumpOf(next: (limit: number) => number, large: boolean): string {
  const length = large ? LARGE : 200 + next(2_000);
  const rows = Array.from({ length }, () => next(2 ** 32).toString(36));
  return `PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\nCREATE TABLE t(x);\n${rows.map((row) => `INSERT INTO t VALUES('${row}');\n`).join('')}COMMIT;\n`;
}

/** A file that keeps its name is only ever replaced by a healthy one: what was replaced nobody can check any more. */
function kindOf(roll: number, fixedName: boolean): Sent['kind'] {
  if (roll < 60) return 'new';
  if (roll < 75) return 'again';
  if (roll < 85 || fixedName) return 'failed';
  return roll < 93 ? 'cut' : 'damaged';
}

/** One job's side of the agent, which remembers what it sent. */
export class SoakAgent {
  readonly job: SoakJob;
  readonly sent: Sent[] = [];
  readonly #zone: string;
  readonly #next: (limit: number) => number;
  #dump = '';

  constructor(root: string, job: SoakJob, next: (limit: number) => number) {
    this.job = job;
    this.#zone = `${root}/deposits/${job.agent}`;
    this.#next = next;
    for (const name of ['log', 'database']) mkdirSync(`${this.#zone}/${name}`, { recursive: true });
  }

  /** As rsync does it: whole under another name, then renamed. */
  #put(folder: string, name: string, content: Buffer | string): void {
    const path = `${this.#zone}/${folder}`;
    writeFileSync(`${path}/.${name}.Qx7f`, content);
    renameSync(`${path}/.${name}.Qx7f`, `${path}/${name}`);
  }

  /** One round; of a large dump, if that is wanted. */
  deposit(endedAt: number, large = false): void {
    const { database, fixedName } = this.job;
    const next = this.#next;
    const roll = next(100);

    const kind = large || this.#dump === '' ? 'new' : kindOf(roll, fixedName);
    if (kind === 'new') this.#dump = dumpOf(next, large);
    const whole = gzipSync(this.#dump, { level: 1 });
    const bytes = kind === 'damaged' ? whole.subarray(0, whole.length - 9) : whole;
    const name = fixedName ? `${database}.sql.gz` : `${database}-${endedAt}.sql.gz`;
    if (kind === 'cut') this.#put('database', name, bytes.subarray(0, bytes.length >> 1));
    else if (kind !== 'failed') this.#put('database', name, bytes);
    this.sent.push({
      kind,
      healthy: kind === 'new' || kind === 'again',
      content: sha256(this.#dump),
      file: sha256(bytes),
    });
    this.#put(
      'log',
      `${database}-${endedAt}.json`,
      JSON.stringify({
        agent_id: this.job.agent,
        operation_end_time: new Date(endedAt).toISOString(),
        databases: {
          [database]: {
            BACKUP: { status: true, size: this.#dump.length, sha256: sha256(this.#dump) },
            COMPRESS: { status: true, size: bytes.length, sha256: sha256(bytes) },
            TRANSFER: { status: kind !== 'failed' },
            staged_file_name: name,
          },
        },
      }),
    );
  }

  /** Statuses of which one is right once everything was judged. */
  expectedStatus(): readonly string[] {
    const newest = this.sent.at(-1);
    return newest === undefined ? ['UNKNOWN'] : rightOf[newest.kind];
  }

  /** SHA-256 of the files of which one has to be the newest version: all with the content of the newest healthy round. */
  expectedFiles(): readonly string[] {
    const newest = this.sent.findLast((one) => one.healthy);
    return this.sent
      .filter((one) => one.healthy && one.content === newest?.content)
      .map((one) => one.file);
  }
}
