/** What all SQL texts have in common: zeros, the walk through their lines, counts, and the last line. The rest is the dialect's. */
import type { ContentFault, ContentKind, ContentMeasures } from '../../../core/content.ts';
import type { Checker, Finding, FormatContext } from '../format.ts';
import { TextTail } from '../text-tail.ts';
import { LineWalk, type Line, type Step } from './line-walk.ts';
import type { QuoteRules } from './quotes.ts';
import { Search } from './search.ts';

export interface Verdict {
  /** See Finding. */
  readonly fault: ContentFault | null;
  readonly shortfall: string | null;
}

/** What a dialect knows of one text while it goes by. */
export interface Reading {
  readonly kind: ContentKind;
  readonly quotes: QuoteRules | null;
  /** How many zero bytes in a row are no text of this dialect. */
  readonly zeros: number;
  /** Called for every line that begins outside of quotes and data; see LineWalk. */
  readonly line: (line: Line, walk: LineWalk) => Step;
  /** A dump seems to begin within the data of the COPY statement that was shown last. */
  readonly dumpInData?: (at: number) => void;
  /** As far as is known; see ContentFact. */
  readonly description: () => string;
  readonly tables: () => number;
  /** INSERT statements that the walk does not count: it knows those in capitals. */
  readonly inserts?: () => number;
  /** After the last byte. */
  readonly verdict: (walk: LineWalk, tail: TextTail) => Verdict;
}

const zeroFault = (at: number): ContentFault => ({
  reason: 'dump_corrupt',
  message: `zero bytes from byte ${at} on, where SQL text has none: a part of the dump may be lost`,
});

/** A checker for a text of this dialect. */
export function checkSql(context: FormatContext, reading: Reading): Checker {
  const walk = new LineWalk(
    context.hash,
    reading.quotes,
    (line) => reading.line(line, walk),
    (at) => reading.dumpInData?.(at),
  );
  const tail = new TextTail();
  const zeros = new Search(Buffer.alloc(reading.zeros));
  const measures = (): ContentMeasures => ({
    tables: reading.tables(),
    batches: walk.copies + walk.inserts + (reading.inserts?.() ?? 0),
  });
  return {
    push: (bytes) => {
      tail.push(bytes);
      zeros.push(bytes);
      walk.push(bytes);
    },
    end: (): Finding => {
      walk.end();
      const verdict = reading.verdict(walk, tail);
      const fault = zeros.first === null ? verdict.fault : zeroFault(zeros.first);
      const shortfall = fault === null ? verdict.shortfall : null;
      return {
        kind: reading.kind,
        description: reading.description(),
        whole: fault === null && shortfall === null,
        shortfall,
        fault,
        measures: measures(),
        lastLine: tail.lastLine(),
      };
    },
    abandon: () => ({
      kind: reading.kind,
      description: reading.description(),
      measures: measures(),
      lastLine: tail.lastLine(),
    }),
  };
}
