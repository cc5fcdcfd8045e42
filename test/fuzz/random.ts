/** A small generator of pseudo-random numbers, and what is drawn from it: cheap enough for millions of inputs. */

/** Words of a list that is easy to read. */
export const words = (text: string): string[] => text.trim().split(/\s+/u);

/** mulberry32, by Tommy Ettinger: 32 bits of state, in the public domain. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** A whole number from 0 to 2^32−1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b_79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  }

  /** A whole number from 0 to `limit` − 1. */
  below(limit: number): number {
    return Math.floor((this.next() / 2 ** 32) * limit);
  }

  /** A whole number, both ends included. */
  between(low: number, high: number): number {
    return low + this.below(high - low + 1);
  }

  /** True once in `times`. */
  once(times: number): boolean {
    return this.below(times) === 0;
  }

  pick<Value>(list: readonly Value[]): Value {
    return list[this.below(list.length)] as Value;
  }

  list<Value>(most: number, make: () => Value): Value[] {
    return Array.from({ length: this.below(most + 1) }, make);
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.below(256));
  }

  /** UTF-16 units: mostly of ASCII, some of anywhere, halves of surrogate pairs among them. */
  text(most: number): string {
    return this.list(most, () =>
      String.fromCharCode(this.once(4) ? this.below(0x1_0000) : this.between(0x20, 0x7e)),
    ).join('');
  }
}

/** The bytes with one thing done to them: a bit flipped, a byte set, a part cut, doubled, moved or of another text. */
function changedOnce(bytes: Uint8Array, others: readonly Uint8Array[], random: Random): Uint8Array {
  const [from = 0, to = 0] = [
    random.below(bytes.length + 1),
    random.below(bytes.length + 1),
  ].toSorted((left, right) => left - right);
  const changed = Uint8Array.from(bytes);
  switch (random.below(7)) {
    case 0:
      if (changed.length > 0) changed[from % changed.length] = random.below(256);
      return changed;
    case 1:
      if (changed.length > 0) {
        const at = from % changed.length;
        changed[at] = (changed[at] as number) ^ (1 << random.below(8));
      }
      return changed;
    case 2:
      return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
    case 3:
      return bytes.subarray(from, random.once(2) ? to : undefined);
    case 4:
      return Buffer.concat([bytes.subarray(0, to), bytes.subarray(from)]);
    case 5: {
      const part = random.pick(others);
      return Buffer.concat([bytes.subarray(0, from), part, bytes.subarray(from)]);
    }
    default: {
      const other = random.pick(others);
      const start = random.below(other.length + 1);
      return Buffer.concat([bytes.subarray(0, from), other.subarray(start), bytes.subarray(to)]);
    }
  }
}

/** One to four things done to one of `originals`; pieces of `tokens` and of the other originals come into it. */
export function changedBytes(
  originals: readonly Uint8Array[],
  tokens: readonly Uint8Array[],
  random: Random,
): Uint8Array {
  let bytes = random.pick(originals);
  for (let left = random.between(1, 4); left > 0; left -= 1) {
    bytes = changedOnce(bytes, random.once(4) ? originals : tokens, random);
  }
  return bytes;
}
