/** Every renderer, fed with the same text in every place that takes foreign text. */
import { statuses } from '../../src/core/statuses.ts';
import { renderHistory } from '../../src/render/history-table.ts';
import { renderNagios, renderNagiosUnknown } from '../../src/render/nagios.ts';
import { renderEvents, renderNews } from '../../src/render/pass-lines.ts';
import { renderJobDetail } from '../../src/render/status-detail.ts';
import { renderStatus } from '../../src/render/status-table.ts';
import { errorDocument, checkConfigDocument } from '../../src/render/json/problems.ts';
import { historyDocument, passDocument } from '../../src/render/json/events.ts';
import { statusDocument } from '../../src/render/json/status.ts';
import type { EventView, JobView, PassView, Screen, StatusView } from '../../src/render/views.ts';
import {
  detailView,
  event,
  historyView,
  job,
  jobView,
  now,
  otherSha,
  passView,
  sha,
  stage,
  standing,
  statusView,
} from './support.ts';

const unexpectedOf = (text: string): StatusView['unexpected'] => [
  { agent: text, names: [text, text], count: 200, lastReportedAt: null },
];

export const hostileJobs = (text: string): JobView[] =>
  statuses.map((status) => {
    const base = jobView('paris/compta', status);
    return {
      ...base,
      job: job(text, { agent: text, database: text, path: text, labels: { city: text } }),
      standing: standing({ message: text, reason: text }, base),
      blocked: { reason: text, message: text, since: now },
      newest: base.newest && { ...base.newest, path: text },
      held: { path: text, size: 7, sha256: sha, endedAt: now, heldAt: now, cycles: 3 },
      depositFiles: 11,
    };
  });

export const hostileStatus = (text: string): StatusView =>
  statusView(hostileJobs(text), {
    site: text,
    scanOverdue: text,
    unexpected: unexpectedOf(text),
    notes: [text],
  });

export const hostileEvents = (text: string): EventView[] =>
  statuses.map((status) =>
    event(status, {
      agent: text,
      database: text,
      message: text,
      reason: text,
      operator: text,
      setAside: text,
      count: 1000,
      promotedTo: status === 'SUCCESS' ? text : null,
      report: {
        file: text,
        startedAt: null,
        endedAt: now,
        stages: {
          backup: stage({ error: text, ok: false }),
          compress: null,
          transfer: stage({ error: text, ok: null }),
        },
      },
      file: {
        name: text,
        expected: { size: 1, sha256: sha },
        found: { size: 2, sha256: otherSha },
      },
    }),
  );

const hostilePass = (text: string): PassView =>
  passView({
    dryRun: true,
    events: hostileEvents(text),
    unexpected: unexpectedOf(text),
    news: statuses.map((status) => ({
      kind: 'problem',
      severity: 'critical',
      job: text,
      status,
      message: text,
      advice: `${text} {job}`,
    })),
    notices: [text],
  });

/** `fits`: made for the width of the screen; false where a message is one line, however long. */
export interface Output {
  readonly name: string;
  readonly text: string;
  readonly fits: boolean;
}

/** What people read, of every renderer. */
export function peoplesOutputs(text: string, screen: Screen): Output[] {
  const view = hostileStatus(text);
  const events = hostileEvents(text);
  const details = view.jobs.map((jobOfView, index) =>
    renderJobDetail(
      {
        ...detailView(jobOfView),
        configFile: `/etc/${text}`,
        event: events[index] ?? null,
        recent: events,
        versions: detailView(jobOfView).versions.map((version) => ({
          ...version,
          path: text,
          reasons: [text],
        })),
      },
      screen,
    ),
  );
  return [
    { name: 'status', text: renderStatus(view, screen, { problemsOnly: false }), fits: true },
    { name: 'problems', text: renderStatus(view, screen, { problemsOnly: true }), fits: true },
    { name: 'detail', text: details.join(''), fits: true },
    { name: 'history', text: renderHistory(historyView(events, true), screen), fits: true },
    { name: 'events', text: renderEvents(hostilePass(text), screen), fits: true },
    { name: 'news', text: renderNews(hostilePass(text), screen), fits: false },
    { name: 'nagios', text: renderNagios(view), fits: false },
    { name: 'nagios unknown', text: renderNagiosUnknown(text), fits: true },
  ];
}

const problemsOf = (text: string) => [
  { file: text, line: 1, column: 2, path: text, message: text, expected: text, suggestion: text },
];

/** Every JSON document, by the name of its schema. */
export const documents = (text: string): Readonly<Record<string, object>> => ({
  status: statusDocument(hostileStatus(text)),
  scan: passDocument(hostilePass(text)),
  promote: passDocument({ ...hostilePass(text), command: 'promote' }),
  history: historyDocument(historyView(hostileEvents(text))),
  error: errorDocument({
    code: 'config_invalid',
    message: text,
    hint: text,
    problems: problemsOf(text),
  }),
  'check-config': checkConfigDocument({ now, ok: false, file: text, problems: problemsOf(text) }),
});

/** What agents may write into any text. */
export const nasty: Readonly<Record<string, string>> = {
  'ANSI colour': 'a\u001b[31mred\u001b[0m',
  'clear screen': '\u001b[2J\u001b[H',
  'OSC 8 link': '\u001b]8;;http://evil.example/\u0007click\u001b]8;;\u0007',
  'OSC 52 clipboard': '\u001b]52;c;cm0gLXJmIC8=\u001b\\x',
  'OSC without an end': 'a\u001b]0;title',
  'C1 CSI': 'a\u009b31mred',
  'C1 OSC': '\u009d0;title\u009cx',
  'CR and LF': 'first\r\nOK - all well\nthird',
  'other line ends': 'a\u0085b\u2028c\u2029d\u000be\u000cf',
  bidi: 'a\u202egnp.exe\u202c \u2066x\u2069 \u200f\u061c',
  'zero width': 'a\u200bb\u200dc\ufeff\u00ad',
  'NUL and DEL': 'a\u0000b\u007fc\u0008',
  pipe: 'a|b=1;;| c',
  'shell and HTML': '`id` $(id) $HOST$ <b>x</b> \'"',
  tags: 'a\u{e0041}\u{e0042}',
  'lone surrogate': 'a\ud800b\udc00',
  'combining marks': `z${'\u0301'.repeat(200)}`,
  'spacing marks': `\u0915${'\u093e'.repeat(200)}`,
  wide: '\u6f22\u5b57'.repeat(60),
  emoji: '\u{1f468}\u200d\u{1f469}\u200d\u{1f467} \u2764\ufe0f'.repeat(30),
  long: 'x'.repeat(400),
  'replacement pattern': "$& $1 $' {job}",
  empty: '',
};
