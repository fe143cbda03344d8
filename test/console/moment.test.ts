import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { moveTo } from '../../src/console/moment.ts';
import type { LogPosition } from '../../src/contract.ts';

const from = '2026-11-20T22:00:05.250Z';
const to = '2026-11-22T03:00:00.000Z';

const log: LogPosition = {
  index: 1,
  count: 9,
  startsAt: Date.parse(from),
  endsAt: Date.parse(to),
  speed: 0,
};

const at = Date.parse('2026-11-21T12:00:00Z');

const jumpsTo = (text: string): string | null => {
  const move = moveTo(text, at, log);
  return typeof move === 'string' || move.do !== 'jump' ? null : new Date(move.time).toISOString();
};

describe('a time in a log', () => {
  test.each([
    ['start', from],
    ['end', to],
    ['12:05', '2026-11-21T12:05:00.000Z'],
    ['9:05:06', '2026-11-21T09:05:06.000Z'],
    ['12:05:06.789', '2026-11-21T12:05:06.789Z'],
    ['23:00', '2026-11-21T23:00:00.000Z'],
    // Today it is later than the log goes, or earlier than it begins.
    ['2026-11-20 23:00', '2026-11-20T23:00:00.000Z'],
    ['2026-11-22T01:02:03Z', '2026-11-22T01:02:03.000Z'],
    ['2026-11-21T01:02:03.004Z', '2026-11-21T01:02:03.004Z'],
    ['2026-11-22', '2026-11-22T00:00:00.000Z'],
    // The second, the minute and the day in which it begins.
    ['2026-11-20 22:00:05', from],
    ['2026-11-20 22:00', from],
    ['2026-11-20', from],
  ])('is found: %s', (text, time) => {
    expect(jumpsTo(text)).toBe(time);
  });

  test('without a day is the nearest one that the log has', () => {
    const late = { ...log, startsAt: at, endsAt: at + 3_600_000 };
    const tomorrow = Date.parse('2026-11-21T23:59:00Z');
    const night = { ...log, startsAt: tomorrow, endsAt: tomorrow + 3_600_000 };
    expect(moveTo('12:30', at, late)).toEqual({ do: 'jump', time: at + 1_800_000 });
    expect(moveTo('0:30', tomorrow, night)).toEqual({ do: 'jump', time: tomorrow + 31 * 60_000 });
  });

  test.each([
    ['+5m', 300_000],
    ['-90', -90_000],
    ['+1.5h', 5_400_000],
  ])('may be counted from the cursor: %s', (text, byMs) => {
    expect(moveTo(text, at, log)).toEqual({ do: 'skip', byMs });
  });

  test.each([
    '11:60',
    '24:00',
    '1205',
    'noon',
    '',
    '+',
    '+5x',
    '2026-02-30 12:00',
    '12:05 am',
    'Z',
  ])('that is none says what would be one: %j', (text) => {
    expect(moveTo(text, at, log)).toMatch(/^at takes a time: at 12:05/);
  });

  test.each(['2026-11-20 21:59', '2026-11-22 03:01', '2027-01-01'])(
    'that the log does not have says which ones it has: %s',
    (text) => {
      expect(moveTo(text, at, log)).toBe(
        'the log goes from 2026-11-20 22:00:05 to 2026-11-22 03:00:00',
      );
    },
  );

  test('is never outside the log, whatever is typed', () => {
    const typed = fc.oneof(
      fc.string({ maxLength: 30 }),
      fc.stringMatching(/^(2026-11-2\d )?\d?\d:\d\d(:\d\d)?$/),
    );
    fc.assert(
      fc.property(typed, fc.integer({ min: log.startsAt, max: log.endsAt }), (text, now) => {
        const move = moveTo(text, now, log);
        const time = typeof move === 'object' && move.do === 'jump' ? move.time : now;
        expect(time).toBeGreaterThanOrEqual(log.startsAt);
        expect(time).toBeLessThanOrEqual(log.endsAt);
      }),
    );
  });
});
