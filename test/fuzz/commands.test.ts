/** Commands that people copy out of the output: a shell takes the name of a job as one word, whatever is in it. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { after } from 'node:test';
import { renderJobDetail } from '../../src/render/status-detail.ts';
import { nasty } from '../render/hostile.ts';
import { ascii, detailView, job, jobView, missing, unicode } from '../render/support.ts';
import { fuzz } from './inputs.ts';
import { words } from './random.ts';

const pieces = words(
  `' '' \\ \\' " \` $ $(touch\\u0020x) ; && | > < * ? ! # ~ - a é ’ ‘ “ \u001b' \u009b' \u0007 {job} $& $'`,
);
const wide = { width: 4_000 };

/** What stood behind a command, up to the end of its line: some of it is given to a real shell. */
const commands = new Set<string>();

fuzz(
  'commands: one word for a shell',
  (random) => ({
    id: `paris/${random.once(4) ? random.pick(Object.values(nasty)).slice(0, 100) : random.list(8, () => random.pick(pieces)).join(random.pick(['', ' ']))}`,
    screen: { ...random.pick([unicode, ascii]), ...wide },
  }),
  ({ id, screen }) => {
    const named = { job: job(id, { database: id.slice(6) }) };
    const shown = [
      renderJobDetail(detailView(missing('paris/compta', named)), screen),
      renderJobDetail(detailView(jobView('paris/compta', 'SIZE_ANOMALY', named)), screen),
    ].join('\n');
    const found = [...shown.matchAll(/backupmon (?:promote|status|history) (.*)$/gm)].map(
      ([, rest = '']) => rest,
    );
    assert.ok(found.length > 0, shown);
    for (const rest of found) {
      // A quoted word and what follows it, by the rules of POSIX's single quotes and nothing else.
      assert.match(rest, /^(?:[\w@%+=:,./-]+|(?:'[^']*'|\\')+)(?:$|[ ;,.)])/, rest);
      commands.add(rest);
    }
  },
);

after(() => {
  const some = [...commands]
    .slice(0, 300)
    .map((rest) => /^(?:[\w@%+=:,./-]+|(?:'[^']*'|\\')+)/.exec(rest)?.[0] ?? '');
  const script = some.map((word) => `set -- ${word}; echo $#`).join('\n');
  const said = execFileSync('sh', { input: script, encoding: 'utf8' });
  assert.equal(said, '1\n'.repeat(some.length));
});
