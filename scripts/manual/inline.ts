/** The parts of a paragraph: words, code, arguments and pages of the manual. */
import type { Prose } from './blocks.ts';

export type Part =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'code'; readonly text: string }
  | { readonly kind: 'argument'; readonly text: string }
  /** `[<name>]` may be left out. */
  | { readonly kind: 'optional'; readonly text: string }
  | { readonly kind: 'page'; readonly text: string; readonly number: string };

const marked =
  /`(?<code>[^`]+)`|<(?<argument>[a-z][a-z .]*)>|\[<(?<optional>[a-z]+)>\]|(?<page>\b[a-z][\w.-]*)\((?<number>[1-8])\)/gu;

/** In order; nothing of the text is lost. */
export function partsOf(prose: Prose): Part[] {
  const parts: Part[] = [];
  let end = 0;
  for (const match of prose.matchAll(marked)) {
    const { code, argument, optional, page, number } = match.groups ?? {};
    if (match.index > end) parts.push({ kind: 'text', text: prose.slice(end, match.index) });
    end = match.index + match[0].length;
    if (code !== undefined) parts.push({ kind: 'code', text: code });
    else if (argument !== undefined) parts.push({ kind: 'argument', text: argument });
    else if (optional !== undefined) parts.push({ kind: 'optional', text: optional });
    else parts.push({ kind: 'page', text: page ?? '', number: number ?? '' });
  }
  if (end < prose.length) parts.push({ kind: 'text', text: prose.slice(end) });
  return parts;
}
