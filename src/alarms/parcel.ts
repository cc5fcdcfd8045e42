/** A letter in all the forms that a way out may need. Renderers are loaded when something is to be sent. */
import type { Letter } from '../core/letter.ts';
import type { Parcel } from '../notify/transport.ts';

export const subjectOf = (letter: Letter): string =>
  letter.kind === 'alarm' && letter.isReply ? `Re: ${letter.subject}` : letter.subject;

export async function parcelOf({
  letter,
  messageId,
  thread,
}: {
  readonly letter: Letter;
  readonly messageId: string;
  readonly thread: string | null;
}): Promise<Parcel> {
  const [{ renderLetterText }, { renderLetterHtml }, { letterDocument }, { toJson }] =
    await Promise.all([
      import('../render/letter/text.ts'),
      import('../render/letter/html.ts'),
      import('../render/letter/json.ts'),
      import('../render/json/document.ts'),
    ]);
  return {
    messageId,
    thread,
    at: letter.at,
    subject: subjectOf(letter),
    text: renderLetterText(letter),
    html: renderLetterHtml(letter),
    json: toJson(letterDocument(letter)),
  };
}
