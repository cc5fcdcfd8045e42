/** Hand-made messages, and ways to change them. */
import type {
  AlarmLetter,
  DigestJob,
  DigestLetter,
  Letter,
  LetterItem,
  LetterJob,
  TestLetter,
} from '../../src/core/letter.ts';
import { alarmSubject, digestSubject, itemCounts } from '../../src/core/letter-subject.ts';
import { catalogue, statuses, worst, type Status } from '../../src/core/statuses.ts';
import { at, now, otherSha, sha } from './support.ts';

const hour = 3_600_000;
export const day = 24 * hour;

export function letterJob(
  name = 'paris/compta',
  status: Status = 'MISSING',
  changes: Partial<LetterJob> = {},
): LetterJob {
  return {
    name,
    status,
    severity: catalogue[status].severity,
    reason: 'no_report',
    message: 'due 2026-06-20T19:00:00Z, and no report covers it by 2026-06-20T20:30:00Z',
    since: at('2026-06-20T20:30:00Z'),
    cycle: at('2026-06-20T19:00:00Z'),
    deadline: at('2026-06-20T20:30:00Z'),
    timezone: 'Africa/Douala',
    expected: null,
    found: null,
    lastHealthy: {
      endedAt: at('2026-06-19T18:37:35Z'),
      path: `/srv/validated/${name}/20260619T183735Z/compta.sql.gz`,
      size: 4_386_338,
    },
    advice: catalogue[status].advice.replaceAll('{job}', name),
    command: `backupmon status ${name}`,
    ...changes,
  };
}

export function letterItem(
  jobs: readonly LetterJob[] = [letterJob()],
  changes: Partial<LetterItem> = {},
): LetterItem {
  return {
    change: 'opened',
    kind: 'job',
    name: jobs[0]?.name ?? '',
    openedAt: now,
    before: 'ok',
    after: changes.change === 'ended' ? 'ok' : worst(jobs.map(({ severity }) => severity)),
    jobs,
    jobCount: jobs.length,
    flapping: false,
    ...changes,
  };
}

export const alarm = (...items: readonly LetterItem[]): AlarmLetter => ({
  kind: 'alarm',
  site: 'backup01',
  at: now,
  items,
  itemCount: items.length,
  counts: itemCounts(items),
  subject: alarmSubject('backup01', items),
  isReply: false,
});

/** Other bytes than reported. */
export const damaged = letterJob('lyon/shop', 'TRANSFER_INTEGRITY_FAILED', {
  reason: 'hash_differs',
  message: 'SHA-256 differs from the one reported',
  timezone: 'UTC',
  expected: { size: 4_386_338, sha256: sha },
  found: { size: 4_386_300, sha256: otherSha },
  lastHealthy: null,
});

const held = letterJob('lyon/wiki', 'SIZE_ANOMALY', {
  reason: 'too_small',
  message: '900 KiB; the job’s history allows 2.0 MiB to 5.9 MiB',
  timezone: 'Europe/Paris',
  expected: { size: 921_600, sha256: sha },
  found: { size: 921_600, sha256: sha },
});

export const recovery = letterItem(
  [
    letterJob('berlin/crm', 'SUCCESS', {
      reason: 'verified',
      message: 'size and SHA-256 as reported; 4.2 MiB',
      since: at('2026-06-20T20:55:00Z'),
      advice: '',
    }),
  ],
  { change: 'ended', before: 'critical', openedAt: now - 2 * day - 3 * hour },
);

/** Two that are wrong, one that is well again. */
export const mixed = alarm(letterItem([damaged]), letterItem([held]), recovery);

export const manyJobs = (count: number): LetterJob[] =>
  Array.from({ length: count }, (_, index) => {
    const name = `paris/db${String(index + 1).padStart(2, '0')}`;
    const changes = { command: 'backupmon status paris' };
    return letterJob(name, 'MISSING', index === 6 ? { ...changes, lastHealthy: null } : changes);
  });

export const silent = letterItem(manyJobs(40), { kind: 'silent', name: 'paris' });

export const blocked = letterItem(
  ['paris/compta', 'paris/crm', 'lyon/shop'].map((name) =>
    letterJob(name, 'SUCCESS', {
      reason: 'enospc',
      message: 'No space left on device',
      cycle: null,
      deadline: null,
      advice: 'Mend what blocks it: the report stays, and the next scan judges it.',
      command: 'backupmon status',
    }),
  ),
  { kind: 'blocked', name: '', after: 'critical' },
);

