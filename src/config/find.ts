import { existsSync } from 'node:fs';
import path from 'node:path';
import { type Environment, variable } from './environment.ts';

export const systemConfigFile = '/etc/backupmon/config.yaml';

/**
 * The configuration file to use (contract, section 3): `--config`, then $BACKUPMON_CONFIG, then the user's own
 * (not for root), then the system's. The first that is named explicitly wins even when it does not exist, so that
 * a typing error never falls back silently to another configuration.
 */
export function findConfig(flag: string | undefined, env: Environment, uid: number): string {
  if (flag !== undefined) return flag;
  const named = variable(env, 'BACKUPMON_CONFIG');
  if (named !== null) return named;
  const own = uid === 0 ? null : userConfigFile(env);
  return own !== null && existsSync(own) ? own : systemConfigFile;
}

/** The XDG Base Directory Specification: unset means ~/.config, and a relative path is to be ignored. */
function userConfigFile(env: Environment): string | null {
  const folder = variable(env, 'XDG_CONFIG_HOME');
  const home = variable(env, 'HOME');
  const base =
    folder !== null && path.isAbsolute(folder) ? folder : home && path.join(home, '.config');
  return base ? path.join(base, 'backupmon', 'config.yaml') : null;
}
