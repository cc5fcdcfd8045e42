/** The two hashes of one content: of all its bytes, and of its bytes without what changes by itself. */
import type { Hash } from 'node:crypto';
import { newSha256 } from '../files/sha256.ts';

/**
 * Whoever looks at the content hands over every byte of it, in order and once: to `keep`, or to `drop` where it is one that changes
 * by itself. While nothing was dropped the two hashes are the same, and only one is computed.
 */
export class ContentHash {
  readonly #raw: Hash = newSha256();
  #print: Hash | null = null;
  #size = 0;

  /** Bytes handed over so far. */
  get size(): number {
    return this.#size;
  }

  keep(bytes: Uint8Array): void {
    this.#size += bytes.length;
    this.#raw.update(bytes);
    this.#print?.update(bytes);
  }

  drop(bytes: Uint8Array): void {
    this.#print ??= this.#raw.copy();
    this.#size += bytes.length;
    this.#raw.update(bytes);
  }

  /** Ends both; lower-case hex. */
  digest(): { readonly sha256: string; readonly fingerprint: string } {
    const print = this.#print?.digest('hex');
    const sha256 = this.#raw.digest('hex');
    return { sha256, fingerprint: print ?? sha256 };
  }
}
