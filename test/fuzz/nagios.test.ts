/** What Nagios reads: one answer with one `|`, plain ASCII, and a word that agrees with the exit code. */
import assert from 'node:assert/strict';
import { exitCodes } from '../../src/cli/context.ts';
import { severities, statuses } from '../../src/core/statuses.ts';
import { renderNagios, renderNagiosUnknown } from '../../src/render/nagios.ts';
import type { JobView, StatusView } from '../../src/render/views.ts';
import { nasty } from '../render/hostile.ts';
import { job, jobView, now, standing, statusView } from '../render/support.ts';
import { fuzz } from './inputs.ts';
import { type Random, words } from './random.ts';

const texts = Object.values(nasty);
const pieces = [
  ...words(
    `| || 'a'=1;;;0 | a=1 $USER1$ $(id) \`id\` <b> > ; & % %0A \\n \\r \\x07 OK CRITICAL BACKUPMON - ... é ß 漢`,
  ),
  ...'\n¦\r\n¦\0¦\u001b[31m¦\u0085¦\u2028¦｜¦￨¦❘¦\u01c0¦\u202e¦ ¦  ¦\t'.split('¦'),
];

const anyText = (random: Random): string =>
  random.once(3)
    ? random.pick(texts)
    : random.list(12, () => (random.once(5) ? random.text(6) : random.pick(pieces))).join('');

function anyStatus(random: Random): StatusView {
  const jobs = random.list(random.pick([1, 4, 30]), (): JobView => {
    const view = jobView('paris/compta', random.pick(statuses));
    const severity = random.once(4) ? random.pick(severities) : view.standing.severity;
    const id = anyText(random);
    return {
      ...view,
      job: job('paris/compta', { id }),
      standing: standing({ message: anyText(random), reason: anyText(random), severity }, view),
    };
  });
  const view = statusView(jobs, {
    site: anyText(random),
    scanOverdue: random.once(4) ? anyText(random) : null,
    notes: [anyText(random)],
    lastScan: random.once(4)
      ? null
      : { startedAt: now + random.between(-1e9, 1e9), finishedAt: null, exitCode: 0 },
  });
  return view.scanOverdue === null ? view : { ...view, severity: 'critical' };
}

const codes: Readonly<Record<string, number>> = { OK: 0, WARNING: 1, CRITICAL: 2 };

fuzz('nagios: any names and messages', anyStatus, (view) => {
  const answer = renderNagios(view);
  assert.ok(Buffer.byteLength(answer) <= 1023 && answer.endsWith('\n'));
  assert.match(answer, /^[\n -~]*$/);
  const [first = '', ...others] = answer.slice(0, -1).split('\n');
  const found = /^BACKUPMON (OK|WARNING|CRITICAL) - ([^|]+) \|((?: [a-z_]+=\d+s?;;;0)+)$/.exec(
    first,
  );
  assert.ok(found !== null, first);
  assert.equal(codes[found[1] ?? ''], exitCodes[view.severity]);
  assert.ok(first.indexOf(' |') < 80);
  const data = Object.fromEntries(
    (found[3] ?? '')
      .trim()
      .split(' ')
      .map((one) => one.split(';')[0]?.split('=') as [string, string]),
  );
  for (const [name, count] of Object.entries(view.summary)) assert.equal(data[name], String(count));
  assert.equal('last_scan_age' in data, view.lastScan !== null);
  const problems = view.jobs.filter(
    ({ standing: { severity } }) => severity === 'critical' || severity === 'warning',
  );
  for (const line of others) {
    assert.doesNotMatch(line, /[|`$<>]/);
    assert.match(line, /^(?:CRITICAL|WARNING) |^\.\.\. and \d+ more$/);
    assert.ok(line.length <= 200);
  }
  assert.ok(others.length <= problems.length + 1);
});

fuzz('nagios: no answer', anyText, (text) => {
  assert.match(renderNagiosUnknown(text), /^BACKUPMON UNKNOWN -[ -{}~]{0,65}\n$/);
});
