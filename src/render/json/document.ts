/** JSON on its way out. */

/** Controls (DEL and C1 too), format characters with the bidi ones among them, what is not to be seen, line and paragraph separators. */
const hidden = /[\u007f-\u009f\p{Cf}\p{Default_Ignorable_Code_Point}\u2028\u2029]/gu;

const escaped = (character: string): string =>
  Array.from({ length: character.length }, (_, index) => {
    const unit = character.charCodeAt(index);
    return `\\u${unit.toString(16).padStart(4, '0')}`;
  }).join('');

/** Most texts are ASCII without DEL, and JSON.stringify has escaped the controls: that is seen sooner than a search takes. */
const isPlain = (text: string): boolean =>
  Buffer.byteLength(text) === text.length && !text.includes('\u007f');

const withoutHidden = (text: string): string =>
  isPlain(text) ? text : text.replaceAll(hidden, escaped);

/** A long list of a document: each entry is made when its turn comes, so that ten thousand are not in memory at once. */
export class Entries<Value> implements Iterable<object> {
  readonly #values: readonly Value[];
  readonly #toObject: (value: Value) => object;

  constructor(values: readonly Value[], toObject: (value: Value) => object) {
    this.#values = values;
    this.#toObject = toObject;
  }

  /** All of them at once, for JSON.stringify. */
  toJSON(): object[] {
    return [...this];
  }

  *[Symbol.iterator](): Iterator<object> {
    for (const value of this.#values) yield this.#toObject(value);
  }
}

/** Each entry of a list on a line of its own: what reads lines finds one backup in each. */
function* listLines(list: Iterable<unknown>): Iterable<string> {
  let before = '[\n    ';
  for (const entry of list) {
    yield before + JSON.stringify(entry);
    before = ',\n    ';
  }
  yield before.startsWith('[') ? '[]' : '\n  ]';
}

function* memberTexts(document: object): Iterable<string> {
  let before = '{\n  ';
  for (const [name, value] of Object.entries(document) as [string, unknown][]) {
    yield `${before}${JSON.stringify(name)}: `;
    if (Array.isArray(value) || value instanceof Entries) yield* listLines(value);
    else yield JSON.stringify(value);
    before = ',\n  ';
  }
  yield before.startsWith('{') ? '{}\n' : '\n}\n';
}

/** Characters: enough that writing them costs little, so few that they are not worth keeping. */
const PIECE = 65_536;

/**
 * The text of a document, in pieces. A line for each member, and for each entry of the lists among them. Text is unchanged for
 * whoever parses it; what a terminal would obey or hide is escaped: JSON.stringify does so below U+0020 and for lone surrogates only.
 *
 * @param document plain values; lists at its top may be Entries
 */
export function* jsonPieces(document: object): Iterable<string> {
  let piece = '';
  for (const text of memberTexts(document)) {
    piece += text;
    if (piece.length < PIECE) continue;
    yield withoutHidden(piece);
    piece = '';
  }
  yield withoutHidden(piece);
}

/** The same as one text, where it is short. */
export const toJson = (document: object): string => [...jsonPieces(document)].join('');
