/** Who is told what, by which way, as the configuration says. Plain data; all durations are milliseconds. */
import type { Severity } from './statuses.ts';

/** What a recipient wants to hear of. */
export interface Routing {
  /** `agent` or `agent/database`; null for all, and for what is about no single job. */
  readonly jobs: readonly string[] | null;
  /** The least that is told. */
  readonly severity: Extract<Severity, 'warning' | 'critical'>;
}

/**
 * `auto`: TLS from the beginning on port 465, elsewhere STARTTLS where the server offers it, and always before a login; `starttls`: never
 * without; `implicit`: from the beginning; `off`: never.
 */
export type TlsMode = 'auto' | 'starttls' | 'implicit' | 'off';

export interface SmtpServer {
  readonly kind: 'smtp';
  readonly host: string;
  readonly port: number;
  readonly tls: TlsMode;
  /** PEM file of the authority that signed the server's certificate; null for those that Node knows. */
  readonly caFile: string | null;
  /** null: no login. */
  readonly user: string | null;
  readonly passwordFile: string | null;
}

export interface Sendmail {
  readonly kind: 'sendmail';
  /** Absolute path of a program that takes a message as sendmail does. */
  readonly path: string;
}

export interface MailRecipient extends Routing {
  readonly address: string;
}

export interface EmailConfig {
  readonly server: SmtpServer | Sendmail;
  readonly from: string;
  readonly to: readonly MailRecipient[];
}

export interface WebhookConfig extends Routing {
  readonly name: string;
  readonly url: string;
  /** The file of the key that signs what is sent; null for none. */
  readonly secretFile: string | null;
  readonly timeout: number;
}

export interface CommandConfig extends Routing {
  readonly name: string;
  /** Absolute path of the program, and its arguments. */
  readonly run: readonly [string, ...string[]];
  readonly timeout: number;
}

export interface HeartbeatConfig {
  readonly url: string;
  /** From which end of a scan on it reports failure: `inability` is exit code 3. */
  readonly failFrom: 'warning' | 'critical' | 'inability';
}

export interface NotificationsConfig {
  readonly email: EmailConfig | null;
  readonly webhooks: readonly WebhookConfig[];
  readonly commands: readonly CommandConfig[];
  readonly heartbeat: HeartbeatConfig | null;
  /** Ages of an incident at which people are reminded of it, ascending; the last one repeats. */
  readonly remind: readonly number[];
  /** How long delivery is tried. */
  readonly giveUpAfter: number;
  /** Cron expression in the time zone of the file; null for no digest. */
  readonly digest: string | null;
}

/** A planned time without alarms. */
export interface MaintenanceWindow {
  /** Cron expression in the time zone of the file: when it begins. */
  readonly schedule: string;
  readonly duration: number;
  /** `agent` or `agent/database`; null for all. */
  readonly jobs: readonly string[] | null;
  /** For people; null for none. */
  readonly reason: string | null;
}
