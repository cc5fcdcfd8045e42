/** What comes out, on its way to whoever asked for it: counted, and stopped at the limit. */
import type { DecodeRequest } from './decoder.ts';

export class Outlet {
  readonly #request: DecodeRequest;
  #produced = 0;
  #overflowed = false;

  constructor(request: DecodeRequest) {
    this.#request = request;
  }

  /** Bytes handed over. */
  get produced(): number {
    return this.#produced;
  }

  /** More came out than may: nothing more is handed over. */
  get overflowed(): boolean {
    return this.#overflowed;
  }

  /** False when nothing more may come. Rejects with what the consumer threw. */
  async give(bytes: Buffer): Promise<boolean> {
    if (this.#overflowed) return false;
    const { limit, take } = this.#request;
    if (this.#produced + bytes.length > limit || take?.(bytes.length) === false) {
      this.#overflowed = true;
      return false;
    }
    this.#produced += bytes.length;
    await this.#request.output(bytes);
    return true;
  }
}
