/** JSON on its way out. */

/** Controls (DEL and C1 too), format characters with the bidi ones among them, what is not to be seen, line and paragraph separators. */
const hidden = /[\u007f-\u009f\p{Cf}\p{Default_Ignorable_Code_Point}\u2028\u2029]/gu;

const escaped = (character: string): string =>
  Array.from({ length: character.length }, (_, index) => {
    const unit = character.charCodeAt(index);
    return `\\u${unit.toString(16).padStart(4, '0')}`;
  }).join('');

/**
 * Two spaces of indentation and a final line feed. Text is unchanged for whoever parses it; what a terminal would obey
 * or hide is escaped: JSON.stringify does so below U+0020 and for lone surrogates only.
 */
export function toJson(document: object): string {
  return `${JSON.stringify(document, null, 2).replaceAll(hidden, escaped)}\n`;
}
