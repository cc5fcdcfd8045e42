/** The ways out that the configuration names, with their secrets and the environment of the programs they run. Loaded where used. */
import { deliverAll, type DeliveryRequest } from '../alarms/deliver.ts';
import type { Config } from '../core/job.ts';
import type { EmailConfig } from '../core/notifications.ts';
import { readHandedOver } from '../files/handed-over.ts';
import { Trouble } from '../files/trouble.ts';
import type { Transport } from '../notify/transport.ts';
import type { Context } from './context.ts';
import type { Io } from './io.ts';
import { UserProblem } from './problems.ts';

/** What programs that are run for notifications find of our environment: not our secrets. */
const PASSED_ON = ['PATH', 'HOME', 'USER', 'LOGNAME', 'LANG', 'LC_ALL', 'TZ'];

const environmentOf = ({ env }: Pick<Io, 'env'>): Record<string, string> =>
  Object.fromEntries(
    PASSED_ON.flatMap((name) => {
      const value = env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );

/** The content of a file that holds a secret, without the line end that editors add. @throws Trouble, UserProblem */
function secretIn(file: string): string {
  const text = readHandedOver(file);
  if (text === null) throw new Trouble('ENOENT', 'read', file);
  const secret = text.replace(/\r?\n$/u, '');
  if (secret === '') throw new UserProblem('secret_empty', `${file} is empty`);
  return secret;
}

/** The password for mail; null where there is no login, or none is named. @throws Trouble, UserProblem */
export function passwordOf({ server }: EmailConfig, { env }: Pick<Io, 'env'>): string | null {
  if (server.kind !== 'smtp' || server.user === null) return null;
  const given = env['BACKUPMON_SMTP_PASSWORD'] ?? '';
  if (given !== '') return given;
  return server.passwordFile === null ? null : secretIn(server.passwordFile);
}

async function transportOf(
  { notifications }: Config,
  io: Io,
  way: string,
): Promise<Transport | null> {
  const { email, webhooks, commands } = notifications;
  if (way === 'email' && email !== null) {
    const { emailTransport } = await import('../notify/email.ts');
    const environment = environmentOf(io);
    return emailTransport(email, { password: passwordOf(email, io) }, { environment });
  }
  const webhook = webhooks.find(({ name }) => name === way);
  if (webhook !== undefined) {
    const { webhookTransport } = await import('../notify/webhook.ts');
    const secret = webhook.secretFile === null ? null : secretIn(webhook.secretFile);
    return webhookTransport(webhook, secret);
  }
  const command = commands.find(({ name }) => name === way);
  if (command === undefined) return null;
  const { commandTransport } = await import('../notify/command.ts');
  return commandTransport(command, environmentOf(io));
}

/** A way out by its name; one line where it cannot be used; null where the configuration has none of that name. */
export const openWay =
  (config: Config, io: Io) =>
  async (way: string): Promise<Transport | string | null> => {
    try {
      return await transportOf(config, io, way);
    } catch (error) {
      if (error instanceof Trouble || error instanceof UserProblem) return error.message;
      throw error;
    }
  };

/** Everything that waits, by the ways of the configuration. */
export const deliver = ({ io }: Context, request: Omit<DeliveryRequest, 'open'>): Promise<void> =>
  deliverAll({ ...request, open: openWay(request.config, io) });
