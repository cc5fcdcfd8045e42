/** Paths in one command: what is left over is told by the next run. */
export const MOST_PATHS = 20;
