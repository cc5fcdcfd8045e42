/** The user of its own that the README has. */
export const useradd: readonly string[] = [
  'useradd',
  '--system',
  '--user-group',
  '--home-dir',
  '/var/lib/backupmon',
  '--shell',
  '/usr/sbin/nologin',
  'backupmon',
];
