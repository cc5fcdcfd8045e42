/**
 * The checked configuration as JSON in the state folder: parsing the YAML of 10,000 jobs takes half a second, this a few
 * milliseconds. Loads neither yaml nor zod nor croner. A cache that is absent, stale, or writable by strangers is no
 * cache; nothing here ever fails.
 */
import {
  type BigIntStats,
  constants,
  fchmodSync,
  fstatSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import type { Config } from '../core/job.ts';
import { close, inFolder, isSystemError, isTrusted, readRegular } from './cache-files.ts';
import { packConfig, unpackConfig } from './cache-format.ts';
import { type Environment, overrideVariables, variable } from './environment.ts';
import { sourceOf } from './source.ts';

/** The configuration that was cached for exactly this file, environment and program; null when there is none to trust. */
export function readConfigCache(
  file: string,
  env: Environment,
  programVersion: string,
): Config | null {
  const absolute = path.resolve(file);
  const written = readRegular(absolute, 0, () => true);
  const database =
    written === null
      ? null
      : (variable(env, overrideVariables.database) ?? likelyDatabase(written.text));
  if (written === null || database === null || !path.isAbsolute(database)) return null;
  return inFolder(path.dirname(database), (cacheFile, folder) => {
    const uid = process.geteuid?.() ?? -1;
    const cache = readRegular(cacheFile, constants.O_NOFOLLOW, (stats) =>
      isTrusted(stats, folder, uid),
    );
    return cache === null
      ? null
      : unpackConfig(cache.text, keyOf(absolute, written, env, programVersion));
  });
}

/**
 * The top-level `database:` of a configuration, as far as a regular expression can tell. A wrong guess finds no cache,
 * or one whose key is that of another file.
 */
function likelyDatabase(text: string): string | null {
  const [, double, single, plain] =
    /^database:[ \t]+(?:"([^"\\\n]+)"|'([^'\n]+)'|([^\s"'#&*!|>{[][^\n]*?))[ \t]*(?:[ \t]#[^\n]*)?\r?$/m.exec(
      text,
    ) ?? [];
  const guess = double ?? single ?? plain ?? null;
  // No path can hold it, and the file functions throw for it.
  return guess === null || guess.includes('\0') ? null : guess;
}

/** Everything that the result of loading depends on, in one line. */
function keyOf(
  file: string,
  { stats, text }: { stats: BigIntStats; text: string },
  env: Environment,
  programVersion: string,
): string {
  const { dev, ino, size, mtimeNs, ctimeNs } = stats;
  const identity = [dev, ino, size, mtimeNs, ctimeNs].map(String);
  const overrides = Object.values(overrideVariables).map((name) => variable(env, name));
  // Most configurations never mention it, and it differs between the unit and an administrator's shell.
  const credentials = text.includes('CREDENTIALS_DIRECTORY')
    ? variable(env, 'CREDENTIALS_DIRECTORY')
    : null;
  // The time zones known, and the host name where `site` is not set, decide too.
  return JSON.stringify([
    file,
    identity,
    programVersion,
    process.version,
    process.getBuiltinModule('node:os').hostname(),
    overrides,
    credentials,
  ]);
}

/** A change within one tick of the kernel's clock keeps the time stamps: younger files are not cached. Nanoseconds. */
const settled = 100_000_000n;

/**
 * Stores a configuration that `loadConfig` has returned. For commands that write; failing is silent, for the cache only
 * saves time.
 */
export function writeConfigCache(config: Config, env: Environment, programVersion: string): void {
  const source = sourceOf(config);
  if (source === null) return;
  inFolder(path.dirname(config.database), (cacheFile) => {
    const temporary = `${cacheFile}.${process.pid}.tmp`;
    // Left by a process of the same number that was killed.
    rmSync(temporary, { force: true });
    if (writeTo(temporary, config, source, env, programVersion)) renameSync(temporary, cacheFile);
    else rmSync(temporary, { force: true });
  });
}

/** Writes the cache to a new file. False when the configuration has changed since, or might have. */
function writeTo(
  temporary: string,
  config: Config,
  source: string,
  env: Environment,
  programVersion: string,
): boolean {
  const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
  const descriptor = openSync(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o640);
  try {
    fchmodSync(descriptor, 0o640);
    const started = fstatSync(descriptor, { bigint: true }).ctimeNs;
    // Read again only now: any change that this does not see comes later, and gets a later time stamp than the key has.
    const written = readRegular(config.file, 0, ({ ctimeNs }) => started - ctimeNs > settled);
    if (written === null || written.text.replace(/^\ufeff/, '') !== source) return false;
    writeFileSync(descriptor, packConfig(config, keyOf(config.file, written, env, programVersion)));
    return true;
  } catch (error) {
    if (isSystemError(error)) return false;
    throw error;
  } finally {
    close(descriptor);
  }
}
