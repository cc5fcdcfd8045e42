/** Random cron expressions that every reader of crontab(5) agrees on, and random zones. */
import fc from 'fast-check';

function part(low: number, high: number): fc.Arbitrary<string> {
  const value = fc.integer({ min: low, max: high });
  const range = fc.tuple(value, value).map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`);
  const step = fc.integer({ min: 1, max: Math.min(high, 15) });
  return fc.oneof(
    { weight: 4, arbitrary: value.map(String) },
    range,
    fc.tuple(range, step).map(([text, length]) => `${text}/${length}`),
  );
}

function field(low: number, high: number, stars: number): fc.Arbitrary<string> {
  const list = fc.array(part(low, high), { minLength: 1, maxLength: 3 });
  return fc.oneof(
    { weight: stars, arbitrary: fc.constant('*') },
    { weight: 1, arbitrary: fc.constantFrom('*/2', '*/3', '*/5') },
    { weight: 4, arbitrary: list.map((parts) => parts.join(',')) },
  );
}

export const expressions: fc.Arbitrary<string> = fc
  .tuple(field(0, 59, 1), field(0, 23, 2), field(1, 28, 6), field(1, 12, 12), field(0, 7, 6))
  .map((fields) => fields.join(' '));

/** Zones whose clocks do something remarkable between 2020 and 2030, each more often than a plain one. */
export const zones: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    'Europe/Paris',
    'America/New_York',
    'Australia/Lord_Howe',
    'Africa/Casablanca',
    'Asia/Tehran',
    'Africa/Cairo',
    'America/Santiago',
    'America/Nuuk',
    'Asia/Gaza',
    'UTC',
  ),
  fc.constantFrom(...Intl.supportedValuesOf('timeZone')),
);
