/** Every renderer, fed with the same text in every place that takes foreign text; and the texts that must be harmless there. */
import { areas } from '../../src/core/finding.ts';
import { jobStatuses, statuses } from '../../src/core/statuses.ts';
import { renderConfigProblems } from '../../src/render/config-problems.ts';
import { renderDoctor, type DoctorView } from '../../src/render/doctor.ts';
import { renderHistory } from '../../src/render/history-table.ts';
import { renderMetrics, type MetricsView } from '../../src/render/metrics.ts';
import { renderNagios, renderNagiosUnknown } from '../../src/render/nagios.ts';
import { renderEvents, renderNews } from '../../src/render/pass-lines.ts';
import { renderBug, renderError, renderSentence } from '../../src/render/sentences.ts';
import { renderJobDetail } from '../../src/render/status-detail.ts';
import { renderStatus } from '../../src/render/status-table.ts';
import { errorDocument, checkConfigDocument } from '../../src/render/json/problems.ts';
import { doctorDocument } from '../../src/render/json/doctor.ts';
import { historyDocument, passDocument } from '../../src/render/json/events.ts';
import { statusDocument } from '../../src/render/json/status.ts';
import { renderLetterHtml } from '../../src/render/letter/html.ts';
import { letterDocument } from '../../src/render/letter/json.ts';
import { renderLetterText } from '../../src/render/letter/text.ts';
import type { EventView, JobView, PassView, Screen, StatusView } from '../../src/render/views.ts';
import { hostileLetters } from './letters.ts';
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
  wholeContent,
} from './support.ts';

const metricsOf = (status: StatusView): MetricsView => ({
  status,
  stages: new Map(),
  scan: null,
  scanMaxAge: 1,
  areas: [],
  version: status.site,
});

const unexpectedOf = (text: string): StatusView['unexpected'] => [
  { agent: text, names: [text, text], count: 200, lastReportedAt: null },
];

export const hostileJobs = (text: string): JobView[] =>
  jobStatuses.map((status) => {
    const base = jobView('paris/compta', status);
    return {
      ...base,
      job: job(text, { agent: text, database: text, path: text, labels: { city: text } }),
      standing: standing({ message: text, reason: text }, base),
      blocked: { reason: text, message: text, since: now },
      newest: base.newest && { ...base.newest, path: text },
      held: { path: text, size: 7, sha256: sha, endedAt: now, heldAt: now, cycles: 3 },
      depositFiles: 11,
      snoozed: { jobs: null, until: now, reason: text, operator: text },
    };
  });

export const hostileStatus = (text: string): StatusView =>
  statusView(hostileJobs(text), {
    site: text,
    scanOverdue: text,
    unexpected: unexpectedOf(text),
    undelivered: [{ way: text, recipient: text, since: now, attempts: 1, error: text }],
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
      content: {
        ...wholeContent,
        assurance: status === 'SUCCESS' ? 'complete' : 'intact',
        compression: 'gzip',
        description: text,
        fault: status === 'CONTENT_INVALID' ? { reason: 'dump_cut', message: text } : null,
        shortfall: text,
        remarks: [text, text],
        lastLine: text,
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
    blocked: [{ job: text, reason: text, since: now, message: text }],
  });

/** With a command that can be shown, or with the text in its place. */
const hostileDoctor = (text: string, mend: string): DoctorView => ({
  now,
  file: text,
  site: text,
  findings: (['critical', 'warning', 'ok'] as const).map((severity, index) => ({
    area: areas[index] ?? 'jobs',
    subject: text,
    severity,
    message: text,
    why: text,
    mend,
  })),
  suggestions: [{ agent: text, database: text, schedule: text, rounds: 3 }],
});

export interface Output {
  /** The function that wrote it. */
  readonly by: string;
  readonly text: string;
  /** Made for the width of the screen; false where a message is one line, however long. */
  readonly fits: boolean;
  /** In the alphabet of the screen; false where words of ours are kept as they are. */
  readonly alphabet: boolean;
}

/** What people read, of every renderer. */
/** What no screen is known of: mails, and the file for node_exporter. */
export function sentOutputs(text: string): Output[] {
  const sentence = { fits: false, alphabet: false };
  return [
    {
      by: 'renderMetrics',
      text: renderMetrics(metricsOf(hostileStatus(text))),
      ...sentence,
    },
    ...hostileLetters(text).flatMap((letter) => [
      { by: 'renderLetterText', text: renderLetterText(letter), ...sentence },
      { by: 'renderLetterHtml', text: renderLetterHtml(letter), ...sentence },
    ]),
  ];
}

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
  const wide = { fits: false, alphabet: true };
  const fitting = { fits: true, alphabet: true };
  const sentence = { fits: false, alphabet: false };
  const every = renderStatus(view, screen, { problemsOnly: false });
  const problems = renderStatus(view, screen, { problemsOnly: true });
  const shown = problemsOf(text).map((problem) => ({ ...problem, sourceLine: text, width: 5 }));
  return [
    { by: 'renderStatus', text: every, ...fitting },
    { by: 'renderStatus', text: problems, ...fitting },
    { by: 'renderJobDetail', text: details.join(''), ...fitting },
    { by: 'renderDoctor', text: renderDoctor(hostileDoctor(text, 'ls /'), screen), ...fitting },
    // A command is never broken.
    { by: 'renderDoctor', text: renderDoctor(hostileDoctor(text, text), screen), ...wide },
    { by: 'renderHistory', text: renderHistory(historyView(events, true), screen), ...fitting },
    { by: 'renderEvents', text: renderEvents(hostilePass(text), screen), ...fitting },
    { by: 'renderNews', text: renderNews(hostilePass(text), screen), ...wide },
    { by: 'renderNagios', text: renderNagios(view), ...wide },
    { by: 'renderNagiosUnknown', text: renderNagiosUnknown(text), ...fitting },
    { by: 'renderConfigProblems', text: renderConfigProblems(shown, screen.paint), ...sentence },
    { by: 'renderSentence', text: renderSentence(text), ...sentence },
    {
      by: 'renderError',
      text: renderError({ message: text, hint: text }, screen.paint),
      ...sentence,
    },
    { by: 'renderBug', text: renderBug(text), ...sentence },
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
  doctor: doctorDocument(hostileDoctor(text, text)),
  'check-config': checkConfigDocument({ now, ok: false, file: text, problems: problemsOf(text) }),
});

