/** Several things at once, and their results in order. */

/** Runs `work` over a list, at most `limit` at once, results in the order of the list. */
export async function inTurn<T, R>(
  list: readonly T[],
  limit: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const runner = async (): Promise<void> => {
    for (let index = next; index < list.length; index = next) {
      next = index + 1;
      results[index] = await work(list[index] as T);
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, list.length) }, runner));
  return results;
}
