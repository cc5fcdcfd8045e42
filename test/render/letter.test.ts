import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import type { Letter, LetterItem } from '../../src/core/letter.ts';
import { toJson } from '../../src/render/json/document.ts';
import { digestWords } from '../../src/render/letter/digest-words.ts';
import { renderLetterHtml } from '../../src/render/letter/html.ts';
import { letterDocument } from '../../src/render/letter/json.ts';
import { severityColours } from '../../src/render/letter/styles.ts';
import { renderLetterText } from '../../src/render/letter/text.ts';
import { alarmWords } from '../../src/render/letter/words.ts';
import { visibleWidth } from '../../src/render/width.ts';
import { letterDocuments, nasty } from './hostile.ts';
import {
  alarm,
  blocked,
  damaged,
  day,
  digest,
  digestJob,
  hostileLetters,
  letterItem,
  letterJob,
  manyJobs,
  mixed,
  recovery,
  silent,
  test as testLetter,
  twelve,
} from './letters.ts';
import { at, now, sha } from './support.ts';

const hour = day / 24;
const text = (...items: readonly LetterItem[]): string => renderLetterText(alarm(...items));
const firstLine = (...items: readonly LetterItem[]): string =>
  // Continued lines are indented.
  text(...items)
    .split('\n\n')[0]
    ?.replaceAll(/\n\s+/g, ' ') ?? '';

