/** backupmon-states(7) and docs/states.md say of every status and reason what the catalogue says, and more. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it, test } from 'node:test';
import { statesFile } from '../../scripts/generate-manual.ts';
import { statesDocument } from '../../scripts/manual/document.ts';
import { blockedTexts } from '../../scripts/manual/states/blocked.ts';
import { reasonsOf } from '../../scripts/manual/states/reasons.ts';
import { statusTexts } from '../../scripts/manual/states/statuses.ts';
import { contentReasons } from '../../src/core/content.ts';
import { incidentKinds, stepKinds } from '../../src/core/incident.ts';
import { reasons } from '../../src/core/reasons.ts';
import { refusalReasons } from '../../src/core/report.ts';
import { cycleStates } from '../../src/core/standing.ts';
import { adviceFor, assurances, catalogue, severities, statuses } from '../../src/core/statuses.ts';
import { meaning } from '../../src/files/trouble.ts';
import { flowing, needsMandoc, read } from './support.ts';

test('docs/states.md is up to date: else run node scripts/generate-manual.ts --docs', () => {
  assert.equal(readFileSync(statesFile, 'utf8'), statesDocument());
});

test('every reason follows some status, and is listed with what it says', () => {
  const told = new Set(statuses.flatMap((status) => reasonsOf(status).map(({ reason }) => reason)));
  assert.deepEqual([...told].toSorted(), Object.keys(reasons).toSorted());
  const document = statesDocument().replaceAll(/ +/gu, ' ');
  for (const [reason, says] of Object.entries(reasons))
    assert.ok(document.includes(`| \`${reason}\` | ${says} |`), reason);
});

test('reasons follow the statuses that the program gives them', () => {
  const namesOf = (status: (typeof statuses)[number]) =>
    reasonsOf(status).map(({ reason }) => reason);
  assert.deepEqual(namesOf('CONTENT_INVALID').toSorted(), contentReasons.toSorted());
  assert.deepEqual(namesOf('REPORT_REFUSED').toSorted(), refusalReasons.toSorted());
});

test('the names of errors that block jobs are those that the program knows in words', () => {
  const words = blockedTexts.flatMap((one) => one.words);
  const unnamed = new Set(['enomem', 'eagain']);
  for (const word of words)
    if (!unnamed.has(word)) assert.notEqual(meaning(word.toUpperCase()), word.toUpperCase(), word);
});

describe('backupmon-states(7)', needsMandoc, () => {
  const text = needsMandoc.skip === undefined ? read('backupmon-states.7') : '';

  const sectionOf = (title: string): string => {
    const from = text.search(new RegExp(`^ {0,3}${title}$`, 'mu'));
    assert.ok(from >= 0, title);
    const rest = text.slice(from + title.length + 3);
    const end = rest.search(/^ {0,3}[A-Z]/mu);
    return flowing(end < 0 ? rest : rest.slice(0, end));
  };

  for (const status of statuses)
    it(`says of ${status} what it means, what is safe and what to do`, () => {
      const section = sectionOf(status);
      const { label, severity, advice } = catalogue[status];
      assert.ok(section.includes(`Severity: ${severity}`));
      assert.ok(section.includes(`Shown as "${label}".`));
      const shown = advice.split(/[{`:]/u)[0] ?? '';
      assert.ok(section.includes(shown.trim()), advice);
      assert.match(section, /Safe: [^]* Do: [^]* Reasons: /u);
      const { means } = statusTexts[status];
      assert.ok(section.includes(means.split(/[`(]/u)[0]?.trim() ?? ''));
    });

  for (const status of statuses)
    it(`says of each reason of ${status} what to do`, () => {
      const section = sectionOf(status);
      const starts = reasonsOf(status).map(({ reason }) =>
        section.search(new RegExp(` ${reason} (?=[A-Z])`, 'u')),
      );
      assert.deepEqual(
        starts,
        starts.toSorted((left, right) => left - right),
      );
      for (const [index, start] of starts.entries()) {
        assert.ok(start >= 0);
        assert.match(section.slice(start, starts[index + 1]), / Do: \S/u);
      }
    });

  it('says what the advice for a reason is where it is another than that of the status', () => {
    const section = sectionOf('MISSING');
    for (const reason of ['version_lost', 'not_judged'])
      assert.ok(section.includes(adviceFor('MISSING', reason)), reason);
  });

  it('lists states of cycles, assurances, incidents and what becomes of them', () => {
    const words = [...cycleStates, ...assurances, ...incidentKinds, ...stepKinds, 'reminder'];
    for (const word of [...words, ...severities])
      assert.match(text, new RegExp(`^ +${word} `, 'mu'), word);
  });
});
