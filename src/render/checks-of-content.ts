/** The second half of the chain: what the content is worth, what was published, and what stays. */
import { bytes, exactBytes } from '../core/bytes.ts';
import { assurances, type Assurance } from '../core/statuses.ts';
import { ruleText, type Check, type Mark } from './check.ts';
import { clean } from './symbols.ts';
import { minuteOf } from './times.ts';
import type { EventView, JobDetailView, Screen } from './views.ts';

/** Exactly what each step proves, and no more. */
const proved: Readonly<Record<Assurance, string>> = {
  intact: 'size and SHA-256 as reported; the content was not looked into',
  readable:
    'the bytes are as reported and the stream decodes; that the dump is whole is not proved',
  complete: 'the bytes are as reported, the stream decodes, and the dump is whole',
};

function provedText(assurance: Assurance, event: EventView): string {
  if (event.file !== null && event.file.expected.size !== null) return proved[assurance];
  // No size was reported, so none was compared.
  return assurance === 'intact'
    ? 'SHA-256 as reported, no size was; the content was not looked into'
    : proved[assurance];
}

const byHand = ({ operator }: EventView, screen: Screen): string | null =>
  operator === null ? null : `promoted by hand, by ${clean(operator, screen, 60)}`;

export function contentCheck(event: EventView, view: JobDetailView, screen: Screen): Check {
  const title = 'assurance';
  const rule = ruleText(view, 'verify', screen);
  const { assurance, status, content } = event;
  if (status === 'CONTENT_INVALID') {
    const text = content === null ? clean(event.message, screen) : 'the content is no usable dump';
    return { mark: 'failed', title, lines: [text, rule] };
  }
  if (assurance === null) return { mark: 'not_made', title, lines: ['none reached', rule] };
  const short = assurances.indexOf(assurance) < assurances.indexOf(view.job.job.rules.verify);
  const lines = [`${assurance}: ${provedText(assurance, event)}`];
  const shortfall = content?.shortfall ?? null;
  if (short && shortfall !== null) lines.push(clean(shortfall, screen, 600));
  if (short) lines.push('less than asked for:');
  return { mark: short ? 'doubtful' : 'passed', title, lines: [...lines, rule] };
}

export function unchangedCheck(event: EventView, view: JobDetailView, screen: Screen): Check {
  const title = 'changed';
  const rule = ruleText(view, 'unchanged', screen);
  const { status, severity, message } = event;
  if (status === 'HASH_MISMATCH') {
    const mark: Mark =
      severity === 'ok' ? 'passed' : severity === 'warning' ? 'doubtful' : 'failed';
    return { mark, title, lines: [`no: ${clean(message, screen)}`, rule] };
  }
  const hand = byHand(event, screen);
  const judged = hand === null && event.report !== null;
  if (judged && (status === 'SUCCESS' || status === 'SIZE_ANOMALY')) {
    return { mark: 'passed', title, lines: ['not found equal to a newest version in place', rule] };
  }
  return {
    mark: 'not_made',
    title,
    lines: [`not checked${hand === null ? '' : `: ${hand}`}`, rule],
  };
}

function boundsText({ sizeBounds, job }: JobDetailView): string {
  if (sizeBounds === null) {
    const why =
      job.job.rules.sizeChange === null ? 'the rule is off' : 'too few healthy sizes are known';
    return `not checked: ${why}`;
  }
  const { median, low, high, samples } = sizeBounds;
  const range = `${bytes(Math.ceil(low))} to ${bytes(Math.floor(high))}`;
  return `usual now: ${range}, median ${bytes(Math.round(median))} of ${samples} backups`;
}

export function historyCheck(event: EventView, view: JobDetailView, screen: Screen): Check {
  const title = 'usual size';
  const rule = ruleText(view, 'sizeChange', screen);
  const bounds = boundsText(view);
  const { sizeBounds } = view;
  const size = event.file?.found.size ?? null;
  if (event.status === 'SIZE_ANOMALY') {
    const mark: Mark = event.severity === 'critical' ? 'failed' : 'doubtful';
    return { mark, title, lines: [clean(event.message, screen), bounds, rule] };
  }
  if (sizeBounds === null) return { mark: 'not_made', title, lines: [bounds, rule] };
  const judged = event.status === 'SUCCESS' && event.report !== null && event.operator === null;
  if (size === null || !judged) {
    return { mark: 'not_made', title, lines: ['not checked', bounds, rule] };
  }
  // The bounds are today's: they may have moved since the backup was judged.
  const inside = size >= sizeBounds.low && size <= sizeBounds.high;
  const text = `${bytes(size)} lies ${inside ? 'within' : 'outside'} what is usual now`;
  return { mark: inside ? 'passed' : 'not_made', title, lines: [text, bounds, rule] };
}

export function versionCheck(event: EventView | null, view: JobDetailView, screen: Screen): Check {
  const title = 'version';
  const rules = [ruleText(view, 'path', screen), ruleText(view, 'deposit', screen)];
  const { held, newest } = view.job;
  const hand = event === null ? null : byHand(event, screen);
  if (event?.promotedTo) {
    const lines = [
      clean(event.promotedTo, screen, 4096),
      ...(hand === null ? [] : [hand]),
      ...rules,
    ];
    return { mark: 'passed', title, lines };
  }
  const lines = [event?.status === 'HASH_MISMATCH' ? 'nothing copied' : 'nothing published'];
  if (held !== null)
    lines.push(`held: ${clean(held.path, screen, 4096)}, ${exactBytes(held.size)}`);
  if (newest !== null) {
    const { endedAt, lastConfirmedAt, path } = newest;
    const confirmed = `last confirmed ${minuteOf(lastConfirmedAt)} UTC`;
    lines.push(
      `newest version: of ${minuteOf(endedAt)} UTC, ${confirmed}`,
      clean(path, screen, 4096),
    );
  }
  return { mark: 'not_made', title, lines: [...lines, ...rules] };
}

export function retentionCheck(view: JobDetailView, screen: Screen): Check {
  const { versions } = view;
  const lines = versions.map(({ endedAt, size, keep, reasons }) => {
    const why = reasons.map((reason) => clean(reason, screen)).join(', ');
    const word = keep ? 'kept' : 'goes when next pruned';
    return `${minuteOf(endedAt)} UTC, ${bytes(size)}: ${word}${why === '' ? '' : ` (${why})`}`;
  });
  const present = lines.length === 0 ? ['no version is recorded as present'] : lines;
  return {
    mark: lines.length === 0 ? 'not_made' : 'passed',
    title: 'retention',
    lines: [...present, ruleText(view, 'keep', screen)],
  };
}