describe('a message as text', () => {
  it('of a backup that is missing', () =>
    assert.equal(
      text(letterItem()),
      `CRITICAL paris/compta MISSING since 2026-06-20 20:30 UTC

  Status: MISSING (critical, no_report)
  Since: 2026-06-20 20:30 UTC, 30m ago
  What happened: due 2026-06-20T19:00:00Z, and no report covers it by
    2026-06-20T20:30:00Z
  Due: 2026-06-20T19:00:00Z = 2026-06-20 20:00 (Africa/Douala)
  Deadline: 2026-06-20T20:30:00Z = 2026-06-20 21:30 (Africa/Douala)

  What is safe: the version of 2026-06-19 18:37 UTC, 1d 2h ago, 4.2 MiB
    /srv/validated/paris/compta/20260619T183735Z/compta.sql.gz

What to do
  Check that the agent runs, that its clock is right, and that it can reach
  this server.

    backupmon status paris/compta

As of 2026-06-20 21:00 UTC; ages count from then.

-- 
backupmon on backup01
`,
    ));

  it('of damage where nothing is safe, and of a recovery', () =>
    assert.equal(
      text(letterItem([damaged], { flapping: true }), recovery),
      `1 critical, 1 recovered

  * CRITICAL lyon/shop TRANSFER DAMAGED since 2026-06-20 20:30 UTC
  * RECOVERED berlin/crm after 2d 3h (was critical)

------------------------------------------------------------
CRITICAL lyon/shop TRANSFER DAMAGED since 2026-06-20 20:30 UTC

  This opens and ends so often that further changes within a day are told
  together.

  Status: TRANSFER DAMAGED (critical, hash_differs)
  Since: 2026-06-20 20:30 UTC, 30m ago
  What happened: SHA-256 differs from the one reported
  Due: 2026-06-20T19:00:00Z
  Deadline: 2026-06-20T20:30:00Z
  Reported size: 4386338 bytes (4.2 MiB)
  Found size: 4386300 bytes (4.2 MiB)
  Reported SHA-256:
    a1b2c3d4e5f60718a1b2c3d4e5f60718a1b2c3d4e5f60718a1b2c3d4e5f60718
  Found SHA-256:
    0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef

  NOTHING is safe: there is no healthy version.

What to do
  Send the file again from the agent; it is judged again as soon as it
  changes.

    backupmon status lyon/shop

------------------------------------------------------------
RECOVERED berlin/crm after 2d 3h (was critical)

  Now: success (ok, verified)
  Since: 2026-06-20 20:55 UTC, 5m ago
  What happened: size and SHA-256 as reported; 4.2 MiB

  What is safe: the version of 2026-06-19 18:37 UTC, 1d 2h ago, 4.2 MiB
    /srv/validated/berlin/crm/20260619T183735Z/compta.sql.gz

To see more
    backupmon status berlin/crm

As of 2026-06-20 21:00 UTC; ages count from then.

-- 
backupmon on backup01
`,
    ));

  it('of a silent agent: one line for each job, and what to do above them', () =>
    assert.equal(
      text(letterItem(manyJobs(7), { kind: 'silent', name: 'paris', jobCount: 60 })),
      `CRITICAL nothing arrives from paris: 60 backups MISSING since 2026-06-20
  20:30 UTC

  NOTHING is safe of paris/db07: 1 of the 7 listed here has no healthy
    version.

What to do
  Check that the agent runs, that its clock is right, and that it can reach
  this server.

    backupmon status paris

  ✗ MISSING  paris/db01  safe: 2026-06-19 18:37 UTC (1d ago), 4.2 MiB
  ✗ MISSING  paris/db02  safe: 2026-06-19 18:37 UTC (1d ago), 4.2 MiB
  ✗ MISSING  paris/db03  safe: 2026-06-19 18:37 UTC (1d ago), 4.2 MiB
  ✗ MISSING  paris/db04  safe: 2026-06-19 18:37 UTC (1d ago), 4.2 MiB
  ✗ MISSING  paris/db05  safe: 2026-06-19 18:37 UTC (1d ago), 4.2 MiB
  ✗ MISSING  paris/db06  safe: 2026-06-19 18:37 UTC (1d ago), 4.2 MiB
  ✗ MISSING  paris/db07  NOTHING is safe
  and 53 more

As of 2026-06-20 21:00 UTC; ages count from then.

-- 
backupmon on backup01
`,
    ));

  it('of what blocks: no job is called by the status that it had before', () => {
    const told = text(blocked);
    assert.match(
      told,
      /^CRITICAL 3 backups could not be judged: No space left on device \(enospc\),/,
    );
    assert.match(told, /^ {2}✗ NOT JUDGED {2}paris\/compta {2}safe: /m);
    assert.doesNotMatch(told, /success|recovered|✓/i);
    const [job = letterJob()] = blocked.jobs;
    const one = text({ ...blocked, jobs: [job], jobCount: 1 });
    assert.match(one, /^ {2}Not judged because: No space left on device \(enospc\)$/m);
    assert.doesNotMatch(one, /success|✓/i);
    const other = { ...job, name: 'lyon/x', reason: 'eacces', message: 'Permission denied' };
    const two = text({ ...blocked, jobs: [job, other], jobCount: 2 });
    assert.match(two, /and other causes/);
    assert.match(two, /lyon\/x .*Permission denied \(eacces\)$/ms);
  });

  it('of a digest', () =>
    assert.equal(
      renderLetterText(digest(twelve.slice(0, 6), { undelivered: 1, jobCount: 9 })),
      `2 critical, 1 warning, 1 pending, 2 ok; 1 blocked; 1 held; 1 alarm undelivered

1 alarm could not be delivered: check the mail server, webhooks and commands.
Since 2026-06-19 21:00 UTC (1d): 96 scans, 9 versions published, 4 pruned.

STATUS              JOB              SIZE  TREND   KEPT  LAST GOOD  NEXT DUE
✗ MISSING           paris/compta  4.2 MiB  ▄▅▆▇██    12  2d ago     late 2h
✗ TRANSFER DAMAGED  lyon/shop           –             0  never      in 22h
! size anomaly      lyon/wiki     4.2 MiB  ███▂      12  2h ago     in 22h
? not judged yet    berlin/new          –             0  never      in 22h
! blocked           berlin/crm    4.2 MiB  ▄▅▆▇██    12  2h ago     in 22h
✓ success           nantes/erp    4.2 MiB  ▄▅▆▇██    12  2h ago     in 22h
and 3 more jobs

Blocked: could not be judged
  berlin/crm: No space left on device (enospc)

Held: not published until you say so
  lyon/wiki: 900 KiB since 2026-06-20 18:45 UTC,
  /srv/validated/.held/lyon/wiki/wiki.sql.gz; if it is right:
    backupmon promote lyon/wiki

Snoozed
  paris/compta: no alarms until 2026-06-21 08:00 UTC, in 11h

As of 2026-06-20T21:00:00Z = 2026-06-20 23:00 (Europe/Paris).

-- 
backupmon on backup01
`,
    ));

  it('of a digest when all is well', () =>
    assert.equal(
      renderLetterText(digest([digestJob('a/b'), digestJob('a/c')])),
      `All 2 backups are well.

Since 2026-06-19 21:00 UTC (1d): 96 scans, 9 versions published, 4 pruned.

STATUS     JOB     SIZE  TREND   KEPT  LAST GOOD  NEXT DUE
✓ success  a/b  4.2 MiB  ▄▅▆▇██    12  2h ago     in 22h
✓ success  a/c  4.2 MiB  ▄▅▆▇██    12  2h ago     in 22h

As of 2026-06-20T21:00:00Z = 2026-06-20 23:00 (Europe/Paris).

-- 
backupmon on backup01
`,
    ));

  it('that tries a way out', () =>
    assert.equal(
      renderLetterText(testLetter),
      `This way works: email, from backupmon on backup01

This is a test message. It says nothing about any backup, and there is nothing
to do.
Alarms that are meant for you will reach you here.

Sent at 2026-06-20 21:00 UTC.

-- 
backupmon on backup01
`,
    ));
});

