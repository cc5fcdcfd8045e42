/** Who is told, by which way out. */
import type { Config } from '../core/job.ts';
import type { Routing } from '../core/notifications.ts';

/** Somebody who is told by a way out. */
export interface Recipient extends Routing {
  /** `email`, or the name of a webhook or command. */
  readonly way: string;
  /** The bare address; of ways that have none, their name. */
  readonly recipient: string;
}

export function recipientsOf({ notifications }: Pick<Config, 'notifications'>): Recipient[] {
  const { email, webhooks, commands } = notifications;
  return [
    ...(email?.to ?? []).map(({ address, jobs, severity }) => ({
      way: 'email',
      recipient: /<([^<>]*)>$/u.exec(address)?.[1] ?? address,
      jobs,
      severity,
    })),
    ...[...webhooks, ...commands].map(({ name, jobs, severity }) => ({
      way: name,
      recipient: name,
      jobs,
      severity,
    })),
  ];
}

/** For Message-IDs, a domain that is nobody else's: that of the sender's address, else the site. */
export function domainOf({ notifications, site }: Pick<Config, 'notifications' | 'site'>): string {
  const from = /@([\w.-]+)>?$/u.exec(notifications.email?.from ?? '')?.[1];
  return from ?? (site.replaceAll(/[^\w.-]/gu, '-') || 'localhost');
}
