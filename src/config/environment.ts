/** The environment as the configuration reads it: search paths, overrides and systemd's credentials folder. */

export type Environment = Readonly<Record<string, string | undefined>>;

/** The variables that override top-level settings (contract, section 4), with the key that each overrides. */
export const overrideVariables = {
  deposits: 'BACKUPMON_DEPOSITS',
  validated: 'BACKUPMON_VALIDATED',
  database: 'BACKUPMON_DATABASE',
  timezone: 'BACKUPMON_TIMEZONE',
  site: 'BACKUPMON_SITE',
} as const;

export type OverridableKey = keyof typeof overrideVariables;

/** The value of a variable, or null when it is unset or empty: `Environment=NAME=` in a unit file clears it. */
export function variable(env: Environment, name: string): string | null {
  const value = env[name];
  return value === undefined || value === '' ? null : value;
}