/** Messages as JSON, all of one schema. */
export const letterDocuments = (text: string): object[] => hostileLetters(text).map(letterDocument);

/** How each document was made. */
export const documentMakers: readonly string[] = [
  'statusDocument',
  'passDocument',
  'historyDocument',
  'errorDocument',
  'checkConfigDocument',
  'doctorDocument',
  'letterDocument',
  'toJson',
];

/** What agents may write into any text. A text that was obeyed would show "forged" at the beginning of a line, or nowhere. */
export const nasty: Readonly<Record<string, string>> = {
  'ANSI colour': 'a\u001b[31mred\u001b[0m',
  'clear screen': '\u001b[2J\u001b[H',
  'OSC 8 link': '\u001b]8;;http://evil.example/\u0007click\u001b]8;;\u0007',
  'OSC 52 clipboard': '\u001b]52;c;cm0gLXJmIC8=\u001b\\x',
  'OSC without an end': 'a\u001b]0;title',
  'DCS, SOS, PM, APC': 'a\u001bP1$r0m\u001b\\b\u001bXx\u001b\\c\u001b^x\u001b\\d\u001b_x\u001b\\e',
  'C1 CSI': 'a\u009b31mred',
  'C1 OSC': '\u009d0;title\u009cx',
  'all of C1': `a${String.fromCharCode(...Array.from({ length: 32 }, (_, index) => 0x80 + index))}b`,
  'all of C0': `a${String.fromCharCode(...Array.from({ length: 32 }, (_, index) => index))}b`,
  'bell and backspace': 'OK\u0007\u0008\u0008KO',
  tabs: 'a\tb\t\tc\u000bd',
  'CR and LF': 'first\r\nOK - all well\nthird',
  'a forged line of the journal': 'x\n<0>forged: the disk is on fire\n',
  'a forged line of Nagios': 'x\nforged: BACKUPMON OK - 9 ok | ok=9\n',
  'a carriage return over it': 'CRITICAL\rforged OK',
  'other line ends': 'a\u0085forged b\u2028forged c\u2029forged d\u000bforged e\u000cforged f',
  'a mail header': 'x\r\nBcc: all@example.org\r\n\r\nforged',
  'bidi overrides': 'a\u202egnp.exe\u202c \u202dx\u202c \u202a\u202b',
  'bidi isolates and marks': '\u2066x\u2067y\u2068z\u2069 \u200e\u200f\u061c',
  'zero width': 'a\u200bb\u200cc\u200dd\u2060e\ufefff\u00ad',
  'what is not to be seen': 'a\u115f\u1160\u3164\uffa0\u034f\u2065\ufff0b',
  'byte order mark': '\ufeffx\ufeff',
  'NUL and DEL': 'a\u0000b\u007fc\u0008',
  pipe: 'a|b=1;;| c',
  'quotes and backslashes': `'"\`\\ \\n \\\\ \\x1b[31m '; rm -rf / #`,
  'percent codes': 'a%0Ab%0D%0Ac%1b%5b31m %s %n',
  'shell and HTML': '`id` $(id) $HOST$ <b>x</b> \'"',
  script: `<script>alert(1)</script><img src=x onerror="alert(1)">&lt;&#x3c;`,
  formula: '=cmd|\'/C calc\'!A0,@SUM(1),+1,-1,"x"',
  tags: 'a\u{e0041}\u{e0042}\u{e007f}',
  'variation selectors': 'a\ufe0e\ufe0fb\u{e0100}\u{e01ef}c\u180b',
  'lone surrogate': 'a\ud800b\udc00',
  'halves that could be joined': '\ud83d\u200b\udca5 \ud83d\u001b[0m\udca5',
  'combining marks': `z${'\u0301'.repeat(200)}`,
  'spacing marks': `\u0915${'\u093e'.repeat(200)}`,
  wide: '\u6f22\u5b57'.repeat(60),
  emoji: '\u{1f468}\u200d\u{1f469}\u200d\u{1f467} \u2764\ufe0f'.repeat(30),
  long: 'x'.repeat(400),
  'very long': 'x y\u001b[31m'.repeat(5_000),
  'replacement pattern': "$& $1 $' {job}",
  ['__proto__']: '__proto__',
  'key of every object': 'constructor',
  empty: '',
  blank: ' \t ',
};
