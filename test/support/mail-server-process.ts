/**
 * The mail server of mail-server.ts, in a process of its own: what it has answered 250 to is in its file by then, whatever becomes of the
 * program that sent it. Arguments: that file. Everything else comes by messages from its parent, and it ends with it.
 */
import { fsyncSync, openSync, writeSync } from 'node:fs';
import type { AddressInfo, Socket } from 'node:net';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';
import type { Behaviour, Line, Orders, Point } from './mail-server.ts';

const wait = globalThis.setTimeout;
// smtp-server keeps each greeting back for a tenth of a second, to catch those who talk too early: more than all the rest takes.
Object.assign(globalThis, {
  setTimeout: (run: () => void, delay: number) => wait(run, delay === 100 ? 0 : delay),
});

const file = openSync(process.argv[2] ?? '', 'a');
let behaviour: Behaviour;
/** Recipients that were told once to come again. */
let delayed = new Set<string>();
const sockets = new Map<number, Socket>();
const counts = new Map<string, number>();

function record(line: Line): void {
  writeSync(file, `${JSON.stringify(line)}\n`);
  fsyncSync(file);
}

const refusal = (text: string): Error =>
  Object.assign(new Error(text.slice(4)), { responseCode: Number(text.slice(0, 3)) });

/** Whether this is where it goes away, or falls silent. */
function isOver(point: Point, { remotePort }: SMTPServerSession) {
  if (behaviour.drop === point) sockets.get(remotePort)?.destroy();
  return behaviour.drop === point || behaviour.stall === point;
}

function recipientRefusal(address: string): Error | null {
  const { reject, rejectWith, greylist } = behaviour;
  if (reject.includes(address)) return refusal(rejectWith);
  if (greylist && !delayed.has(address)) {
    delayed.add(address);
    return refusal('451 greylisted, try again later');
  }
  return null;
}

async function receive(
  stream: SMTPServerDataStream,
  session: SMTPServerSession,
  answer: (error?: Error) => void,
): Promise<void> {
  const parts: Buffer[] = [];
  for await (const part of stream as AsyncIterable<Buffer>) {
    parts.push(part);
    if (isOver('data', session)) return;
  }
  if (isOver('end', session)) return;
  if (behaviour.refuse !== null) {
    answer(refusal(behaviour.refuse));
    return;
  }
  const { mailFrom, rcptTo } = session.envelope;
  counts.set(session.id, (counts.get(session.id) ?? 0) + 1);
  record({
    kind: 'message',
    from: mailFrom === false ? '' : mailFrom.address,
    to: rcptTo.map(({ address }) => address),
    raw: Buffer.concat(parts).toString('latin1'),
    secure: session.secure,
    user: (session.user as string | undefined) ?? null,
    connection: session.id,
  });
  answer();
}

const listener = (secure: boolean): SMTPServer =>
  new SMTPServer({
    secure,
    logger: false,
    disableReverseLookup: true,
    allowInsecureAuth: true,
    onConnect: (session, done) => {
      record({ kind: 'connection', secure });
      Object.assign(session, {
        disabledCommands: [
          ...(behaviour.starttls ? [] : ['STARTTLS']),
          ...(behaviour.login === null ? ['AUTH'] : []),
        ],
      });
      if (isOver('greeting', session)) return;
      done(behaviour.banner === null ? null : refusal(behaviour.banner));
    },
    onAuth: ({ username, password }, session, done) => {
      record({ kind: 'login', secure: session.secure, user: username ?? '' });
      const { login, loginWords } = behaviour;
      const right = username === login?.user && password === login?.password;
      if (right) done(null, { user: username });
      else done(refusal(`535 ${loginWords}`));
    },
    onMailFrom: (_address, session, done) => {
      if (isOver('mail', session)) return;
      const full = (counts.get(session.id) ?? 0) >= behaviour.mostMessages;
      done(full ? refusal('421 too many messages on this connection') : null);
    },
    onRcptTo: ({ address }, _session, done) => done(recipientRefusal(address)),
    onData: (stream, session, done) => {
      // A client that goes away in the middle of a mail ends its stream with an error.
      receive(stream, session, done).catch(() => undefined);
    },
  });

const servers = [listener(false), listener(true)];

async function listen(server: SMTPServer): Promise<number> {
  // Clients go away in the middle of things: that is what is tried.
  server.on('error', () => undefined);
  server.server.on('connection', (socket) => sockets.set(socket.remotePort ?? 0, socket));
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return (server.server.address() as AddressInfo).port;
}

process.on('disconnect', () => process.exit());
process.on('message', (orders: Orders) => {
  behaviour = orders.behaviour;
  delayed = new Set();
  const { key, certificate: cert } = orders;
  for (const server of servers) server.updateSecureContext({ key, cert });
  process.send?.('understood');
});
process.send?.(await Promise.all(servers.map(listen)));
