/** Replaced by the build with the version of package.json. */
declare const BACKUPMON_VERSION: string | undefined;

export const version: string =
  typeof BACKUPMON_VERSION === 'string' ? BACKUPMON_VERSION : 'development';
