import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { toJson } from '../../src/render/json/document.ts';
import { eventObject } from '../../src/render/json/event.ts';
import { doctorDocument } from '../../src/render/json/doctor.ts';
import { historyDocument, passDocument } from '../../src/render/json/events.ts';
import { checkConfigDocument, errorDocument } from '../../src/render/json/problems.ts';
import { statusDocument } from '../../src/render/json/status.ts';
import { documents } from './hostile.ts';
import {
  event,
  historyView,
  jobView,
  missing,
  now,
  otherSha,
  passView,
  sha,
  statusView,
  wholeContent,
} from './support.ts';

interface Schema {
  readonly properties: Readonly<Record<string, unknown>>;
  readonly required: readonly string[];
  readonly $defs?: Readonly<Record<string, unknown>>;
}

const schemaOf = (name: string): Schema =>
  JSON.parse(
    readFileSync(new URL(`../../schemas/${name}.schema.json`, import.meta.url), 'utf8'),
  ) as Schema;

const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true });
const names = [
  'status',
  'scan',
  'promote',
  'history',
  'error',
  'check-config',
  'doctor',
  'event',
] as const;
type Name = (typeof names)[number];
const validators = Object.fromEntries(names.map((name) => [name, ajv.compile(schemaOf(name))]));

/** What the schema finds wrong with the document as it is printed. */
function faultsOf(name: Name, document: object): string[] {
  const validate = validators[name];
  assert.ok(validate);
  validate(JSON.parse(toJson(document)));
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

const heldView = {
  path: '/srv/validated/.held/paris/wiki/wiki.sql.gz',
  size: 900_000,
  sha256: otherSha,
  endedAt: now - 3_600_000,
  heldAt: now - 3_500_000,
  cycles: 2,
};
const crm = { agent: 'paris', names: ['crm', 'old'], count: 120, lastReportedAt: now };
const fault = {
  file: '/etc/backupmon/config.yaml',
  line: 9,
  column: 10,
  path: 'defaults.grace',
  message: '"2 hours" is no duration',
  expected: 'a duration such as 90m',
  suggestion: '2h',
};

const fullStatus = statusDocument(
  statusView(
    [
      jobView('paris/wiki', 'SIZE_ANOMALY', {
        held: heldView,
        blocked: { reason: 'eacces', message: 'cannot read', since: now },
      }),
      missing('lyon/crm'),
    ],
    { unexpected: [crm], notes: ['no links'], scanOverdue: 'no scan for 5h' },
  ),
);

const examples: readonly (readonly [string, Name, object])[] = [
  ['a full status', 'status', fullStatus],
  ['a status before the first scan', 'status', statusDocument(statusView([], { lastScan: null }))],
  [
    'a status while the last scan has no end',
    'status',
    statusDocument(
      statusView([jobView()], { lastScan: { startedAt: now, finishedAt: null, exitCode: null } }),
    ),
  ],
  ['an empty scan', 'scan', passDocument(passView())],
  [
    'a scan',
    'scan',
    passDocument(passView({ events: [event()], unexpected: [crm], notices: ['clock moved back'] })),
  ],
  [
    'a scan that could not judge a job',
    'scan',
    passDocument(
      passView({
        blocked: [{ job: 'paris/crm', reason: 'eacces', since: now, message: 'permission denied' }],
      }),
    ),
  ],
  [
    'a scan that looked into files',
    'scan',
    passDocument(
      passView({
        events: [
          event('SUCCESS', { content: wholeContent }),
          event('CONTENT_INVALID', {
            content: {
              ...wholeContent,
              compression: null,
              kind: null,
              raw: null,
              fingerprint: null,
              fault: { reason: 'stream_cut', message: 'it is cut' },
              shortfall: 'xz is not installed',
              remarks: ['a remark'],
              measures: { tables: null, batches: null },
              lastLine: 'COMMIT',
            },
          }),
        ],
      }),
    ),
  ],
  ['a promotion', 'promote', passDocument(passView({ command: 'promote', events: [event()] }))],
  [
    'a dry run: events have no number',
    'promote',
    passDocument(
      passView({ command: 'promote', dryRun: true, events: [event('FAILED', { id: null })] }),
    ),
  ],
  ['an empty history', 'history', historyDocument(historyView([]))],
  [
    'a history of every kind',
    'history',
    historyDocument(
      historyView(
        [
          event('MISSING', { report: null, file: null, assurance: null, promotedTo: null }),
          event('REPORT_REFUSED', { database: null, cycle: null, report: null, file: null }),
          event('SUCCESS', { operator: 'anna', setAside: 'clock_was_wrong', count: 3 }),
          event('TRANSFER_INTEGRITY_FAILED', {
            file: {
              name: null,
              expected: { size: null, sha256: null },
              found: { size: null, sha256: null },
            },
          }),
        ],
        true,
      ),
    ),
  ],
  ['an event', 'event', eventObject(event())],
  [
    'an error',
    'error',
    errorDocument({ code: 'config_invalid', message: 'x', hint: null, problems: [fault] }),
  ],
  [
    'a checked configuration',
    'check-config',
    checkConfigDocument({ now, ok: true, file: fault.file, problems: [] }),
  ],
  [
    'a machine that was looked at',
    'doctor',
    doctorDocument({
      now,
      file: fault.file,
      site: 'backup01',
      findings: [
        {
          area: 'database',
          subject: '/var/lib/backupmon/backupmon.db',
          severity: 'critical',
          message: 'it does not exist',
          why: 'no scan can run',
          mend: 'backupmon init-db',
        },
        {
          area: 'file_systems',
          subject: '/srv',
          severity: 'ok',
          message: 'x',
          why: null,
          mend: null,
        },
      ],
      suggestions: [
        { agent: 'paris', database: 'crm', schedule: '0 20 * * *', rounds: 4 },
        { agent: 'paris', database: 'old', schedule: null, rounds: 0 },
      ],
    }),
  ],
  [
    'a machine whose configuration is faulty',
    'doctor',
    doctorDocument({ now, file: fault.file, site: null, findings: [], suggestions: [] }),
  ],
  [
    'a faulty configuration',
    'check-config',
    checkConfigDocument({
      now,
      ok: false,
      file: fault.file,
      problems: [{ ...fault, line: null, column: null, expected: null, suggestion: null }],
    }),
  ],
];

describe('JSON documents', () => {
  for (const [title, name, document] of examples) {
    it(`${title} is valid`, () => assert.deepEqual(faultsOf(name, document), []));
  }

  it('names every key in the schema, in the order of the contract', () => {
    for (const [, name, document] of examples) {
      assert.deepEqual(Object.keys(document), Object.keys(schemaOf(name).properties), name);
      assert.deepEqual(schemaOf(name).required, Object.keys(document), name);
    }
  });

  it('is not valid with a key gone, a wrong enum or a wrong schema', () => {
    for (const [title, name, document] of examples) {
      for (const key of Object.keys(document)) {
        const { [key]: _, ...rest } = document as Record<string, unknown>;
        assert.notDeepEqual(faultsOf(name, rest), [], `${title} without ${key}`);
      }
      if (name === 'event') continue;
      assert.notDeepEqual(faultsOf(name, { ...document, schema: 'backupmon.other/1' }), [], title);
    }
    assert.notDeepEqual(faultsOf('status', { ...fullStatus, severity: 'unknown' }), []);
    assert.notDeepEqual(faultsOf('event', { ...eventObject(event()), at: '2026-06-20 20:00' }), []);
    assert.notDeepEqual(faultsOf('event', { ...eventObject(event()), status: 'GOOD' }), []);
  });

  it('has one definition of an event in all schemas', () => {
    const { $defs, ...body } = schemaOf('event') as Schema & Record<string, unknown>;
    const { properties, required } = body;
    for (const name of ['scan', 'promote', 'history'] as const) {
      const definitions = schemaOf(name).$defs ?? {};
      assert.deepEqual(definitions['event'], { type: 'object', properties, required }, name);
      for (const [key, definition] of Object.entries($defs ?? {})) {
        assert.deepEqual(definitions[key], definition, `${name} ${key}`);
      }
    }
  });

  it('refers to nothing outside its own file', () => {
    for (const name of names) {
      const text = JSON.stringify(schemaOf(name));
      for (const [, target] of text.matchAll(/"\$ref":"([^"]*)"/g)) {
        assert.match(target ?? '', /^#\/\$defs\//, name);
      }
    }
  });

  it('holds whatever agents write', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 50 }), (text) => {
        for (const [name, document] of Object.entries(documents(text))) {
          const faults = faultsOf(name as Name, document);
          // The reason is ours, a word in snake_case: here it is the agent's text like everything else.
          assert.deepEqual(
            faults.filter((line) => !/reason must match pattern/.test(line)),
            [],
          );
        }
      }),
      { numRuns: 30 },
    );
  });
});

