import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sparkline } from '../../src/render/sparkline.ts';
import { textOf } from '../../src/render/lines.ts';
import { renderStatus, statusTableLines } from '../../src/render/status-table.ts';
import { visibleWidth } from '../../src/render/width.ts';
import type { JobView, Screen, StatusView } from '../../src/render/views.ts';
import {
  ascii,
  at,
  coloured,
  job,
  jobView,
  missing,
  now,
  sha,
  standing,
  statusView,
  unicode,
} from './support.ts';

const anomaly = jobView('paris/wiki', 'SIZE_ANOMALY', {
  held: {
    path: '/srv/validated/.held/paris/wiki/wiki.sql.gz',
    size: 1_000_000,
    sha256: sha,
    endedAt: now - 3_600_000,
    heldAt: at('2026-06-20T20:01:00Z'),
    cycles: 2,
  },
  cycleState: 'late',
  standing: standing({ nextDue: now - 7_200_000 }, jobView('paris/wiki', 'SIZE_ANOMALY')),
});
const arriving = jobView('lyon/crm', 'UNKNOWN', {
  cycleState: 'arriving',
  lastSuccessAt: null,
  newest: null,
  sizes: [],
});
const several = statusView([
  jobView('paris/compta', 'SUCCESS', { sizes: [1, 2, 3, 4, 5, 6, 7, 8, 4, 8] }),
  anomaly,
  missing('douala_prod_01/compta_generale_2025'),
  arriving,
]);

const all = (view: StatusView, screen: Screen): string =>
  renderStatus(view, screen, { problemsOnly: false });
const problems = (view: StatusView): string => renderStatus(view, unicode, { problemsOnly: true });
const lineOf = (view: JobView): string => all(statusView([view]), unicode).split('\n')[1] ?? '';

