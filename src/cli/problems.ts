/** Known errors become one clear sentence and, where there is one, a hint. Unknown errors are bugs and stay as ugly as they are. */
import { dirname } from 'node:path';
import { Trouble } from '../files/trouble.ts';
import { ownNames } from './names.ts';

/** What the user did, or what the machine would not let us do: told in one sentence, exit code 3. */
export class UserProblem extends Error {
  override readonly name = 'UserProblem';
  /** Machine word for `--json`. */
  readonly code: string;
  readonly hint: string | null;
  /** More than one finding, already rendered for people; and as data. */
  readonly details: { readonly text: string; readonly list: readonly unknown[] } | null;
  /** 3, or 2 where `promote` refuses. */
  readonly exitCode: 2 | 3;

  constructor(
    code: string,
    message: string,
    options: {
      readonly hint?: string;
      readonly details?: { readonly text: string; readonly list: readonly unknown[] };
      readonly exitCode?: 2 | 3;
    } = {},
  ) {
    super(message);
    this.code = code;
    this.hint = options.hint ?? null;
    this.details = options.details ?? null;
    this.exitCode = options.exitCode ?? 3;
  }
}

/** The command, for root, that makes a folder which the present user may write. */
export function installCommand(path: string, mode = ''): string {
  const { user, group } = ownNames();
  return `as root: install -d -o ${user} -g ${group}${mode} ${path}`;
}

/** Who lacks which permission, and how to give it. */
function permissionHint({ action, path }: Trouble): string {
  const { user } = ownNames();
  const writes = /^(?:write|rename|make|remove)/u.test(action);
  return writes
    ? `it runs as ${user}, who needs write permission on ${dirname(path)}`
    : `it runs as ${user}, who needs read permission on it and on the folders above`;
}

/** The same problem as one value, or null for a bug. Classes of other rooms are known by their names: loading them costs. */
export function knownProblem(error: unknown): UserProblem | null {
  if (error instanceof UserProblem) return error;
  if (error instanceof Trouble) {
    const permission = error.code === 'EACCES' || error.code === 'EPERM';
    return new UserProblem(error.reason, error.message, {
      ...(permission && { hint: permissionHint(error) }),
    });
  }
  if (!(error instanceof Error)) return null;
  if (error.name === 'DatabaseProblem' && 'fault' in error) {
    const hint = 'hint' in error && typeof error.hint === 'string' ? error.hint : null;
    return new UserProblem(`database_${String(error.fault)}`, error.message, {
      ...(hint !== null && { hint }),
    });
  }
  if (error.name === 'AddonProblem' && 'hint' in error)
    return new UserProblem('addon_unusable', error.message, { hint: String(error.hint) });
  if (error.name === 'ConfigConflict') return new UserProblem('config_invalid', error.message);
  if (error.name === 'TreeProblem') return new UserProblem('validated_unusable', error.message);
  if ('code' in error && String(error.code).startsWith('SQLITE_')) {
    return new UserProblem(
      'database_unusable',
      `the database: ${error.message} (${String(error.code)})`,
    );
  }
  return null;
}