const job = letterJob();
const old = { openedAt: now - 3 * day };
const lost = letterItem([letterJob('a/b'), letterJob('a/c')], { kind: 'lost', name: '' });
const refused = letterItem([letterJob('paris', 'REPORT_REFUSED', { reason: 'forged' })], {
  kind: 'refused',
});
const since = 'since 2026-06-20 20:30 UTC';
const heads: readonly (readonly [LetterItem, string])[] = [
  [
    letterItem([{ ...job, since: now - 3 * day }], { change: 'reminder', ...old }),
    'STILL CRITICAL paris/compta MISSING for 3d',
  ],
  [
    letterItem([job], { change: 'worsened', before: 'warning' }),
    `WORSE: CRITICAL paris/compta MISSING ${since} (was warning)`,
  ],
  [
    letterItem([letterJob('a/b', 'HASH_MISMATCH')], { change: 'improved', before: 'critical' }),
    `BETTER, STILL WARNING a/b unchanged ${since} (was critical)`,
  ],
  [
    letterItem([letterJob('a/b', 'FAILED')], { change: 'changed', before: 'critical' }),
    `CHANGED, STILL CRITICAL a/b FAILED ${since}`,
  ],
  [refused, `WARNING reports of paris are refused: forged, ${since}`],
  [lost, `CRITICAL versions are gone from the validated tree: a/b, a/c, ${since}`],
  [
    { ...silent, change: 'reminder', jobs: silent.jobs.map((one) => ({ ...one, since: now })) },
    'STILL CRITICAL nothing arrives from paris: 40 backups MISSING for 0s',
  ],
  [
    letterItem([letterJob('paris/a', 'SUCCESS')], {
      ...old,
      kind: 'silent',
      name: 'paris',
      change: 'ended',
    }),
    'RECOVERED paris after 3d of silence: 1 backup',
  ],
  [
    { ...refused, ...old, change: 'ended', after: 'ok' },
    'RECOVERED reports of paris are refused no more, after 3d',
  ],
  [
    { ...blocked, ...old, change: 'ended', after: 'ok' },
    'RECOVERED 3 backups are blocked no more, after 3d',
  ],
  [
    { ...lost, ...old, change: 'ended', after: 'ok', jobs: [letterJob('a/b', 'SUCCESS')] },
    'RECOVERED from the loss of versions of a/b and 1 more after 3d',
  ],
  // Nobody expects it any more, or something else is wrong with it: it is over, and no recovery.
  [
    letterItem([job], { ...old, change: 'ended', before: 'critical' }),
    'CLOSED paris/compta after 3d (was critical), but not known to be well',
  ],
  [
    { ...blocked, ...old, change: 'ended', after: 'ok', jobs: [job, ...blocked.jobs] },
    'CLOSED 3 backups are blocked no more, after 3d, but not all of them are well',
  ],
];

describe('the first line', () => {
  for (const [item, expected] of heads) it(expected, () => assert.equal(firstLine(item), expected));

  it('is no green where an incident ends without a recovery', () => {
    const closed = letterItem([job], { ...old, change: 'ended' });
    assert.match(text(closed), /^ {2}This is no recovery: /m);
    assert.match(text(closed), /^ {2}Now: MISSING \(critical, no_report\)$/m);
    assert.doesNotMatch(renderLetterHtml(alarm(closed)), /RECOVERED/);
    assert.deepEqual(
      alarmWords(alarm(closed)).items.map(({ severity }) => severity),
      ['pending'],
    );
  });
});

