/** What stands where a dump should be and surely is none: messages of programs, web pages and answers of web services, pictures. */
import type { ContentKind } from '../../core/content.ts';
import { HEAD_BYTES, type Format, type FormatContext } from './format.ts';
import { beginningOf, withoutMark } from './sql/beginning.ts';
import { ContentHead } from './text-head.ts';
import { isMessageOrHelp } from './text-messages.ts';
import { readable } from './text-tail.ts';

/** How much of the first line is quoted, in UTF-16 units. */
const QUOTED = 160;

/** What the beginning of a content says about it: a phrase, and the line that is quoted; null where it is something else. */
type Judgement = (head: Buffer, all: boolean) => Judged | null;
interface Judged {
  readonly is: string;
  readonly line: string | null;
}

function refused(kind: ContentKind, judgement: Judgement): Format {
  const check = (context: FormatContext): ReturnType<Format['check']> => {
    const head = new ContentHead(HEAD_BYTES);
    let size = 0;
    const judged = (): Judged =>
      judgement(head.bytes, size <= HEAD_BYTES) ?? { is: 'something else', line: null };
    return {
      push: (bytes) => {
        head.push(bytes);
        size += bytes.length;
        context.hash.keep(bytes);
      },
      end: () => {
        const { is, line } = judged();
        const quoted = line === null ? '' : `: "${readable(line, QUOTED)}"`;
        return {
          kind,
          description: is,
          whole: false,
          shortfall: null,
          fault: { reason: 'not_a_dump', message: `no dump but ${is}${quoted}` },
          lastLine: line === null ? null : readable(line, QUOTED),
        };
      },
      abandon: () => ({ kind, description: judged().is }),
    };
  };
  return { recognises: (head, all) => judgement(head, all) !== null, check };
}

const pictures: readonly (readonly [is: string, magic: Buffer])[] = [
  ['a PNG picture', Buffer.from('89504e470d0a1a0a', 'hex')],
  ['a JPEG picture', Buffer.from('ffd8ff', 'hex')],
  ['a GIF picture', Buffer.from('GIF8', 'latin1')],
  ['a PDF document', Buffer.from('%PDF-', 'latin1')],
  ['a program (ELF)', Buffer.from('\x7fELF', 'latin1')],
];

export const withMagic: Format = refused('binary', (head) => {
  const found = pictures.find(([, magic]) => head.subarray(0, magic.length).equals(magic));
  return found === undefined ? null : { is: found[0], line: null };
});

const html = /^<(?:!doctype\s+html|html|head|body|title|script|meta|h1|center)\b/iu;
/** Of S3, Azure, WebDAV and SOAP: an XML document that is an error. */
const xmlError = /^<(?:\w{1,40}:)?(?:Error|ErrorResponse|Errors|Fault|Envelope)\b/u;
/** Of other web services: a JSON object that speaks of an error first. */
const jsonError = /^\{\s*"(?:errors?|error_\w+|message|Message|__type|fault)"\s*:/u;

const firstLine = (text: string): string => text.split('\n', 1)[0] ?? '';

/** A document of XML or HTML from its first element or declaration on, without what may stand before it. */
function withoutProlog(text: string): string {
  let rest = text.trimStart();
  for (;;) {
    const end = rest.startsWith('<!--') ? '-->' : rest.startsWith('<?') ? '?>' : null;
    if (end === null) return rest;
    const at = rest.indexOf(end);
    if (at < 0) return '';
    rest = rest.slice(at + end.length).trimStart();
  }
}

export const webPages: Format = refused('text', (head, all) => {
  const text = withoutMark(head.toString('latin1', 0, head.length)).trimStart();
  const document = withoutProlog(text);
  if (html.test(document)) return { is: 'a web page', line: firstLine(text) };
  if (xmlError.test(document) || (all && jsonError.test(text)))
    return { is: 'an error message of a web service', line: firstLine(text) };
  return null;
});

/** So many lines of a short text are looked through for a message: a banner may stand before it. */
const LINES = 40;

export const messages: Format = refused('text', (head, all) => {
  const { message, statement, comments } = beginningOf(head);
  const isBlank = statement === null && message === null && comments.length === 0;
  if (all && isBlank && head.length > 0) return { is: 'blank lines', line: null };
  const first = comments.length === 0 ? message : null;
  const others = all ? (statement ?? '').split('\n', LINES) : [];
  const line =
    first !== null && (all || isMessageOrHelp(first))
      ? first
      : others.map((one) => one.trim()).find(isMessageOrHelp);
  return line === undefined ? null : { is: 'a message of a program', line };
});
