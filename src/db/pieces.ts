/** Lists of ids that may be longer than one statement takes: SQLite allows 32,766 parameters. */
const AT_ONCE = 1000;

/** Runs `query` over pieces of a list, and joins what it returns. */
export async function inPieces<T, R>(
  list: readonly T[],
  query: (some: readonly T[]) => Promise<R[]>,
): Promise<R[]> {
  const result: R[] = [];
  for (let from = 0; from < list.length; from += AT_ONCE) {
    result.push(...(await query(list.slice(from, from + AT_ONCE))));
  }
  return result;
}
