/** Sizes for people: binary units, at most four digits; exact below 1 KiB. `unknown size` for null. */
const units = ['KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'] as const;

export function bytes(size: number | null): string {
  if (size === null) return 'unknown size';
  if (size < 1024) return size === 1 ? '1 byte' : `${size} bytes`;
  let value = size / 1024;
  let unit = 0;
  // 1023.5 would be shown as "1024".
  while (value >= 1023.5 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${value.toFixed(value < 100 ? 1 : 0)} ${units[unit]}`;
}

/** The exact number too, for telling two near sizes apart: `4386338 bytes (4.2 MiB)`. */
export function exactBytes(size: number | null): string {
  if (size === null || size < 1024) return bytes(size);
  return `${size} bytes (${bytes(size)})`;
}
