/** A web server of the admin's choice. */
import type { WebhookConfig } from '../core/notifications.ts';
import { ask, type Request } from './http.ts';
import type { Attempt, Parcel, Transport } from './transport.ts';
import { period, stopped } from './words.ts';

async function requestOf({ json, messageId }: Parcel, secret: string | null): Promise<Request> {
  const body = Buffer.from(json);
  const headers = {
    'content-type': 'application/json',
    'x-backupmon-message-id': messageId,
  };
  if (secret === null) return { method: 'POST', headers, body };
  const { createHmac } = await import('node:crypto');
  const signature = createHmac('sha256', secret).update(body).digest('hex');
  return {
    method: 'POST',
    headers: { ...headers, 'x-backupmon-signature-256': `sha256=${signature}` },
    body,
  };
}

/**
 * POSTs the parcel's JSON; any 2xx takes it. Headers: `X-Backupmon-Message-Id` is the same for each attempt, so that a receiver can drop
 * what it already has; with a secret `X-Backupmon-Signature-256: sha256=…` is the HMAC-SHA256 of the body's bytes, in hexadecimal.
 * Redirects are not followed: what is signed for one host is not for another.
 * @param secret the key of the signature, its bytes those of the text in UTF-8; null for none
 */
export function webhookTransport(config: WebhookConfig, secret: string | null): Transport {
  const attempt = async (parcel: Parcel, signal: AbortSignal): Promise<string | null> => {
    const url = URL.parse(config.url);
    if (url === null) return 'its address is not a URL';
    const request = await requestOf(parcel, secret);
    const limit = AbortSignal.any([signal, AbortSignal.timeout(config.timeout)]);
    return ask(url, request, limit, () =>
      signal.aborted ? stopped : `no answer within ${period(config.timeout)}`,
    );
  };
  return {
    send: async (parcel, recipients, signal) => {
      const error = await attempt(parcel, signal);
      return recipients.map((recipient): Attempt => ({ recipient, error }));
    },
    close: () => undefined,
  };
}
