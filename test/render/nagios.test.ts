import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { renderNagios, renderNagiosUnknown } from '../../src/render/nagios.ts';
import { nasty } from './hostile.ts';
import { job, jobView, missing, now, standing, statusView } from './support.ts';

const unchanged = jobView('paris/wiki', 'HASH_MISMATCH', {
  standing: standing(
    { message: 'the file equals the newest version' },
    jobView('paris/wiki', 'HASH_MISMATCH'),
  ),
});

describe('Nagios', () => {
  it('answers with counts, the worst job, performance data, and a line per problem', () =>
    assert.equal(
      renderNagios(
        statusView([jobView('a/b'), jobView('a/c'), unchanged, missing('paris/compta')]),
      ),
      `BACKUPMON CRITICAL - 1 critical, 1 warning, 2 ok: paris/compta MISSING | total=4;;;0 ok=2;;;0 warning=1;;;0 critical=1;;;0 pending=0;;;0 last_scan_age=720s;;;0
CRITICAL paris/compta MISSING: due 2026-06-20T19:00:00Z, and no report covers it by 2026-06-20T20:30:00Z
WARNING paris/wiki UNCHANGED: the file equals the newest version
`,
    ));

  it('counts pending as OK, but says it', () =>
    assert.match(
      renderNagios(statusView([jobView('a/b', 'UNKNOWN')])),
      /^BACKUPMON OK - 1 pending \| total=1;.* pending=1;;;0 last_scan_age=720s;;;0\n$/,
    ));

  it('is critical when no scan has run, without an age before the first', () =>
    assert.equal(
      renderNagios(
        statusView([jobView()], {
          severity: 'critical',
          scanOverdue: 'no scan for 5h',
          lastScan: null,
        }),
      ),
      'BACKUPMON CRITICAL - 1 ok; scan overdue | total=1;;;0 ok=1;;;0 warning=0;;;0 critical=0;;;0 pending=0;;;0\nCRITICAL no scan for 5h\n',
    ));

  it('never shows an age below zero', () =>
    assert.match(
      renderNagios(
        statusView([], { lastScan: { startedAt: now + 9000, finishedAt: null, exitCode: null } }),
      ),
      /^BACKUPMON OK - no jobs \|.* last_scan_age=0s;;;0\n$/,
    ));

  it('says how many problems there was no room for', () => {
    const jobs = Array.from({ length: 50 }, (_, index) => missing(`paris/database_${index}`));
    const lines = renderNagios(statusView(jobs)).trimEnd().split('\n');
    assert.equal(lines.at(-1), `... and ${50 - (lines.length - 2)} more`);
    assert.ok(lines.length > 5);
  });

  it('names no job where the counts leave no room for it', () => {
    const summary = { total: 4e14, ok: 1e14, warning: 1e14, pending: 1e14, critical: 1e14 };
    const [first = ''] = renderNagios(statusView([missing('paris/compta')], { summary })).split(
      ' | ',
    );
    assert.equal(first.length, 79);
    assert.doesNotMatch(first, /MISSING/);
  });

  it('has a word for no answer', () =>
    assert.equal(
      renderNagiosUnknown('no database | é\nnext'),
      'BACKUPMON UNKNOWN - no database e next\n',
    ));

  it('keeps its limits whatever the names and however many', () => {
    const text = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 400 }),
      fc.constantFrom(...Object.values(nasty)),
    );
    fc.assert(
      fc.property(fc.array(text, { maxLength: 30 }), (texts) => {
        const jobs = texts.map((name) => {
          const view = missing('paris/compta');
          const words = standing({ message: name }, view);
          return { ...view, job: job('paris/compta', { id: name }), standing: words };
        });
        const answer = renderNagios(statusView(jobs));
        assert.ok(Buffer.byteLength(answer) <= 1023);
        assert.match(answer, /^[\n -~]*$/);
        const [first = '', ...others] = answer.split('\n');
        const [visible = '', data = '', ...more] = first.split('|');
        assert.ok(visible.length - 1 < 80, visible);
        assert.deepEqual(more, []);
        assert.match(data, /^( \w+=\d+s?;;;0)+$/);
        for (const line of others) assert.doesNotMatch(line, /[|`$<>]/);
        const shown = others.filter((line) => line.startsWith('CRITICAL ')).length;
        const left = Number(/^\.\.\. and (\d+) more$/m.exec(answer)?.[1] ?? 0);
        assert.equal(shown + left, texts.length);
      }),
    );
  });
});
