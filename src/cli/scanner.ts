/** As whom `doctor` looks: the user that scans. */
import { dirname } from 'node:path';
import type { Accounts } from '../doctor/rights/accounts.ts';
import type { Examination } from '../doctor/examination.ts';
import type { Places, Scanner } from '../doctor/look.ts';
import { Trouble } from '../files/trouble.ts';
import type { Context } from './context.ts';
import { becomeOwner, ownerOf } from './owner.ts';
import { UserProblem } from './problems.ts';

type Owner = NonNullable<ReturnType<typeof ownerOf>>;

/** `none` where there is neither what is named nor its folder, `hidden` where this user may not know. */
function ownerSeen(path: string): Owner | 'none' | 'hidden' {
  try {
    return ownerOf(path) ?? 'none';
  } catch (error) {
    if (error instanceof Trouble) return 'hidden';
    throw error;
  }
}

function uidSeen(path: string): number | null {
  const owner = ownerSeen(path);
  return typeof owner === 'string' ? null : owner.uid;
}

async function scannerOf(
  { uid, gid }: Owner,
  present: boolean,
  accounts: Accounts,
): Promise<Scanner> {
  return {
    known: true,
    exists: true,
    uid,
    gid,
    user: await accounts.userWord(uid),
    group: await accounts.groupWord(gid),
    present,
  };
}

/** The user that the README makes: to whom all belongs where root sets it up. */
const USUAL = 'backupmon';

/**
 * Whoever runs `init-db` will be the owner, but for root, who had better not be.
 * @param present whether this user can tell what he may do
 */
async function scannerToBe(uid: number, present: boolean, accounts: Accounts): Promise<Scanner> {
  const ids = { uid, gid: process.getgid?.() ?? 0 };
  const scanner = await scannerOf(ids, present && uid !== 0, accounts);
  if (uid !== 0) return { ...scanner, known: false };
  const exists = (await accounts.user(USUAL)) !== null;
  return { ...scanner, known: false, exists, user: USUAL, group: USUAL };
}

/**
 * What belongs to the user that scans: the database; or its folder, where that is somebody's to whom the tree belongs too, and root has put
 * the file there, as a copy of it does. All else is his then, and the file is to be given back.
 */
function ownOf(database: string, validated: string | null): string {
  const folder = dirname(database);
  const [file, state, tree] = [database, folder, validated ?? folder].map(uidSeen);
  return file === 0 && state !== null && state !== 0 && state === tree ? folder : database;
}

/** Becomes the user that scans, where this is root; tells who that is, and whether we are he. */
export async function becomeScanner(
  io: Pick<Context['io'], 'uid'>,
  { database, validated }: Places,
  accounts: Accounts,
): Promise<Pick<Examination, 'scanner' | 'owner'>> {
  const own = database === null ? null : ownOf(database, validated);
  const owner = own === null ? 'none' : ownerSeen(own);
  if (own === null || owner === 'none' || owner === 'hidden') {
    const present = own !== null && owner === 'none';
    const scanner = await scannerToBe(io.uid, present, accounts);
    return { scanner, owner: owner === 'hidden' ? 'hidden' : 'none' };
  }
  try {
    becomeOwner(own, io.uid);
    return { scanner: await scannerOf(owner, true, accounts), owner: 'known' };
  } catch (error) {
    if (!(error instanceof UserProblem)) throw error;
    return { scanner: await scannerOf(owner, false, accounts), owner: 'known' };
  }
}