describe('status for people', () => {
  it('shows one line per job, worst first, then what needs a hand, then the counts', () =>
    assert.equal(
      all(several, unicode),
      `STATUS           JOB                  LAST GOOD, UTC    SIZE TREND NEXT DUE
✗ MISSING        douala_pro…rale_2025 never                        missed, 19:00
! size anomaly   paris/wiki           06-20 18:37 2h 4.2 MiB   ███ late 2h
? not judged yet lyon/crm             never                        arriving
✓ success        paris/compta         06-20 18:37 2h 4.2 MiB ▆▇█▄█ 06-21 19:00

! paris/wiki: 977 KiB held since 2026-06-20 20:01 UTC, 2 cycles in a row; if it
  is right: backupmon promote paris/wiki

backup01: 1 critical, 1 warning, 1 pending, 1 ok; last scan 2026-06-20 20:48
UTC, 12m ago, exit code 2
`,
    ));

  it('says the same in ASCII, column for column', () =>
    assert.equal(
      all(several, ascii),
      `STATUS           JOB                  LAST GOOD, UTC    SIZE TREND NEXT DUE
X MISSING        douala_pro~rale_2025 never                        missed, 19:00
! size anomaly   paris/wiki           06-20 18:37 2h 4.2 MiB   ^^^ late 2h
? not judged yet lyon/crm             never                        arriving
+ success        paris/compta         06-20 18:37 2h 4.2 MiB =^^-^ 06-21 19:00

! paris/wiki: 977 KiB held since 2026-06-20 20:01 UTC, 2 cycles in a row; if it
  is right: backupmon promote paris/wiki

backup01: 1 critical, 1 warning, 1 pending, 1 ok; last scan 2026-06-20 20:48
UTC, 12m ago, exit code 2
`,
    ));

  it('shows problems only', () =>
    assert.equal(
      problems(several),
      `STATUS         JOB                    LAST GOOD, UTC    SIZE TREND NEXT DUE
✗ MISSING      douala_prod…erale_2025 never                        missed, 19:00
! size anomaly paris/wiki             06-20 18:37 2h 4.2 MiB   ███ late 2h

! paris/wiki: 977 KiB held since 2026-06-20 20:01 UTC, 2 cycles in a row; if it
  is right: backupmon promote paris/wiki

backup01: 1 critical, 1 warning, 1 pending, 1 ok; last scan 2026-06-20 20:48
UTC, 12m ago, exit code 2
`,
    ));

  it('counts a job that cannot be judged among the problems, whatever its last status', () => {
    const blocked = { reason: 'eio', message: 'input/output error', since: now };
    const text = problems(statusView([jobView('a/b'), jobView('a/c', 'SUCCESS', { blocked })]));
    assert.match(text, /^✓ success {2,}a\/c /mu);
    assert.doesNotMatch(text, /a\/b/u);
  });

  it('gives each row the priority of its job, in the journal', () => {
    const lines = statusTableLines(several, unicode, { problemsOnly: false });
    assert.deepEqual(
      lines.map(({ priority }) => priority),
      [
        // The head and the rows; what is held; the footer.
        'info',
        'error',
        'warning',
        'notice',
        'info',
        'info',
        'warning',
        'warning',
        'info',
        'info',
        'info',
      ],
    );
    assert.equal(textOf(lines), all(several, unicode));
  });

  it('shows long names in full where the screen is wide', () => {
    const text = all(several, { ...unicode, width: 120 });
    assert.match(text, /^✗ MISSING {2,}douala_prod_01\/compta_generale_2025 {2,}never/m);
  });

  it('says clearly that there is nothing to show', () => {
    assert.equal(
      all(statusView([], { lastScan: null }), unicode),
      `No jobs: the configuration expects none, or none was named.

backup01: no jobs; no complete scan yet: run backupmon scan
`,
    );
    assert.match(
      problems(statusView([jobView(), arriving])),
      /^No problems: no job is critical or in warning\.\n/,
    );
    assert.match(
      problems(statusView([jobView()], { scanOverdue: 'no scan for 5h' })),
      /^No job is critical or in warning\.\n\n✗ no scan for 5h\n/,
    );
  });

  const scans: readonly (readonly [StatusView['lastScan'], RegExp])[] = [
    [
      { startedAt: now - 60_000, finishedAt: null, exitCode: null },
      /last scan began 2026-06-20 20:59 UTC, 1m ago, and has not finished\n$/,
    ],
    [
      { startedAt: now, finishedAt: now, exitCode: null },
      /last scan 2026-06-20 21:00 UTC, 0s ago\n$/,
    ],
    [
      { startedAt: now + 7_200_000, finishedAt: now, exitCode: 0 },
      /last scan 2026-06-20 23:00 UTC, in 2h, exit code 0\n$/,
    ],
  ];
  for (const [lastScan, expected] of scans) {
    it(`tells the last scan: ${expected.source}`, () =>
      assert.match(
        all(statusView([jobView()], { lastScan }), unicode).replaceAll(/\s(?=\S)/g, ' '),
        expected,
      ));
  }

  it('shows sizes below a KiB, and a good backup long ago', () => {
    const old = jobView('a/b', 'SUCCESS', { lastSuccessAt: at('2025-01-07T10:00:00Z') });
    const tiny = { ...old, newest: old.newest && { ...old.newest, size: 1023 } };
    assert.match(lineOf(tiny), / {2}2025-01-07 529d {2}1023 B {2}/);
  });

  it('colours the status and nothing beside it', () => {
    const text = all(statusView([missing('paris/crm')]), coloured);
    const { red, dim } = coloured.paint;
    const [head = '', line = ''] = text.split('\n');
    assert.ok(line.startsWith(`${red('✗ MISSING')}  paris/crm  never`), line);
    assert.equal(head, dim('STATUS     JOB        LAST GOOD, UTC  SIZE  TREND  NEXT DUE'));
  });

  it('lays out 10,000 jobs as it does a few', () => {
    const jobs = Array.from({ length: 10_000 }, (_, index) => jobView(`agent_${index}/database`));
    const lines = all(statusView(jobs), unicode).split('\n');
    assert.equal(lines.length, 10_004);
    assert.ok(lines.every((line) => visibleWidth(line) <= 80));
    const few = all(statusView(jobs.slice(0, 3).concat(jobs.slice(-3))), unicode).split('\n');
    assert.deepEqual([...lines.slice(0, 4), ...lines.slice(9_998, 10_001)], few.slice(0, 7));
  });
});

describe('the next due time', () => {
  const next = (cycleState: JobView['cycleState'], nextDue: number | null): string =>
    lineOf(jobView('a/b', 'SUCCESS', { cycleState, sizes: [], standing: standing({ nextDue }) }))
      .split(/ {2,}/)
      .at(-1) ?? '';
  const cases: readonly (readonly [JobView['cycleState'], number | null, string])[] = [
    ['done', at('2026-06-21T19:00:00Z'), '06-21 19:00'],
    ['waiting', at('2028-01-01T00:00:00Z'), '2028-01-01'],
    ['late', at('2026-06-20T20:15:00Z'), 'late 45m'],
    ['arriving', at('2026-06-20T20:15:00Z'), 'arriving'],
    ['missed', at('2026-06-21T19:00:00Z'), 'missed, 19:00'],
    ['missed', at('2026-06-25T19:00:00Z'), 'missed, 06-25'],
    ['missed', null, 'missed'],
    ['waiting', null, '4.2 MiB'],
  ];
  for (const [state, due, expected] of cases) {
    it(`${state}: ${expected}`, () => assert.equal(next(state, due), expected));
  }
});

