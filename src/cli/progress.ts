/** The progress of a long scan, on a terminal's standard error: files, bytes, rate, time left. */
import { bytes } from '../core/bytes.ts';
import { formatDuration } from '../core/duration.ts';
import type { Context } from './context.ts';

/** Shorter scans show nothing. */
const QUIET_MS = 1000;
const INTERVAL_MS = 200;

export interface ProgressLine {
  readonly expect: (files: number, bytes: number) => void;
  readonly onBytes: (count: number) => void;
  readonly onFile: (done: { readonly files: number }) => void;
  /** Clears the line. */
  readonly end: () => void;
}

const silent: ProgressLine = {
  expect: () => undefined,
  onBytes: () => undefined,
  onFile: () => undefined,
  end: () => undefined,
};

export function progressLine(context: Context): ProgressLine {
  const { io, options, json } = context;
  if (!io.err.terminal || options.quiet === true || json) return silent;
  const began = io.now();
  const total = { files: 0, bytes: 0 };
  const done = { files: 0, bytes: 0 };
  let shownAt = began + QUIET_MS - INTERVAL_MS;
  let shown = false;
  const show = (): void => {
    const now = io.now();
    if (total.bytes === 0 || now - shownAt < INTERVAL_MS) return;
    shownAt = now;
    shown = true;
    const rate = done.bytes / ((now - began) / 1000);
    const left =
      rate > 0 ? `, ${formatDuration(((total.bytes - done.bytes) / rate) * 1000)} left` : '';
    const text = `${done.files}/${total.files} files, ${bytes(done.bytes)} of ${bytes(total.bytes)}, ${bytes(Math.round(rate))}/s${left}`;
    io.err.write(`\r\u001B[K${text.slice(0, io.err.width - 1)}`);
  };
  return {
    expect: (files, size) => {
      total.files = files;
      total.bytes = size;
    },
    onBytes: (count) => {
      done.bytes += count;
      show();
    },
    onFile: ({ files }) => {
      done.files = files;
      show();
    },
    end: () => {
      if (shown) io.err.write('\r\u001B[K');
    },
  };
}
