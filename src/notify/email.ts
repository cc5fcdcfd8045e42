/** Mail, by a server or by the sendmail of this machine. */
import type { EmailConfig } from '../core/notifications.ts';
import { forPeople } from '../core/text.ts';
import { canBeSentTo, composeLetter, type MailWay } from './message.ts';
import { sendmailWay } from './sendmail.ts';
import { smtpWay } from './smtp.ts';
import type { Timeouts } from './smtp-session.ts';
import type { Attempt, Parcel, Transport } from './transport.ts';
import { ERROR_LENGTH } from './words.ts';

/** Milliseconds. The scan waits for its mail, and other ways out wait as well. */
const patience: Timeouts = { connection: 10_000, greeting: 10_000, silence: 15_000 };

export interface EmailOptions {
  /** Milliseconds; what is not given is 10 s for the connection, 10 s for the greeting, 15 s for each answer. */
  readonly timeouts?: Partial<Timeouts>;
  /** The environment of the sendmail program. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** Why not, for each address; null where it was accepted. */
async function handOver(
  way: MailWay,
  from: string,
  parcel: Parcel,
  addresses: readonly string[],
  signal: AbortSignal,
): Promise<readonly (string | null)[]> {
  if (addresses.length === 0) return [];
  try {
    const letter = await composeLetter(parcel, from, addresses, way.lineEnds);
    return await way.deliver(letter, signal);
  } catch (error) {
    return addresses.map(() => `the mail could not be written: ${(error as Error).message}`);
  }
}

/**
 * One mail for all recipients of a parcel: each of them is in its header, and each has its own result. All mails of one transport
 * go over one connection, as far as the server lets them.
 * @param secrets the content of the password file; it does not come back in errors
 */
export function emailTransport(
  config: EmailConfig,
  secrets: { readonly password: string | null },
  { timeouts = {}, environment = {} }: EmailOptions = {},
): Transport {
  const { server, from } = config;
  const way =
    server.kind === 'smtp'
      ? smtpWay(server, secrets.password, { ...patience, ...timeouts })
      : sendmailWay(server.path, environment);
  return {
    send: async (parcel, recipients, signal) => {
      const addresses = [...new Set(recipients)].filter(canBeSentTo);
      const whyNot = await handOver(way, from, parcel, addresses, signal);
      return recipients.map((recipient): Attempt => {
        const index = addresses.indexOf(recipient);
        const why = index === -1 ? 'this is not an address' : whyNot[index];
        return { recipient, error: why == null ? null : forPeople(why, ERROR_LENGTH) };
      });
    },
    close: () => way.close(),
  };
}