describe('remarks', () => {
  const remarks = (view: StatusView): string[] =>
    all(view, unicode).split('\n\n').slice(1, -1).join('').split('\n');

  it('tells what blocks a job, and files that pile up beyond ten', () => {
    const blocked = { reason: 'eacces', message: 'cannot read x', since: now - 60_000 };
    assert.deepEqual(
      remarks(statusView([jobView('x/y', 'SUCCESS', { blocked, depositFiles: 11 })])),
      [
        '! x/y: blocked since 2026-06-20 20:59 UTC, not judged: cannot read x (eacces)',
        '! x/y: 11 files pile up in the drop zone',
      ],
    );
    assert.deepEqual(remarks(statusView([jobView('x/y', 'SUCCESS', { depositFiles: 10 })])), ['']);
  });

  it('names a job that is shown only because it was named', () =>
    assert.deepEqual(remarks(statusView([jobView('x/y', 'SUCCESS', { expected: false })])), [
      '· x/y: not expected any more: disabled, or removed from the configuration',
    ]));

  it('lists unexpected databases and counts the rest', () => {
    const names = Array.from({ length: 12 }, (_, index) => `db${index}`);
    const view = statusView([jobView()], {
      unexpected: [
        { agent: 'paris', names, count: 120, lastReportedAt: now },
        { agent: 'lyon', names: ['crm'], count: 1, lastReportedAt: now },
      ],
    });
    assert.deepEqual(remarks(view), [
      '· paris reports 120 databases that no job expects: db0, db1, db2, db3, db4, db5,',
      '  db6, db7, db8, db9, and 110 more',
      '· lyon reports 1 database that no job expects: crm',
    ]);
  });

  it('quotes a name that a shell would not take as it is', () => {
    const held = anomaly.held;
    const view = statusView([jobView("a b/it's", 'SIZE_ANOMALY', { held, job: job("a b/it's") })]);
    assert.match(remarks(view).join(' ').replaceAll(/\s+/g, ' '), /promote 'a b\/it'\\''s'$/);
  });
});

describe('sparkline', () => {
  const cases: readonly (readonly [readonly number[], string, string])[] = [
    [[], '', ''],
    [[0, 0], '▁▁', '__'],
    [[8, 7, 6, 5, 4, 3, 2, 1], '█▇▆▅▄▃▂▁', '^^==-.._'],
    [[100, 101, 99], '███', '^^^'],
    [[100, 1], '█▁', '^_'],
  ];
  for (const [sizes, blocks, marks] of cases) {
    it(`draws ${sizes.join(' ')}`, () => {
      assert.equal(sparkline(sizes, 8, true), blocks);
      assert.equal(sparkline(sizes, 8, false), marks);
    });
  }

  it('draws the last ones, one column each in both alphabets', () => {
    const sizes = [9, 1, 2, 3];
    assert.equal(sparkline(sizes, 3, true), '▃▆█');
    for (const alphabet of [true, false]) {
      assert.equal(visibleWidth(sparkline(sizes, 3, alphabet)), 3);
    }
  });
});

describe('short and long tables', () => {
  it('look the same, though they are drawn by different hands', () => {
    const jobs = Array.from({ length: 51 }, (_, index) =>
      index % 3 === 0
        ? missing(`paris/db${String(index).padStart(2, '0')}`)
        : jobView(`paris/db${String(index).padStart(2, '0')}`, 'SUCCESS', { sizes: [1, index] }),
    );
    for (const screen of [unicode, ascii, coloured]) {
      const table = (count: number): string[] =>
        renderStatus(statusView(jobs.slice(0, count)), screen, { problemsOnly: false }).split('\n');
      assert.deepEqual(table(51).slice(0, 51), table(50).slice(0, 51));
    }
  });
});

describe('jobs that are blocked', () => {
  it('are told once for each cause, by their first names and how many more', () => {
    const blocked = (message: string) => ({
      blocked: { reason: 'enoent', message, since: at('2026-06-20T20:00:00Z') },
    });
    const jobs = [
      ...['a', 'b', 'c', 'd', 'e'].map((name) =>
        jobView(`paris/${name}`, 'SUCCESS', blocked('no deposits')),
      ),
      jobView('lyon/shop', 'SUCCESS', blocked('no permission')),
    ];
    const text = renderStatus(statusView(jobs), unicode, { problemsOnly: false });
    assert.match(text, /^! paris\/a, paris\/b, paris\/c and 2 more: blocked since/mu);
    assert.match(text, /^! lyon\/shop: blocked since/mu);
    assert.equal(text.match(/blocked since/gu)?.length, 2);
  });
});
