/** A sendmail that needs the rights of another user or group to hand mail over, run by a service that lets no program have more rights. */
import { basename } from 'node:path';
import type { Finding } from '../../core/finding.ts';
import { warning } from '../finding.ts';
import type { Look } from '../look.ts';
import { leadsTo } from '../real-path.ts';
import { settingsOf, unitText } from '../schedule/unit-files.ts';

/** Of Postfix and nullmailer: their sendmail has no such bit itself, and runs these. */
const helpers = ['/usr/sbin/postdrop', '/usr/sbin/nullmailer-queue'];

const SET_ID = 0o6000;

function isRaised(path: string, { stats }: Look['machine']): boolean {
  // What the name leads to may be another one's, such as msmtp.
  const run = basename(leadsTo(path)).startsWith('sendmail') ? [path, ...helpers] : [path];
  return run.some((program) => ((stats(program)?.mode ?? 0) & SET_ID) !== 0);
}

/** @param service the one that runs the scans; null where there is none */
export function judgeRaised(
  { file, config, machine, hands }: Pick<Look, 'file' | 'config' | 'machine' | 'hands'>,
  service: string | null,
): Finding[] {
  const server = config?.notifications.email?.server;
  if (service === null || server?.kind !== 'sendmail') return [];
  const { path } = server;
  const set = settingsOf(unitText(machine, service), 'NoNewPrivileges').at(-1) ?? '';
  if (!/^(?:yes|y|true|t|on|1)$/iu.test(set) || !isRaised(path, machine)) return [];
  return [
    warning('notifications', path, {
      message: `${path} takes the rights of another user or group to hand mail over, and ${service} has NoNewPrivileges`,
      why: 'mail is not sent by its scans, although the same program works in a shell; name the mail server itself by `smtp`',
      mend: hands.edit(file),
    }),
  ];
}
