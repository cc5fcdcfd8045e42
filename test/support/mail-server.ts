/** A mail server on 127.0.0.1 that can be told to be difficult, and what it has accepted. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { simpleParser, type ParsedMail } from 'mailparser';
import { makeCertificate, type Certificate } from './mail-server-certificate.ts';

/** A moment of a session: before the greeting, at MAIL FROM, at the first bytes of a mail, after all of it. */
export type Point = 'greeting' | 'mail' | 'data' | 'end';

export interface Behaviour {
  /** Recipients that are refused, and with which code and words. */
  readonly reject: readonly string[];
  readonly rejectWith: string;
  /** Each recipient is refused with 451 the first time. */
  readonly greylist: boolean;
  /** Code and words to every mail after it was sent; null: it is accepted. */
  readonly refuse: string | null;
  /** Code and words in place of the greeting. */
  readonly banner: string | null;
  /** Where it says nothing any more. */
  readonly stall: Point | null;
  /** Where it closes the connection. */
  readonly drop: Point | null;
  /** Demanded of everybody; null: none is offered. */
  readonly login: { readonly user: string; readonly password: string } | null;
  /** Its words to a wrong login. */
  readonly loginWords: string;
  /** Whether it is offered. */
  readonly starttls: boolean;
  readonly certificate: 'good' | 'other-host' | 'expired';
  /** On one connection; then it says 421. */
  readonly mostMessages: number;
}

const polite: Behaviour = {
  reject: [],
  rejectWith: '550 no such user',
  greylist: false,
  refuse: null,
  banner: null,
  stall: null,
  drop: null,
  login: null,
  loginWords: 'authentication failed',
  starttls: true,
  certificate: 'good',
  mostMessages: Infinity,
};

/** What its process is told. */
export interface Orders {
  readonly behaviour: Behaviour;
  /** PEM. */
  readonly key: string;
  readonly certificate: string;
}

interface Message {
  readonly from: string;
  readonly to: readonly string[];
  /** Each character a byte. */
  readonly raw: string;
  readonly secure: boolean;
  /** Who had logged in. */
  readonly user: string | null;
  /** The same for all messages of one connection. */
  readonly connection: string;
}

/** A line of its file. */
export type Line =
  | ({ readonly kind: 'message' } & Message)
  | { readonly kind: 'connection'; readonly secure: boolean }
  | { readonly kind: 'login'; readonly secure: boolean; readonly user: string };

export interface Received extends Message {
  readonly mail: ParsedMail;
}

/** Names that the certificate is for, and days it is valid from now on. */
const certificates: Readonly<Record<Behaviour['certificate'], readonly [string, number]>> = {
  good: ['IP:127.0.0.1,DNS:localhost', 2],
  'other-host': ['DNS:mail.example.net', 2],
  expired: ['IP:127.0.0.1,DNS:localhost', -1],
};

export class MailServer {
  /** STARTTLS is offered here. */
  readonly port: number;
  /** TLS from the beginning. */
  readonly tlsPort: number;
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #made = new Map<string, Certificate>();

  constructor(child: ChildProcess, folder: string, [port, tlsPort]: readonly [number, number]) {
    this.port = port;
    this.tlsPort = tlsPort;
    this.#child = child;
    this.#folder = folder;
  }

  /** PEM file of the authority of its certificate: that is the certificate itself. */
  get caFile(): string {
    return join(this.#folder, 'now.pem');
  }

  /** From now on it does this; all that is not said it does as a polite server does. */
  async behave(change: Partial<Behaviour>): Promise<void> {
    const behaviour = { ...polite, ...change };
    const { certificate, key } = this.#certificate(behaviour.certificate);
    copyFileSync(certificate, this.caFile);
    const orders: Orders = {
      behaviour,
      key: readFileSync(key, 'utf8'),
      certificate: readFileSync(certificate, 'utf8'),
    };
    const understood = once(this.#child, 'message');
    this.#child.send(orders);
    await understood;
  }

  #certificate(kind: Behaviour['certificate']): Certificate {
    const made = this.#made.get(kind) ?? makeCertificate(this.#folder, kind, ...certificates[kind]);
    this.#made.set(kind, made);
    return made;
  }

  #lines(): readonly Line[] {
    const text = readFileSync(join(this.#folder, 'lines'), 'utf8');
    return text
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Line);
  }

  /** All that it has accepted, in its order; until stop(). */
  messages(): Promise<readonly Received[]> {
    const messages = this.#lines().filter((line) => line.kind === 'message');
    return Promise.all(
      messages.map(async (message) => ({
        ...message,
        mail: await simpleParser(Buffer.from(message.raw, 'latin1')),
      })),
    );
  }

  /** How many there have been. */
  connections(): number {
    return this.#lines().filter(({ kind }) => kind === 'connection').length;
  }

  /** All that were tried. */
  logins(): readonly { readonly user: string; readonly secure: boolean }[] {
    return this.#lines().filter((line) => line.kind === 'login');
  }

  /** Forgets what it has accepted. */
  clear(): void {
    truncateSync(join(this.#folder, 'lines'));
  }

  /** Ends it, and removes its files. */
  async stop(): Promise<void> {
    const ended = once(this.#child, 'exit');
    if (this.#child.connected) this.#child.disconnect();
    await ended;
    rmSync(this.#folder, { recursive: true });
  }
}

/** Starts one, which is to be stopped: `const server = await startMailServer({ reject: ['b@example.org'] })`. */
export async function startMailServer(behaviour: Partial<Behaviour> = {}): Promise<MailServer> {
  const folder = mkdtempSync(join(tmpdir(), 'mail-server-'));
  writeFileSync(join(folder, 'lines'), '');
  const child = fork(join(import.meta.dirname, 'mail-server-process.ts'), [`${folder}/lines`], {
    execArgv: [],
    serialization: 'advanced',
  });
  const [ports] = (await once(child, 'message')) as [[number, number]];
  const server = new MailServer(child, folder, ports);
  await server.behave(behaviour);
  return server;
}
