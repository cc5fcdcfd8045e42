/** The sendmail of this machine, or a program that takes mail as it does. */
import type { MailWay } from './message.ts';
import { runProgram } from './program.ts';

/** Milliseconds. It puts a mail into a queue; some (msmtp) hand it to a server meanwhile. */
const TIMEOUT_MS = 30_000;

const programs = '/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * nodemailer's own way of doing this neither ends it at a signal nor tells what it said.
 * @param environment all that it is given beside PATH and LC_ALL, which are set where they are missing
 */
export function sendmailWay(path: string, environment: Readonly<Record<string, string>>): MailWay {
  return {
    // As all programs of this machine end lines; some make two of CR LF.
    lineEnds: 'linux',
    deliver: async ({ raw, sender, addresses }, signal) => {
      const why = path.startsWith('/')
        ? await runProgram(
            {
              file: path,
              // A line of one full stop does not end the mail; nothing after -- is an option.
              arguments: ['-i', '-f', sender, '--', ...addresses],
              environment: { PATH: programs, LC_ALL: 'C', ...environment },
              input: raw,
              timeout: TIMEOUT_MS,
            },
            signal,
          )
        : `${path} is not an absolute path`;
      return addresses.map(() => why);
    },
    close: () => undefined,
  };
}