describe('status --json', () => {
  it('is what the contract shows, key for key', () => {
    const document = statusDocument(statusView([jobView()], { unexpected: [crm] }));
    assert.deepEqual(JSON.parse(toJson(document)), {
      schema: 'backupmon.status/1',
      generated_at: '2026-06-20T21:00:00Z',
      site: 'backup01',
      severity: 'ok',
      summary: { total: 1, ok: 1, warning: 0, pending: 0, critical: 0 },
      last_scan: {
        started_at: '2026-06-20T20:48:00Z',
        finished_at: '2026-06-20T20:48:09Z',
        exit_code: 2,
      },
      jobs: [
        {
          job: 'paris/compta',
          agent: 'paris',
          database: 'compta',
          labels: { city: 'Paris' },
          status: 'SUCCESS',
          severity: 'ok',
          reason: 'verified',
          message: 'size and SHA-256 as reported; 4.2 MiB',
          since: '2026-06-20T18:40:00Z',
          cycle: '2026-06-20T19:00:00Z',
          cycle_state: 'done',
          next_due: '2026-06-21T19:00:00Z',
          deadline: '2026-06-21T20:30:00Z',
          last_success_at: '2026-06-20T18:37:35Z',
          last_success_age: 8545,
          assurance: 'intact',
          size: 4386338,
          sha256: sha,
          path: '/srv/validated/paris/compta/current/compta.sql.gz',
          versions: 1,
          held: null,
          status_cycle: '2026-06-20T19:00:00Z',
          expected: true,
          blocked: null,
          trend: [4000000, 4100000, 4386338],
          deposit_files: 1,
          snoozed: null,
        },
      ],
      unexpected: [
        { agent: 'paris', database: 'crm', last_reported_at: '2026-06-20T21:00:00Z' },
        { agent: 'paris', database: 'old', last_reported_at: '2026-06-20T21:00:00Z' },
      ],
      unexpected_count: 120,
      scan_overdue: null,
      notes: [],
      undelivered: [],
    });
  });

  it('never gives a negative age', () => {
    const document = statusDocument(
      statusView([jobView('a/b', 'SUCCESS', { lastSuccessAt: now + 90_000 })]),
    );
    assert.match(toJson(document), /"last_success_age":0,/);
  });
});

describe('toJson', () => {
  it('escapes what a terminal obeys or hides, and nothing else', () =>
    assert.equal(
      toJson({ a: 'é\u001b\u007f\u009b\u202e\u{e0041}\u2028\ud800', b: [] }),
      '{\n  "a": "é\\u001b\\u007f\\u009b\\u202e\\udb40\\udc41\\u2028\\ud800",\n  "b": []\n}\n',
    ));
});