export const digestJob = (
  name: string,
  status: Status = 'SUCCESS',
  changes: Partial<DigestJob> = {},
): DigestJob => ({
  name,
  status,
  severity: catalogue[status].severity,
  since: at('2026-06-20T18:40:00Z'),
  size: 4_386_338,
  sizes: [2_000_000, 2_300_000, 2_900_000, 3_300_000, 3_900_000, 4_386_338],
  versions: 12,
  lastSuccessAt: at('2026-06-20T18:37:35Z'),
  nextDue: at('2026-06-21T19:00:00Z'),
  held: null,
  blocked: null,
  snoozedUntil: null,
  ...changes,
});

export function digest(
  jobs: readonly DigestJob[],
  changes: Partial<DigestLetter> = {},
): DigestLetter {
  const count = (severity: string): number =>
    jobs.filter((job) => job.severity === severity).length;
  const letter = {
    kind: 'digest' as const,
    site: 'backup01',
    at: now,
    since: now - day,
    timezone: 'Europe/Paris',
    summary: {
      total: jobs.length,
      ok: count('ok'),
      pending: count('pending'),
      warning: count('warning'),
      critical: count('critical'),
    },
    jobs,
    jobCount: jobs.length,
    published: 9,
    pruned: 4,
    scans: 96,
    undelivered: 0,
    doubtful: {
      blocked: jobs.filter((job) => job.blocked !== null).length,
      held: jobs.filter((job) => job.held !== null).length,
      refused: 0,
    },
    ...changes,
  };
  return { ...letter, subject: digestSubject(letter) };
}

export const twelve: readonly DigestJob[] = [
  digestJob('paris/compta', 'MISSING', {
    lastSuccessAt: at('2026-06-18T18:37:35Z'),
    nextDue: at('2026-06-20T19:00:00Z'),
    snoozedUntil: at('2026-06-21T08:00:00Z'),
  }),
  digestJob('lyon/shop', 'TRANSFER_INTEGRITY_FAILED', {
    size: null,
    sizes: [],
    versions: 0,
    lastSuccessAt: null,
  }),
  digestJob('lyon/wiki', 'SIZE_ANOMALY', {
    sizes: [4_000_000, 4_100_000, 4_000_000, 900_000],
    held: {
      size: 921_600,
      heldAt: at('2026-06-20T18:45:00Z'),
      path: '/srv/validated/.held/lyon/wiki/wiki.sql.gz',
    },
  }),
  digestJob('berlin/new', 'UNKNOWN', {
    size: null,
    sizes: [],
    versions: 0,
    lastSuccessAt: null,
  }),
  digestJob('berlin/crm', 'SUCCESS', { blocked: 'No space left on device (enospc)' }),
  ...['erp', 'hr', 'mail', 'shop', 'stock', 'web', 'wiki'].map((name, index) =>
    digestJob(`nantes/${name}`, 'SUCCESS', { size: 4_386_338 * (index + 1) ** 3 }),
  ),
];

export const test: TestLetter = {
  kind: 'test',
  site: 'backup01',
  at: now,
  way: 'email',
  subject: '[backupmon backup01] test',
};

/** The same text in every place that takes one. */
export function hostileLetters(text: string): Letter[] {
  const named = { name: text, site: text, subject: text, isReply: true };
  const jobs = statuses.map((status) =>
    letterJob(text, status, {
      reason: text,
      message: text,
      expected: { size: 1, sha256: sha },
      found: { size: 2, sha256: otherSha },
      lastHealthy: status === 'FAILED' ? null : { endedAt: now, path: text, size: 7 },
      advice: text,
      command: text,
    }),
  );
  const kinds = ['job', 'silent', 'refused', 'blocked', 'lost'] as const;
  const changes = ['opened', 'worsened', 'changed', 'improved', 'reminder', 'ended'] as const;
  const items = kinds.flatMap((kind) =>
    changes.flatMap((change) =>
      [jobs, jobs.slice(0, 1)].map((list) =>
        letterItem(list, { kind, change, name: text, flapping: true, jobCount: 60 }),
      ),
    ),
  );
  return [
    { ...alarm(...items), ...named },
    ...items.map((item) => ({ ...alarm(item), ...named })),
    {
      ...digest(
        statuses.map((status) =>
          digestJob(text, status, {
            held: { size: 7, heldAt: now, path: text },
            blocked: text,
            snoozedUntil: now,
          }),
        ),
        { jobCount: 600, undelivered: 2 },
      ),
      ...named,
    },
    { ...test, ...named, way: text },
  ];
}
