/** A real mail transfer agent (OpenSMTPD) that takes mail by SMTP and by sendmail, and delivers it into a folder. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { simpleParser, type ParsedMail } from 'mailparser';

const SMTPD = '/usr/sbin/smtpd';

/** Why there is none here, or false. For node:test's `skip`. */
export function cannotDeliver(): string | false {
  if (process.getuid?.() !== 0) return 'skipped, because only root can run a mail server';
  const { stdout, stderr } = spawnSync(SMTPD, ['-h'], { encoding: 'utf8' });
  if (!`${stdout}${stderr}`.includes('OpenSMTPD'))
    return 'skipped, because opensmtpd is not installed';
  return spawnSync('unshare', ['-m', 'true']).status === 0
    ? false
    : 'skipped, because mounts of its own cannot be given to a process here';
}

export interface Delivered {
  /** The part before the @ of the recipient: there is one message for each. */
  readonly user: string;
  readonly mail: ParsedMail;
}

export interface Mta {
  /** Of 127.0.0.1. Without TLS: Debian's OpenSMTPD 6.8 cannot sign with OpenSSL 3 ("missing private key"). */
  readonly port: number;
  /** Its own sendmail program. */
  readonly sendmail: string;
  /** The one recipient that it refuses, with 550. */
  readonly refused: string;
  /** Waits for so many to be delivered, a few seconds at most; then all there are, by user. */
  readonly delivered: (count: number) => Promise<readonly Delivered[]>;
  readonly stop: () => Promise<void>;
}

const refused = 'nobody-here@example.org';

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });

function configure(folder: string, port: number): string {
  const file = join(folder, 'smtpd.conf');
  writeFileSync(
    file,
    `table users { "@" = "nobody" }
listen on 127.0.0.1 port ${port} hostname mta.example.org
listen on socket
action "keep" maildir "${folder}/mail/%{rcpt.user}" virtual <users>
match from any for rcpt-to "${refused}" reject
match from any for any action "keep"
`,
  );
  return file;
}

/** Where its queue and its socket are is compiled in: it gets those folders for itself. */
const own = `mount -t tmpfs tmpfs /var/spool && mount -t tmpfs tmpfs /run && mkdir -m 711 /var/spool/smtpd &&
exec "$0" -d -f "$1"`;

async function filesOf(folder: string, count: number): Promise<string[]> {
  for (let turn = 0; ; turn += 1) {
    const files = globSync(`${folder}/mail/*/new/*`);
    if (files.length >= count || turn >= 200) return files.toSorted((a, b) => (a < b ? -1 : 1));
    await wait(20);
  }
}

/** Starts one, which is to be stopped. */
export async function startMta(): Promise<Mta> {
  const folder = mkdtempSync(join(tmpdir(), 'mta-'));
  chmodSync(folder, 0o711);
  mkdirSync(join(folder, 'mail'));
  chmodSync(join(folder, 'mail'), 0o777);
  const port = await freePort();
  const argv = ['-m', 'sh', '-c', own, SMTPD, configure(folder, port)];
  const daemon = spawn('unshare', argv, { stdio: ['ignore', 'ignore', 'pipe'] });
  let log = '';
  daemon.stderr.setEncoding('utf8').on('data', (text: string) => (log += text));
  const ended = once(daemon, 'exit');
  while (!(await answers(port))) {
    if (daemon.exitCode !== null) throw new Error(`smtpd: ${log}`);
    await wait(20);
  }
  const sendmail = join(folder, 'sendmail');
  const inside = `nsenter --mount=/proc/${daemon.pid}/ns/mnt /usr/sbin/sendmail`;
  writeFileSync(sendmail, `#!/bin/sh\nexec ${inside} "$@"\n`, { mode: 0o755 });
  return {
    port,
    sendmail,
    refused,
    delivered: async (count) => {
      const files = await filesOf(folder, count);
      return Promise.all(
        files.map(async (file) => ({
          user: file.split('/').at(-3) ?? '',
          mail: await simpleParser(readFileSync(file)),
        })),
      );
    },
    stop: async () => {
      daemon.kill();
      await ended;
      rmSync(folder, { recursive: true });
    },
  };
}