describe('facts', () => {
  it('of a file tell both sides where they differ, and one where they do not', () => {
    const facts = (changes: Parameters<typeof letterJob>[2]): string[] =>
      text(letterItem([letterJob('a/b', 'CONTENT_INVALID', changes)]))
        .split('\n')
        .filter((line) => /size|SHA-256/.test(line));
    const whole = { size: 7, sha256: sha };
    assert.deepEqual(facts({ expected: whole, found: whole }), [
      '  Reported and found size: 7 bytes',
      '  Reported and found SHA-256:',
    ]);
    assert.deepEqual(facts({ expected: whole, found: null }), [
      '  Reported size: 7 bytes',
      '  Reported SHA-256:',
    ]);
    assert.deepEqual(
      facts({ expected: { size: null, sha256: null }, found: { size: 0, sha256: null } }),
      ['  Found size: 0 bytes'],
    );
  });

  it('of an agent say nothing of versions, which it does not have', () => {
    const told = text(
      letterItem([letterJob('paris', 'REPORT_REFUSED', { lastHealthy: null })], {
        kind: 'refused',
      }),
    );
    assert.doesNotMatch(told, /safe/);
  });
});

/** Everything that is told, by the words that both forms are made of. */
function toldIn(letter: Letter): string[] {
  if (letter.kind === 'test') return [letter.way, letter.site];
  if (letter.kind === 'digest') {
    const { rows, sections, notes, ...others } = digestWords(letter);
    return [
      ...notes,
      others.headline,
      others.more,
      others.closing,
      ...rows.flatMap((row) => [
        row.status,
        row.name,
        row.size,
        row.trend,
        row.versions,
        row.lastGood,
        row.nextDue,
      ]),
      ...sections.flatMap(({ title, lines }) => [
        title,
        ...lines.flatMap((line) => [line.text, line.command]),
      ]),
    ];
  }
  const { counts, items, closing } = alarmWords(letter);
  return [
    counts ?? '',
    closing,
    ...items.flatMap((item) => [
      item.word,
      item.headline,
      item.more,
      ...item.notes,
      ...item.advice,
      ...item.commands,
      ...item.blocks.flatMap(({ name, facts, safety }) => [
        name ?? '',
        safety?.text ?? '',
        safety?.path ?? '',
        ...facts.flatMap((fact) => [fact.label, fact.text]),
      ]),
      item.safety?.text ?? '',
      ...item.rows.flatMap((row) => [row.status, row.name, row.note]),
    ]),
  ];
}

const entities: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
  '&#32;': ' ',
  '&ensp;': ' ',
};

