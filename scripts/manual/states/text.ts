/** What is said of one status or reason, to somebody who has to act on it now. */
import type { Prose } from '../blocks.ts';

export interface StatusText {
  /** What has happened. */
  readonly means: Prose;
  /** How that is decided, where it has to be told. */
  readonly rule?: Prose;
  /** Which version can be restored, and what was not touched. */
  readonly safe: Prose;
  /** What to do beyond the advice of the catalogue, which stands before it. */
  readonly todo: Prose;
}

export interface ReasonText {
  /** What it says beyond the one line of the catalogue. */
  readonly means?: Prose;
  /** Where something else is safe than the status says. */
  readonly safe?: Prose;
  readonly todo: Prose;
}
