/** A service that raises the alarm when it does not hear from us (healthchecks.io, Uptime Kuma and their like). */
import { shorten } from '../core/text.ts';
import { ask, type Request } from './http.ts';

/** What is told of a scan, in bytes; services keep no more. */
const BODY_BYTES = 10_000;
/** The same for those who take it in the URL, in UTF-16 units. */
const MESSAGE_LENGTH = 200;

/** What a signal is by the address it goes to: its beginning, its success, its failure with the exit code, and none of these. */
export type SignalPath = '/start' | '' | `/${number}` | '/log';

/** What the signals of one scan have in common: a UUID. */
export async function newRunId(): Promise<string> {
  const { randomUUID } = await import('node:crypto');
  return randomUUID();
}

/** healthchecks.io: the signal is the end of the path. */
function byPath(address: URL, path: SignalPath, rid: string): URL {
  const url = new URL(address);
  url.pathname = url.pathname.replace(/\/+$/u, '') + path;
  url.searchParams.set('rid', rid);
  return url;
}

/** Uptime Kuma: the signal is a parameter, and the address says what it is when all is well. */
function byStatus(address: URL, path: SignalPath, body: string): URL {
  const url = new URL(address);
  if (path === '' || path === '/0') return url;
  url.searchParams.set('status', 'down');
  url.searchParams.set('msg', shorten(body.replace(/\s+/gu, ' ').trim(), MESSAGE_LENGTH));
  return url;
}

/**
 * Tells the service. Addresses with a `status` parameter are Uptime Kuma's, which has no word for a beginning, nor for a note: these are not told there.
 * Never rejects.
 * @param address as configured, with its query
 * @param rid which run it is, the same from `/start` on: a UUID
 * @param body for people; cut to 10 kB
 * @param signal ends it at once
 * @returns null when it was taken or need not be told; otherwise one line, with the host and no more of the address
 */
export async function heartbeat(
  address: string,
  path: SignalPath,
  rid: string,
  body: string,
  signal: AbortSignal,
): Promise<string | null> {
  const url = URL.parse(address);
  if (url === null) return 'its address is not a URL';
  const clean = body.toWellFormed();
  if (url.searchParams.has('status')) {
    // GET, as older ones know nothing else.
    const request: Request = { method: 'GET', headers: {}, body: null };
    return path === '/start' || path === '/log'
      ? null
      : ask(byStatus(url, path, clean), request, signal);
  }
  const request: Request = {
    method: 'POST',
    headers: { 'content-type': 'text/plain; charset=utf-8' },
    body: Buffer.from(clean).subarray(0, BODY_BYTES),
  };
  return ask(byPath(url, path, rid), request, signal);
}