/** What a mail program shows of it. */
const shownOf = (document: string): string =>
  document
    .replace(/<head>.*<\/head>/s, '')
    .replaceAll(/<!--.*?-->/gs, '')
    .replaceAll(/<\/?(?:span)\b[^>]*>/g, '')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/&[#\w]+;/g, (entity) => entities[entity] ?? '(unknown)');

const spaced = (shown: string): string => shown.replaceAll(/\s+/g, ' ');

const samples: Readonly<Record<string, Letter>> = {
  'one job': alarm(letterItem()),
  'several incidents': mixed,
  'a silent agent': alarm(letterItem(silent.jobs, { ...silent, jobCount: 90, flapping: true })),
  blocked: alarm(blocked),
  lost: alarm(lost),
  refused: alarm(refused),
  'every head': alarm(...heads.map(([item]) => item)),
  'a digest': digest(twelve, { undelivered: 2, jobCount: 40 }),
  'a digest of nothing': digest([]),
  'a test': testLetter,
};

describe('both forms', () => {
  for (const [name, letter] of Object.entries(samples)) {
    it(`tell the same: ${name}`, () => {
      const forms = [renderLetterText(letter), shownOf(renderLetterHtml(letter))].map(spaced);
      for (const told of toldIn(letter))
        for (const form of forms) assert.ok(form.includes(spaced(told)), `${told}\n${form}`);
    });
  }
});

describe('the width of a text', () => {
  it('is 78 columns at most, but for what is to be copied', () => {
    const copied = /^ {4}(?:\/|backupmon )/;
    for (const letter of Object.values(samples))
      for (const line of renderLetterText(letter).split('\n'))
        assert.ok(copied.test(line) || visibleWidth(line) <= 78, line);
  });

  it('is kept by a table of long names too', () => {
    const long = digest([
      digestJob(`paris/${'long_'.repeat(30)}name`, 'TRANSFER_INTEGRITY_FAILED'),
    ]);
    const line =
      renderLetterText(long)
        .split('\n')
        .find((one) => one.startsWith('✗')) ?? '';
    assert.match(line, /^✗ TRANSFER DAMAGED paris\/.*….*name 4\.2 MiB/);
    assert.ok(visibleWidth(line) <= 78, line);
  });
});

const tagsOf = (document: string): Set<string> => new Set(document.match(/<[^>]*>/g));

describe('a message as HTML', () => {
  it('is one document, which loads nothing, links nowhere and runs nothing', () => {
    for (const letter of Object.values(samples)) {
      const document = renderLetterHtml(letter);
      assert.match(document, /^<!doctype html>\n<html lang="en">[^]*<\/html>\n?$/i);
      assert.doesNotMatch(
        document,
        /<(?:script|img|a|link|iframe|form|svg|object)\b|url\(|https?:|@import|\son\w+=/i,
      );
      assert.match(document, /<meta name="color-scheme" content="light dark"/);
      assert.match(document, /@media \(prefers-color-scheme: dark\)/);
      assert.match(document, /max-width:600px/);
    }
  });

  it('is closed, tag by tag', () => {
    for (const letter of Object.values(samples)) {
      const open: string[] = [];
      for (const [, end, name = '', empty] of renderLetterHtml(letter)
        .replaceAll(/<!.*?>/gs, '')
        .matchAll(/<(\/?)(\w+)[^>]*?(\/?)>/g)) {
        if (name === 'meta' || name === 'br' || empty === '/') continue;
        if (end === '') open.push(name);
        else assert.equal(open.pop(), name);
      }
      assert.deepEqual(open, []);
    }
  });

  it('has no markup but its own, whatever is written into it', () => {
    const own = new Set(
      hostileLetters('x').flatMap((letter) => [...tagsOf(renderLetterHtml(letter))]),
    );
    const texts = [
      ...Object.values(nasty),
      '<script>alert(1)</script>',
      '"><img src=x onerror=alert(1)>',
      "'><svg/onload=alert(1)>",
      '</td></table></style><style>*{display:none}</style>',
      '--><!--',
      '<![endif]-->',
      '&lt;b&gt; &amp; &#60;',
    ];
    for (const hostile of texts)
      for (const letter of hostileLetters(hostile))
        for (const tag of tagsOf(renderLetterHtml(letter))) assert.ok(own.has(tag), tag);
  });

  it('shows such text as it was written', () => {
    const hostile = `<b>"1" & '2'</b> &amp; &lt;`;
    const document = renderLetterHtml(
      alarm(letterItem([letterJob('a/b', 'FAILED', { message: hostile })])),
    );
    assert.ok(spaced(shownOf(document)).includes(hostile));
    assert.ok(
      document.includes('&lt;b&gt;&quot;1&quot; &amp; &#39;2&#39;&lt;/b&gt; &amp;amp; &amp;lt;'),
    );
  });

  it('has the severity in words, not in colours alone', () => {
    assert.match(shownOf(renderLetterHtml(alarm(letterItem()))), /^\s*CRITICAL\s/);
    assert.match(shownOf(renderLetterHtml(digest([digestJob('a/b')]))), /^\s*ALL WELL\s/);
  });

  it('can be read: contrasts of 4.5:1 and more', () => {
    const light = (colour: string): number => {
      const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((index) => {
        const value = Number.parseInt(colour.slice(index, index + 2), 16) / 255;
        return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const pairs = [
      ...Object.values(severityColours).map(({ ground, text: written }) => [ground, written]),
      // Light: text, muted text, what is well, both boxes, the ground of page and commands.
      ...['#1f2328', '#57606a', '#1a7f37', '#b42318'].map((colour) => ['#ffffff', colour]),
      ...['#1f2328', '#57606a'].map((colour) => ['#f1f3f5', colour]),
      ['#e8f6ec', '#0f3d1e'],
      ['#fdecea', '#7a1610'],
      // Dark.
      ...['#e6edf3', '#a3adb8', '#56d364', '#ffa198'].map((colour) => ['#161b22', colour]),
      ...['#e6edf3', '#a3adb8'].map((colour) => ['#0d1117', colour]),
      ['#10291a', '#b9e8c6'],
      ['#3a1618', '#ffd0ca'],
    ];
    for (const [ground = '', written = ''] of pairs) {
      const [low = 0, high = 0] = [light(ground), light(written)].toSorted(
        (one, other) => one - other,
      );
      assert.ok((high + 0.05) / (low + 0.05) >= 4.5, `${written} on ${ground}`);
      // And they are those that are used.
      const used = renderLetterHtml(mixed) + renderLetterHtml(digest(twelve));
      assert.ok(used.includes(ground) && used.includes(written), `${written} on ${ground}`);
    }
  });
});

const schema = JSON.parse(
  readFileSync(new URL('../../schemas/alarms.schema.json', import.meta.url), 'utf8'),
) as object;
const validate = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true }).compile(
  schema,
);

function faultsOf(document: object): string[] {
  validate(JSON.parse(toJson(document)));
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

describe('a message as JSON', () => {
  for (const [name, letter] of Object.entries(samples))
    it(`is what its schema says: ${name}`, () =>
      assert.deepEqual(faultsOf(letterDocument(letter)), []));

  it('has no key that the schema does not ask for', () => {
    for (const letter of Object.values(samples)) {
      const document = letterDocument(letter);
      for (const key of Object.keys(document)) {
        const { [key]: _removed, ...rest } = document as Record<string, unknown>;
        assert.notDeepEqual(faultsOf(rest), [], key);
      }
      assert.notDeepEqual(faultsOf({ ...document, schema: 'backupmon.alarms/2' }), []);
    }
  });

  it('is, key for key', () =>
    assert.deepEqual(letterDocument(alarm(letterItem([damaged], { openedAt: now - hour }))), {
      schema: 'backupmon.alarms/1',
      generated_at: '2026-06-20T21:00:00Z',
      site: 'backup01',
      kind: 'alarm',
      subject: '[backupmon backup01] lyon/shop TRANSFER DAMAGED',
      severity: 'critical',
      events: [
        {
          change: 'opened',
          kind: 'job',
          name: 'lyon/shop',
          opened_at: '2026-06-20T20:00:00Z',
          severity_before: 'ok',
          severity: 'critical',
          recovered: null,
          jobs: [
            {
              job: 'lyon/shop',
              status: 'TRANSFER_INTEGRITY_FAILED',
              severity: 'critical',
              reason: 'hash_differs',
              message: 'SHA-256 differs from the one reported',
              since: '2026-06-20T20:30:00Z',
              cycle: '2026-06-20T19:00:00Z',
              deadline: '2026-06-20T20:30:00Z',
              expected: damaged.expected,
              found: damaged.found,
              last_healthy: null,
              advice: damaged.advice,
              command: 'backupmon status lyon/shop',
            },
          ],
          job_count: 1,
          flapping: false,
        },
      ],
      event_count: 1,
    }));

  it('tells an end from a recovery', () => {
    const recovered = (item: LetterItem): unknown =>
      (letterDocument(alarm(item)) as { events: { recovered: unknown }[] }).events[0]?.recovered;
    assert.equal(recovered(recovery), true);
    assert.equal(recovered(letterItem([job], { change: 'ended' })), false);
  });

  it('holds whatever agents write, and is safe to print', () => {
    const forbidden = /(?!\n)[\p{Cc}\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}\u2028\u2029]/u;
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary', maxLength: 50 }),
          fc.constantFrom(...Object.values(nasty)),
        ),
        (hostile) => {
          for (const document of letterDocuments(hostile)) {
            const written = toJson(document);
            assert.doesNotMatch(written, forbidden);
            assert.deepEqual(JSON.parse(written), JSON.parse(JSON.stringify(document)));
            // The reason is ours, a word in snake_case: here it is the agent's text like everything else.
            const named = JSON.stringify(document, (key, value: unknown) =>
              key === 'reason' ? 'no_report' : value,
            );
            assert.deepEqual(faultsOf(JSON.parse(named) as object), []);
          }
        },
      ),
      { numRuns: 20 },
    );
  });
});

it('a date in the message is read as text', () => {
  const told = text(
    letterItem([
      letterJob('a/b', 'FAILED', { message: 'at 2026-06-20', since: at('2026-06-20T20:59:00Z') }),
    ]),
  );
  assert.match(told, /What happened: at 2026-06-20$/m);
});
