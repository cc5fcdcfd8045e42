/** Drop-ins for units of systemd: settings beside those that a unit has. */
import type { Look } from '../look.ts';

/** Settings of which the last one holds; others add up. */
const single = new Set(['ProtectHome', 'ProtectSystem', 'ExecStart', 'User']);

/** A short number that tells texts apart: FNV-1a, 32 bits. */
function numberOf(text: string): string {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash >>> 0).toString(16);
}

/** The name of the drop-in: what adds up gets one for each value, so that none takes the place of another. */
function dropInName(setting: string): string {
  const [name = '', value = ''] = setting.split(/=(.*)/su, 2);
  return single.has(name) ? `zz-${name}.conf` : `zz-${name}-${numberOf(value)}.conf`;
}

interface Added {
  /** Of the file, as `Service`. */
  readonly section: string;
  /** The last of them names the file. */
  readonly lines: readonly string[];
}

/** Adds settings to a unit, after whatever other drop-ins say. */
export function dropIn(unit: string, { section, lines }: Added, hands: Look['hands']): string {
  const folder = `/etc/systemd/system/${unit}.d`;
  return [
    hands.root(['mkdir', '-p', folder]),
    hands.write(`${folder}/${dropInName(lines.at(-1) ?? '')}`, [`[${section}]`, ...lines]),
    hands.root(['systemctl', 'daemon-reload']),
  ].join(' && ');
}

/** Adds settings to a service; the last of them names the file. */
export const override = (
  service: string,
  settings: string | readonly string[],
  hands: Look['hands'],
): string =>
  dropIn(
    service,
    { section: 'Service', lines: typeof settings === 'string' ? [settings] : settings },
    hands,
  );
