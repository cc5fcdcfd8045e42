/** What is inside the file: the stream that was decompressed, the bytes that came out, and the dump in them. */
import { bytes, exactBytes } from '../core/bytes.ts';
import { streamReasons, type ContentFact } from '../core/content.ts';
import type { Check } from './check.ts';
import { clean } from './symbols.ts';
import type { EventView, JobDetailView, Screen } from './views.ts';

type Inside = EventView & { readonly content: ContentFact };

/** `14:1`: how many bytes came out of each. */
function ratio(packed: number | null, raw: number): string {
  if (packed === null || packed === 0) return '';
  const times = raw / packed;
  return `, ${times.toFixed(times < 10 ? 1 : 0)}:1`;
}

function streamCheck({ content, file }: Inside, claimed: number | null, screen: Screen): Check {
  const title = 'stream';
  const { compression, raw, fault } = content;
  if (compression === null) return { mark: 'not_made', title, lines: ['not compressed'] };
  if (fault !== null && streamReasons.has(fault.reason)) {
    const lines = [clean(fault.message, screen, 600)];
    const of = claimed === null ? '' : ` of ${bytes(claimed)}`;
    if (raw !== null) lines.push(`readable up to ${bytes(raw.size)}${of}`);
    return { mark: 'failed', title, lines };
  }
  if (raw?.sha256 == null) {
    const why = clean(content.shortfall ?? 'not decompressed', screen, 600);
    return { mark: 'not_made', title, lines: [`${compression}: ${why}`] };
  }
  const size = `${bytes(raw.size)} uncompressed${ratio(file?.found.size ?? null, raw.size)}`;
  return { mark: 'passed', title, lines: [`${compression}, readable to its end: ${size}`] };
}

/** One claim of the agent's about the content before it was compressed. Nobody is blamed where it could not be compared. */
function claimCheck(
  title: string,
  claim: string,
  found: 'same' | 'other' | 'unknown',
  difference: readonly string[],
): Check {
  if (found === 'same') return { mark: 'passed', title, lines: [`${claim}, as reported`] };
  if (found === 'other') return { mark: 'failed', title, lines: difference };
  return { mark: 'not_made', title, lines: [`${claim} reported, not compared`] };
}

/** Nothing where the agent claimed nothing. */
function claimChecks({ content, report, reason }: Inside): Check[] {
  const stages = report?.stages;
  const raw = content.raw?.sha256 == null ? null : content.raw;
  if (stages?.compress == null || raw === null) return [];
  const { size = null, sha256 = null } = stages.backup ?? {};
  const found = (same: boolean, differs: EventView['reason']): 'same' | 'other' | 'unknown' =>
    same ? 'same' : reason === differs ? 'other' : 'unknown';
  const checks: Check[] = [];
  if (size !== null) {
    const same = [raw.size, content.member?.size].includes(size);
    const lines = [`expected ${exactBytes(size)}`, `found    ${exactBytes(raw.size)}`];
    checks.push(claimCheck('raw size', exactBytes(size), found(same, 'raw_size_differs'), lines));
  }
  if (sha256 !== null) {
    const same = [raw.sha256, content.member?.sha256].includes(sha256);
    const lines = ['expected', sha256, 'found', raw.sha256 ?? ''];
    checks.push(claimCheck('raw SHA', sha256.slice(0, 12), found(same, 'raw_hash_differs'), lines));
  }
  return checks;
}

const counted = (count: number | null, one: string, many: string): string[] =>
  count === null ? [] : [`${count} ${count === 1 ? one : many}`];

function dumpCheck({ content, status }: Inside, screen: Screen): Check {
  const title = 'dump';
  const { description, assurance, fault, lastLine, measures, remarks, shortfall } = content;
  const what = clean(description, screen, 200);
  const counts = [
    ...counted(measures.tables, 'table', 'tables'),
    ...counted(measures.batches, 'batch of rows', 'batches of rows'),
  ];
  const more = [
    ...(counts.length === 0 ? [] : [counts.join(', ')]),
    ...remarks.map((remark) => clean(remark, screen, 300)),
  ];
  if (fault !== null && !streamReasons.has(fault.reason)) {
    const last = lastLine === null ? [] : [`last line: "${clean(lastLine, screen, 200)}"`];
    // A fault that nobody asked about (`verify: readable`) is told all the same.
    const mark = status === 'CONTENT_INVALID' ? 'failed' : 'doubtful';
    return { mark, title, lines: [what, clean(fault.message, screen, 600), ...last, ...more] };
  }
  if (fault !== null) return { mark: 'not_made', title, lines: [what, ...more] };
  if (assurance === 'complete')
    return { mark: 'passed', title, lines: [`${what}, whole`, ...more] };
  const why = clean(shortfall ?? 'that it is whole is not proved', screen, 600);
  return { mark: 'not_made', title, lines: [`${what}: ${why}`, ...more] };
}

/** Nothing where the content was not looked into: the check of the assurance says so. */
export function insideChecks({ event }: JobDetailView, screen: Screen): Check[] {
  const content = event?.content ?? null;
  if (event === null || content === null) return [];
  const inside = { ...event, content };
  const claimed =
    event.report?.stages.compress == null ? null : (event.report.stages.backup?.size ?? null);
  return [
    streamCheck(inside, claimed, screen),
    ...claimChecks(inside),
    ...(content.kind === null && content.fault === null ? [] : [dumpCheck(inside, screen)]),
  ];
}
