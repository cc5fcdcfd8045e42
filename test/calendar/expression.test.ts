import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseCron } from '../../src/calendar/occurrences.ts';
import { expressions } from './arbitraries.ts';

const valid = [
  '0 20 * * *',
  '* * * * *',
  '0 13,20 * * 1-6',
  '*/15 0-6/2 1,15 JAN-MAR mon',
  '0 0 * * 7',
  '0 0 * * SAT-SUN',
  '00 08 * * *',
  '  0\t20 *  * * ',
  '0 0 29 2 *',
  '0 0 31 12 *',
  '0 0 30 2 1',
  '0 0 ? * MON',
  '0 0 L * *',
  '0 0 * * 5#2',
];

for (const expression of valid) {
  test(`"${expression}" is valid`, () => assert.equal(parseCron(expression), null));
}

const faults: readonly (readonly [string, RegExp])[] = [
  ['', /5 fields .*not 0/],
  ['   ', /5 fields .*not 0/],
  ['20', /5 fields .*not 1/],
  ['0 20 * *', /5 fields .*not 4/],
  ['0 0 20 * * *', /5 fields .*not 6/],
  ['@daily', /nicknames such as @daily/],
  ['@reboot', /nicknames such as @reboot/],
  ['60 * * * *', /minute field "60" .*0 to 59/],
  ['-1 * * * *', /minute field "-1"/],
  ['5/15 * * * *', /minute field "5\/15" .*1-5\/2/],
  ['*/0 * * * *', /minute field "\*\/0"/],
  ['1, * * * *', /minute field "1,"/],
  ['1.5 * * * *', /minute field "1.5"/],
  ['\u0661 * * * *', /minute field/],
  ['0 24 * * *', /hour field "24" .*0 to 23/],
  ['0 22-6 * * *', /hour field "22-6" .*low to high/],
  ['0 0 0 * *', /day-of-month field "0" .*1 to 31/],
  ['0 0 32 * *', /day-of-month field "32"/],
  ['0 0 * 13 *', /month field "13" .*1 to 12/],
  ['0 0 * foo *', /month field "foo"/],
  ['0 0 * * 8', /day-of-week field "8" .*0 to 7/],
  ['0 0 * * FRI-MON', /day-of-week field "FRI-MON"/],
  ['1 2 3 4 5:30', /day-of-week field "5:30"/],
  ['2026-06-20T18:37:35Z 1 1 1 1', /minute field/],
  ['0 0 30 2 *', /never occurs/],
  ['0 0 31 2,4,6,9,11 *', /never occurs/],
];

for (const [expression, expected] of faults) {
  test(`"${expression}" is wrong, in one plain sentence`, () => {
    const fault = parseCron(expression) ?? assert.fail('accepted');
    assert.match(fault, expected);
    assert.doesNotMatch(fault, /CronPattern|undefined|NaN|\n|\.$/);
  });
}

test('what crontab(5) allows is accepted', () => {
  fc.assert(fc.property(expressions, (expression) => assert.equal(parseCron(expression), null)));
});

test('any text is answered, never thrown at', () => {
  const pieces = fc.constantFrom(
    ...'0123456789*/,-#?+LW@: aMON'.split(''),
    '60',
    ' * ',
    '2026-01-01T00:00',
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 20 }), (parts) => {
      const answer = parseCron(parts.join(''));
      assert.ok(answer === null || answer.length > 10);
    }),
    { numRuns: 2_000 },
  );
});
