/** How many bytes may still come out of compressed streams, so that a bomb costs no more than a dump would; several may share one. */
export class Budget {
  #left: number;

  constructor(bytes: number) {
    this.#left = bytes;
  }

  /** Never below zero. */
  get left(): number {
    return Math.max(0, this.#left);
  }

  /** False when that was more than there was. */
  take(bytes: number): boolean {
    this.#left -= bytes;
    return this.#left >= 0;
  }
}
