/** A program: runs every command that opens the database, one after the other, and prints what became of each. */
import { runHere } from '../support/run-here.ts';

const [, , config = ''] = process.argv;

const commands: readonly (readonly string[])[] = [
  ['status'],
  ['status', '--nagios'],
  ['history'],
  ['scan'],
  ['scan', '--dry-run'],
  ['promote', 'paris/compta'],
  ['promote', 'paris/compta', '--dry-run'],
  ['snooze'],
  ['snooze', 'paris', '--for', '1h'],
  ['init-db'],
  ['init-db', '--reset', '--yes'],
  ['check-config'],
  ['doctor'],
];

for (const argv of commands) {
  const ran = await runHere(Date.now(), ['--config', config, ...argv]);
  process.stdout.write(`${JSON.stringify({ argv: argv.join(' '), ...ran })}\n`);
}
