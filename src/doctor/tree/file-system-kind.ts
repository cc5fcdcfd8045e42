/** Which kind of file system backups and records lie on. */
import type { Finding } from '../../core/finding.ts';
import { critical, fine, warning } from '../finding.ts';
import type { Look } from '../look.ts';

export interface FileSystemFacts {
  readonly what: 'database' | 'deposits' | 'validated';
  readonly path: string;
  /** As mountinfo calls it; null where that cannot be found out. */
  readonly type: string | null;
  /** Name of the network file system that it is; null for a local one. */
  readonly network: string | null;
}

type Judging = Pick<Look, 'file' | 'hands'>;

const inMemory: ReadonlySet<string> = new Set(['tmpfs', 'ramfs']);

export function judgeKind({ what, path, type, network }: FileSystemFacts, look: Judging): Finding {
  const { file, hands } = look;
  const place = `${what}: ${path} lies on`;
  if (network !== null && what === 'database') {
    return critical('file_systems', path, {
      message: `${place} ${network}, a file system of another machine`,
      why: 'the locks and the log of SQLite do not hold there: every command refuses it. Name a folder of a local disk as `database`',
      mend: hands.edit(file),
    });
  }
  if (network !== null) {
    return warning('file_systems', path, {
      message: `${place} ${network}, a file system of another machine`,
      why:
        what === 'validated'
          ? 'whether a version is durable, and replaced in one step, is what that machine makes of it; while it is away no scan runs. A local disk that is copied from is safer'
          : 'times of change are those of its clock, by which `settle` tells what is still arriving; while it is away nothing is judged',
    });
  }
  if (type !== null && inMemory.has(type)) {
    return warning('file_systems', path, {
      message: `${place} ${type}, which is memory`,
      why: 'everything in it is gone after the next boot',
      mend: hands.edit(file),
    });
  }
  return fine('file_systems', path, `${place} ${type ?? 'a local file system'}`);
}
