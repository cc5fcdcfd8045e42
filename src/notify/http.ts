/** One HTTP request, and in words why it was not taken. */
import { forPeople } from '../core/text.ts';
import { ERROR_LENGTH, ofConnection, stopped } from './words.ts';

/** Of an answer, this is read, for its reason. */
const ANSWER_BYTES = 4096;
/** And this is passed on, in UTF-16 units. */
const ANSWER_LENGTH = 200;

/** Shorter parts of an address are words, and no secrets. */
const SECRET_LENGTH = 6;

export interface Request {
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array | null;
}

/** fetch takes no URL with a name and password in it: they become the header that they stand for. */
function login(url: URL): Readonly<Record<string, string>> {
  const { username, password } = url;
  if (username === '' && password === '') return {};
  const plain = [username, password].map(decodeURIComponent).join(':');
  return { authorization: `Basic ${Buffer.from(plain).toString('base64')}` };
}

/** The beginning of the answer, as far as it comes. */
async function beginningOf(response: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  try {
    // Leaving the loop lets go of the rest.
    for await (const part of (response.body ?? []) as AsyncIterable<Uint8Array>) {
      parts.push(part);
      size += part.length;
      if (size >= ANSWER_BYTES) break;
    }
  } catch {
    // The status says enough.
  }
  return forPeople(Buffer.concat(parts).subarray(0, ANSWER_BYTES).toString('utf8'), ANSWER_LENGTH);
}

/** Whether an answer repeats a part of the address that may be a secret. */
function tellsAddress(answer: string, { pathname, search, username, password }: URL): boolean {
  const parts = [...pathname.split('/'), search.slice(1), username, password];
  const plain = parts.flatMap((part) => [part, part.replaceAll('%', '')]);
  return plain.some((part) => part.length >= SECRET_LENGTH && answer.includes(part));
}

async function refusal(response: Response, url: URL): Promise<string | null> {
  if (response.ok) {
    await response.body?.cancel();
    return null;
  }
  const { status } = response;
  const answer = await beginningOf(response);
  if (status >= 300 && status < 400) return `${status}: redirects are not followed`;
  return answer === '' || tellsAddress(answer, url)
    ? `status ${status}`
    : `status ${status}: ${answer}`;
}

function trouble(error: unknown): string {
  const { cause, message } = error as Error;
  if (!(cause instanceof Error)) return message;
  return ofConnection((cause as NodeJS.ErrnoException).code, cause.message);
}

/**
 * Asks, and reads no more of the answer than a reason for refusing. Never rejects, and follows no redirects.
 * @param url of its parts, only the host is named in errors: the others may hold secrets
 * @param signal ends it at once
 * @param late what is told when it was ended, asked for then
 * @returns null when the answer is 2xx; otherwise one line, which may hold words of the other side
 */
export async function ask(
  url: URL,
  request: Request,
  signal: AbortSignal,
  late: () => string = () => stopped,
): Promise<string | null> {
  try {
    if (!/^https?:$/u.test(url.protocol)) return `${url.protocol} is not http: or https:`;
    const address = new URL(url);
    const headers = { 'user-agent': 'backupmon', ...login(url), ...request.headers };
    address.username = '';
    address.password = '';
    const response = await fetch(address, { ...request, headers, signal, redirect: 'manual' });
    const why = await refusal(response, url);
    return why === null ? null : forPeople(`${url.host}: ${why}`, ERROR_LENGTH);
  } catch (error) {
    const why = signal.aborted ? late() : trouble(error);
    return forPeople(`${url.host}: ${why}`, ERROR_LENGTH);
  }
}
