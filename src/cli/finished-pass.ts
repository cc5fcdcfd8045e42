import { abandonScan } from '../db/scans.ts';
import type { Database } from '../db/schema.ts';
import type { Context } from './context.ts';

/** A pass that ends by an error is over too: its row must not look as if it still ran. */
export async function finishedPass<T>(
  db: Database,
  passId: number,
  { io }: Context,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    // Where the database itself is the trouble, that is what must be told.
    await abandonScan(db, passId, io.now()).catch(() => undefined);
    throw error;
  }
}
