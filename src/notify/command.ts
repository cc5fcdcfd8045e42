/** A program of the admin's, for chats, text messages and the like. */
import type { CommandConfig } from '../core/notifications.ts';
import { forPeople } from '../core/text.ts';
import { runProgram } from './program.ts';
import type { Attempt, Transport } from './transport.ts';
import { ERROR_LENGTH } from './words.ts';

/**
 * The program reads the parcel's JSON on stdin, and finds in its environment BACKUPMON_SUBJECT (one line for people) and
 * BACKUPMON_MESSAGE_ID (the same for each attempt). It has told everybody when its exit code is 0.
 * @param environment all the rest of its environment
 */
export function commandTransport(
  { run: [file, ...args], timeout }: CommandConfig,
  environment: Readonly<Record<string, string>>,
): Transport {
  return {
    send: async ({ json, subject, messageId }, recipients, signal) => {
      const why = await runProgram(
        {
          file,
          arguments: args,
          environment: {
            ...environment,
            BACKUPMON_SUBJECT: subject,
            BACKUPMON_MESSAGE_ID: messageId,
          },
          input: json,
          timeout,
        },
        signal,
      );
      const error = why === null ? null : forPeople(why, ERROR_LENGTH);
      return recipients.map((recipient): Attempt => ({ recipient, error }));
    },
    close: () => undefined,
  };
}
