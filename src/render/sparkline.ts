/** A row of recent sizes, small enough for a table. */

const blocks = Array.from('▁▂▃▄▅▆▇█');
const marks = Array.from('_.-=^');

/**
 * One character for each of the last `columns` sizes, oldest first. Heights count from zero, not from the smallest size:
 * a wobble of one per cent looks flat, and a mark on the floor is a backup that nearly vanished.
 */
export function sparkline(sizes: readonly number[], columns: number, unicode: boolean): string {
  const levels = unicode ? blocks : marks;
  const shown = sizes.slice(-columns);
  const largest = Math.max(...shown, 1);
  return shown
    .map((size) => levels[Math.max(0, Math.ceil((size / largest) * levels.length) - 1)])
    .join('');
}
