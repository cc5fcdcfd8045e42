/** `backupmon files`: what the program brings along, by name: manual, completion, units, schemas, the example of a configuration. */
import { nearest } from '../../config/words.ts';
import type { Context, ExitCode } from '../context.ts';
import { UserProblem } from '../problems.ts';

const last = (name: string): string => name.slice(name.lastIndexOf('/') + 1);

/** The whole name, or its last part. */
function found(names: readonly string[], wanted: string): string {
  const name = names.find((one) => one === wanted) ?? names.find((one) => last(one) === wanted);
  if (name !== undefined) return name;
  const meant = nearest(wanted, names.map(last));
  const suggestion = meant === null ? '' : `Did you mean ${meant}? `;
  throw new UserProblem('usage', `no file is named "${wanted}"`, {
    hint: `${suggestion}backupmon files lists all of them`,
  });
}

/** Prints the names of all files, or what one of them holds. */
export function files({ io }: Context, wanted: string | undefined): ExitCode {
  const names = io.program.shipped();
  io.out.write(
    wanted === undefined
      ? names.map((name) => `${name}\n`).join('')
      : io.program.readShipped(found(names, wanted)).toString(),
  );
  return 0;
}
