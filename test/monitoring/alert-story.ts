/** Three days in which everything goes wrong that there is an alert for: what the real program writes, and what has to fire. */
import { renameSync, rmSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { end, noon, startedWith } from '../support/evening.ts';
import type { Firing, Snapshot } from '../support/timeline.ts';
import { day, honest, hour, minute, type World } from '../support/world.ts';

const names = 'good failed torn invalid held same idle lost gone mute';
const databases = names.split(' ');
/** Those that somebody is told of. */
const told = databases.filter((name) => name !== 'mute');

const config = (world: World, notify: string): string => `scan_max_age: 30h
defaults: { schedule: 0 20 * * *, grace: 5m, settle: 0s, timezone: UTC, keep: 1 }
agents:
  paris: { databases: { ${databases.map((name) => `${name}: {${name === 'idle' ? 'unchanged: ok' : ''}}`).join(', ')} } }
  rome: { databases: [known] }
metrics: ${world.root}/backupmon.prom
notifications: { command: { run: [/bin/${notify}] } }
`;

/** Disks of tests have more or less room by the minute: these are of a machine of one size. */
const calm = (text: string): string =>
  text.replaceAll(/^(?<series>backupmon_area_(?:free|size)_bytes\{.*\}) .*$/gmu, '$<series> 1e12');

/** What is written by a scan. */
export async function scanned(world: World, now: number): Promise<Snapshot> {
  await world.run(now, 'scan');
  return { from: now, text: calm(world.read(`${world.root}/backupmon.prom`)) };
}

const rome = (world: World, endedAt: number, database = 'known'): unknown =>
  world.deposit({ agent: 'rome', database, endedAt, content: `${database} ${endedAt}` });

/** A round in which all is well. */
export function well(world: World, endedAt: number): void {
  for (const database of databases)
    world.deposit({ database, endedAt, content: `${database} ${endedAt}` });
  rome(world, endedAt);
}

/** A round in which each goes its own way wrong; `gone` and `mute` have sent nothing. */
function badly(world: World, endedAt: number, before: number): void {
  for (const database of ['good', 'lost'])
    world.deposit({ database, endedAt, content: `${database} ${endedAt}` });
  world.deposit({
    database: 'failed',
    endedAt,
    change: (report) => Object.assign(report.databases['failed']?.BACKUP ?? {}, { status: false }),
  });
  world.deposit({ database: 'torn', endedAt, bytes: Buffer.from('half of it') });
  const text = gzipSync('ERROR: access denied for user root\n');
  world.deposit({ database: 'invalid', ...honest(endedAt, 'invalid.sql.gz', text) });
  const other = gzipSync('CREATE TABLE t (x int);\nINSERT INTO t VALUES (1);\n');
  world.deposit({ database: 'held', ...honest(endedAt, 'held.sql.gz', other) });
  for (const database of ['same', 'idle'])
    world.deposit({ database, endedAt, content: `${database} ${before}` });
  rome(world, endedAt);
  rome(world, endedAt + minute, 'extra');
  world.deposit({
    database: 'good',
    endedAt,
    bytes: null,
    change: (report) => Object.assign(report, { agent_id: 'rome' }),
  });
}

/** A world whose metrics are written by each scan. */
export async function silentWorld(): Promise<World> {
  const world = await startedWith(
    'defaults: { schedule: 0 20 * * *, timezone: UTC }\nagents: { paris: { databases: [good] } }\n',
  );
  world.configure(config(world, 'true'));
  return world;
}

/** One alert for each of them. */
const forEach = (alert: string): string[] =>
  [...told.map((name) => `paris/${name}`), 'rome/known'].map((job) => `${alert} ${job}`);

/** When it begins to go wrong, and when it is mended. */
export const evening = end + day;
const mended = evening + 3 * hour;

export class Story {
  readonly snapshots: Snapshot[] = [];
  readonly firings: Firing[] = [];
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  /** What happens, scan by scan, and what fires meanwhile. */
  async goesOn(): Promise<void> {
    await this.#beginsWell();
    await this.#goesWrong();
    await this.#isMended();
    const last = await this.#losesItsDeposits();
    this.#stops(last);
  }

  async #scan(now: number): Promise<void> {
    this.snapshots.push(await scanned(this.#world, now));
  }

  #fires(at: number, ...alerts: readonly string[]): void {
    this.firings.push({ at, alerts });
  }

  async #beginsWell(): Promise<void> {
    await this.#scan(noon);
    this.#fires(noon + hour);
    well(this.#world, end);
    rome(this.#world, end + minute, 'extra');
    await this.#scan(end + 10 * minute);
    this.#fires(end + hour);
    this.#fires(end + day);
  }

  async #goesWrong(): Promise<void> {
    const world = this.#world;
    world.configure(config(world, 'false'));
    await world.ok(evening, 'snooze', 'paris/mute', '--for', '12h');
    badly(world, evening, end);
    await this.#scan(evening + 10 * minute);
    rmSync(world.tree('paris/lost'), { recursive: true });
    await this.#scan(evening + 30 * minute);
    const bad = [
      'BackupMissing critical paris/gone',
      'BackupMissing critical paris/lost',
      'BackupVersionsLost critical paris/lost',
      'BackupFailed critical paris/failed',
      'BackupTransferDamaged critical paris/torn',
      'BackupContentInvalid critical paris/invalid',
      'BackupHeld warning paris/held',
      'BackupUnchanged warning paris/same',
      'BackupUnexpectedDatabases warning',
    ];
    this.#fires(evening + 50 * minute, ...bad, 'BackupReportsRefused warning');
    this.#fires(evening + 2 * hour, ...bad, 'BackupAlarmsUndelivered warning');
  }

  async #isMended(): Promise<void> {
    this.#world.configure(config(this.#world, 'true'));
    well(this.#world, mended);
    await this.#scan(mended + 10 * minute);
    this.#fires(mended + 20 * minute);
  }

  /** For an hour. Returns when the last scan is. */
  async #losesItsDeposits(): Promise<number> {
    const { deposits } = this.#world;
    const unmounted = mended + 3 * hour;
    renameSync(deposits, `${deposits}.away`);
    await this.#scan(unmounted);
    this.#fires(unmounted + 20 * minute);
    this.#fires(unmounted + 40 * minute, ...forEach('BackupBlocked critical'));
    renameSync(`${deposits}.away`, deposits);
    const last = unmounted + hour;
    await this.#scan(last);
    this.#fires(last + 10 * minute);
    return last;
  }

  /** Nothing scans any more: the file stays as it is, and still tells that `mute` is snoozed. In the end it is gone. */
  #stops(last: number): void {
    const due = evening + day - 10 * minute;
    this.#fires(due + 30 * minute);
    const missing = forEach('BackupMissing critical');
    this.#fires(due + 40 * minute, ...missing);
    this.#fires(last + 30 * hour + 10 * minute, ...missing);
    this.#fires(last + 30 * hour + 30 * minute, ...missing, 'BackupScannerStopped critical');
    const gone = last + 31 * hour;
    this.snapshots.push({ from: gone, text: null });
    this.#fires(gone + 10 * minute);
    this.#fires(gone + 30 * minute, 'BackupMetricsGone critical');
  }
}
