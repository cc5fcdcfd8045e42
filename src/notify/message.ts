/** A parcel as a mail: RFC 5322 and MIME. */
import type { Parcel } from './transport.ts';

/** A mail, ready to be handed over. */
export interface Letter {
  /** The whole message, its lines ended as asked for. */
  readonly raw: Buffer;
  /** Envelope sender. */
  readonly sender: string;
  /** Envelope recipients: what was given, with host names in ASCII; in the same order. */
  readonly addresses: readonly string[];
}

/** How a letter leaves this program. */
export interface MailWay {
  readonly lineEnds: 'win' | 'linux';
  /**
   * Never rejects.
   * @returns for each of the letter's addresses null where it was accepted, otherwise why not, with words of the other side
   */
  readonly deliver: (letter: Letter, signal: AbortSignal) => Promise<readonly (string | null)[]>;
  readonly close: () => void;
}

/**
 * What no envelope can hold: white space, control characters, angle brackets, nothing at all. A dash in front could be read as an
 * option by a program.
 */
const unsendable = /[\s\p{Cc}<>]|^"?-|^$/u;

export const canBeSentTo = (address: string): boolean => !unsendable.test(address);

/**
 * Automatic answers (out of office) are not wanted: RFC 3834, and what Exchange looks at. `Precedence: bulk` is left out: it says the same
 * to old programs only, and others take such mail for advertising, or keep it back.
 */
const headers = { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' };

/**
 * @param from address, or name and address, of the sender
 * @param recipients addresses for which canBeSentTo holds; all of them are in the header
 * @throws Error when there is no address in `from`
 */
export async function composeLetter(
  parcel: Parcel,
  from: string,
  recipients: readonly string[],
  lineEnds: MailWay['lineEnds'],
): Promise<Letter> {
  const { default: MailComposer } = await import('nodemailer/lib/mail-composer');
  const { messageId, thread, subject, text, html } = parcel;
  const message = new MailComposer({
    from,
    // Objects, so that a comma in one does not make two of it.
    to: recipients.map((address) => ({ address, name: '' })),
    subject,
    messageId,
    date: new Date(parcel.at),
    ...(thread === null ? {} : { inReplyTo: thread, references: thread }),
    headers,
    text,
    html,
    newline: lineEnds,
    disableFileAccess: true,
    disableUrlAccess: true,
  }).compile();
  const { from: sender } = message.getEnvelope();
  if (sender === false || !canBeSentTo(sender)) throw new Error('the sender has no address');
  const raw = await message.build();
  const addresses = recipients.map(
    (address) =>
      message.setEnvelope({ from: sender, to: [{ address, name: '' }] }).getEnvelope().to[0] ?? '',
  );
  return { raw, sender, addresses };
}
