import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { renderHistory } from '../../src/render/history-table.ts';
import {
  newsLines,
  passEventLines,
  renderEvents,
  renderNews,
} from '../../src/render/pass-lines.ts';
import type { PassView } from '../../src/render/views.ts';
import { ascii, coloured, event, historyView, now, passView, unicode } from './support.ts';

const failed = event('FAILED', {
  message: 'the agent reports that its backup failed: "pg_dump: connection refused"',
});
const forged = event('REPORT_REFUSED', { database: null, count: 4, message: 'forged' });

describe('history for people', () => {
  it('shows one line per conclusion', () =>
    assert.equal(
      renderHistory(historyView([event(), failed, forged], true), unicode),
      `2026-06-20 18:40  ✓ success         paris/compta  size and SHA-256 as reported;…
2026-06-20 18:40  ✗ FAILED          paris/compta  the agent reports that its ba…
2026-06-20 18:40  ! report refused  paris         4× forged

3 conclusions, newest first, times in UTC; older ones are recorded: --limit N
shows more
`,
    ));

  it('shows the same in ASCII', () =>
    assert.equal(
      renderHistory(historyView([forged]), ascii),
      `2026-06-20 18:40  ! report refused  paris  4x forged

1 conclusion, newest first, times in UTC
`,
    ));

  it('has more room on a wide screen', () =>
    assert.match(
      renderHistory(historyView([failed]), { ...unicode, width: 140 }),
      /connection refused"\n/,
    ));

  it('says who did it, what was set aside, and the reason where there is no message', () => {
    const view = historyView([
      event('SUCCESS', { operator: 'anna', message: 'promoted' }),
      event('SUCCESS', { setAside: 'clock_was_wrong', message: '', reason: 'verified' }),
    ]);
    const text = renderHistory(view, { ...unicode, width: 120 });
    assert.match(text, / {2}promoted \(by anna\)\n/);
    assert.match(text, / {2}\(set aside: clock_was_wrong\) verified\n/);
  });

  it('shows why a report was put aside, not a status that the job never had', () => {
    const aside = (reason: string): ReturnType<typeof event> =>
      event('UNKNOWN', { severity: 'ok', reason, message: 'put aside' });
    const events = [aside('superseded'), aside('before_watch'), aside('replayed')];
    assert.equal(
      renderHistory(historyView(events), unicode).split('\n\n')[0],
      `2026-06-20 18:40  – superseded    paris/compta  put aside
2026-06-20 18:40  – before watch  paris/compta  put aside
2026-06-20 18:40  – replayed      paris/compta  put aside`,
    );
    assert.match(renderHistory(historyView([aside('superseded')]), ascii), / {2}- superseded {2}/);
    assert.ok(
      renderHistory(historyView([aside('superseded')]), coloured).includes(
        coloured.paint.dim('– superseded'),
      ),
    );
  });

  it('says clearly that there is nothing', () =>
    assert.equal(renderHistory(historyView([]), unicode), 'Nothing recorded that matches.\n'));
});

const news: PassView['news'] = [
  {
    kind: 'problem',
    severity: 'critical',
    job: 'paris/compta',
    status: 'MISSING',
    message: 'due then, and no report',
    advice: 'Check {job}.',
  },
  {
    kind: 'problem',
    severity: 'warning',
    job: 'paris/crm',
    status: 'HASH_MISMATCH',
    message: '',
    advice: '',
  },
  {
    kind: 'recovery',
    severity: 'ok',
    job: 'paris/wiki',
    status: 'SUCCESS',
    message: 'as reported',
    advice: 'never shown',
  },
];

describe('news of a pass', () => {
  it('is one line for each problem and recovery, and the notices', () =>
    assert.equal(
      renderNews(passView({ news, notices: ['the clock moved back'] }), unicode),
      `CRITICAL paris/compta MISSING: due then, and no report → Check paris/compta.
WARNING paris/crm unchanged
RECOVERED paris/wiki success: as reported
the clock moved back
`,
    ));

  it('uses an arrow of ASCII, and colours the first word only', () => {
    assert.match(renderNews(passView({ news }), ascii), /no report -> Check/);
    const [first = ''] = renderNews(passView({ news }), coloured).split('\n');
    assert.ok(first.startsWith(`${coloured.paint.red('CRITICAL')} paris/compta MISSING: due`));
  });

  it('does not call a job successful when it is about trouble of our own', () => {
    const blocked = { kind: 'problem', severity: 'critical', job: 'paris/crm' } as const;
    const message = 'could not be judged: cannot read';
    assert.equal(
      renderNews(
        passView({ news: [{ ...blocked, status: 'SUCCESS', message, advice: 'mend that' }] }),
        unicode,
      ),
      'CRITICAL paris/crm: could not be judged: cannot read → mend that\n',
    );
  });

  it('has a priority for each line: a recovery is a notice, what is told about no job a warning', () =>
    assert.deepEqual(
      newsLines(passView({ news, notices: ['the clock moved back'] }), unicode).map(
        ({ priority }) => priority,
      ),
      ['error', 'warning', 'notice', 'warning'],
    ));

  it('is nothing at all when there is nothing to say', () =>
    assert.equal(renderNews(passView({ events: [event()] }), unicode), ''));
});

describe('conclusions of a pass', () => {
  it('are listed with what is unexpected; a dry run says what it did not do', () =>
    assert.equal(
      renderEvents(
        passView({
          dryRun: true,
          events: [event()],
          unexpected: [{ agent: 'paris', names: ['crm'], count: 1, lastReportedAt: now }],
        }),
        unicode,
      ),
      `2026-06-20 18:40  ✓ success  paris/compta  size and SHA-256 as reported; 4.2 MiB
· paris reports 1 database that no job expects: crm
Dry run: nothing was copied, recorded, archived or sent.
`,
    ));

  it('are told in full, below where there is no room beside', () =>
    assert.equal(
      renderEvents(passView({ events: [failed, event()] }), unicode),
      `2026-06-20 18:40  ✗ FAILED   paris/compta
    the agent reports that its backup failed: "pg_dump: connection refused"
2026-06-20 18:40  ✓ success  paris/compta  size and SHA-256 as reported; 4.2 MiB
`,
    ));

  it('have the priority of their severity on every line of theirs', () =>
    assert.deepEqual(
      passEventLines(passView({ events: [failed, event()], dryRun: true }), unicode).map(
        ({ priority }) => priority,
      ),
      ['error', 'error', 'info', 'info'],
    ));

  it('may be none', () => assert.equal(renderEvents(passView(), unicode), 'No new conclusions.\n'));
});
