/** A content that lies nowhere as a file is put into one of our own, for as long as it is looked at. */
import { constants, openSync, unlinkSync, writeSync } from 'node:fs';
import { close } from '../../files/close.ts';
import { errorCode, meaning } from '../../files/trouble.ts';

const MODE = 0o600;

/** The errno of a refusal by the system; anything else is a bug, and thrown. */
function refusal(error: unknown): string {
  const code = errorCode(error);
  if (code === null) throw error;
  return code;
}

/** Never throws for a refusal of the system: it is remembered, and nothing more is written. Nothing is flushed: the copy outlives nothing. */
export class ScratchCopy {
  readonly #path: string;
  #descriptor: number | null = null;
  #refused: string | null = null;

  constructor(path: string) {
    this.#path = path;
    try {
      const flags = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
      this.#descriptor = openSync(path, flags, MODE);
    } catch (error) {
      this.#refused = refusal(error);
    }
  }

  /** Open, of all that was written; null where it was refused. */
  get descriptor(): number | null {
    return this.#descriptor;
  }

  /** Why there is no copy, as a phrase; null where there is one. */
  get refused(): string | null {
    return this.#refused === null ? null : meaning(this.#refused);
  }

  write(bytes: Buffer): void {
    if (this.#descriptor === null) return;
    try {
      for (let done = 0; done < bytes.length;) done += writeSync(this.#descriptor, bytes, done);
    } catch (error) {
      this.#refused = refusal(error);
      this.remove();
    }
  }

  /** Gives the space back at once. Safe to repeat. */
  remove(): void {
    const descriptor = this.#descriptor;
    if (descriptor === null) return;
    this.#descriptor = null;
    try {
      unlinkSync(this.#path);
    } catch (error) {
      // It is in a folder of our own that is emptied at the next start.
      refusal(error);
    }
    close(descriptor);
  }
}
