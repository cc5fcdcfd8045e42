import { forPeople } from '../core/text.ts';
import type { Context } from './context.ts';
import { userText } from './names.ts';

/** Who answers for it: the name that sudo or the login gave, else the user's own. To be asked before becoming the owner. */
export function operatorOf({ io }: Context): string {
  const names = [io.env['SUDO_USER'], io.env['LOGNAME'], io.env['USER']];
  const said = names.map((name) => forPeople(name ?? '', 100).trim()).find((name) => name !== '');
  return said ?? userText(io.uid);
}
