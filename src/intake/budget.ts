/** How many bytes may still come out of compressed streams, so that a bomb costs no more than a dump would; several may share one. */
export class Budget {
  #left: number;
  #charged = 0;
  readonly #whole: number;

  constructor(bytes: number) {
    this.#whole = bytes;
    this.#left = bytes;
  }

  /** How much came out, also beyond what it is, and what was charged. */
  get taken(): number {
    return this.#whole - this.#left + this.#charged;
  }

  /** Work that brings nothing out: it counts as so many bytes for whoever has made it necessary, and leaves as many as before. */
  charge(bytes: number): void {
    this.#charged += bytes;
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
