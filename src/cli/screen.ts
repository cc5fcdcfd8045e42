/** How a stream shows things: colour only on a terminal, each stream judged by itself; NO_COLOR and --no-color win. */
import colors from 'picocolors';
import type { Screen } from '../render/views.ts';
import type { Io, Output } from './io.ts';

export function screenOf(io: Io, output: Output, noColor: boolean): Screen {
  const forbidden = noColor || (io.env['NO_COLOR'] ?? '') !== '' || io.env['TERM'] === 'dumb';
  const { red, yellow, green, bold, dim } = colors.createColors(output.terminal && !forbidden);
  return { paint: { red, yellow, green, bold, dim }, width: output.width, unicode: io.utf8 };
}
