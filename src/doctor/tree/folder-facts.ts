/** What is looked at of one folder of the configuration. */
import type { Mode, Need } from '../rights/access.ts';
import type { Others } from '../rights/grants.ts';
import type { OpenFolder } from '../rights/open-way.ts';
import type { Look } from '../look.ts';
import type { Recorded } from './mounting.ts';

export const METRICS = 'the folder of the metrics';

/** A folder that the configuration names. */
export interface Wanted {
  /** As people call it: `deposits`, `validated`, `the folder of the database`. */
  readonly what: string;
  readonly path: string;
  readonly need: Need;
  /** Mode for install(1), where it has to be made. */
  readonly makeMode: string;
}

export interface FolderFacts extends Wanted {
  /** Without links. */
  readonly real: string;
  /** A link on the way that leads to nothing, and where it leads; null where there is none. */
  readonly broken: { readonly link: string; readonly target: string } | null;
  /** null: it is not there, or may not be known. */
  readonly mode: Mode | null;
  /** Why the user that scans may not do what is needed, as an errno name; null where he may, and where that is not known. */
  readonly refusal: string | null;
  /** The first folder on the way that he may not enter, without links. */
  readonly closed: string | null;
  /** The first part above that is no folder. */
  readonly fileAbove: string | null;
  /** Folders on the way in which others may put another one in its place. */
  readonly open: readonly OpenFolder[];
  /** It holds other things than ours, or is a folder of the system: neither to be given away nor to be closed. */
  readonly shared: boolean;
  /** What lies in it may not be known. */
  readonly hidden: boolean;
  /** Who may write there beside its owner, the user that scans and root; null for nobody. */
  readonly others: Others | null;
  readonly recorded: Recorded;
  /** A folder of fstab that should be mounted there, and is not. */
  readonly unmounted: string | null;
  /** Where its file system is mounted. */
  readonly mountedOn: string;
}

export type Judging = Pick<Look, 'file' | 'config' | 'places' | 'scanner' | 'hands' | 'machine'>;

export const SHARED = 'other things lie there too: name a folder that holds nothing else';
