import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dayOf, formatDate, midnight } from '../../src/console/calendar.ts';

const instants = fc
  .date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true })
  .map((date) => date.getTime());

describe('a date', () => {
  test('is that of the calendar, whatever the year', () => {
    fc.assert(
      fc.property(instants, (at) => {
        const day = new Date(at).toISOString().slice(0, 10);
        expect(formatDate(at)).toBe(day);
        expect(dayOf(day)).toBe(Date.parse(`${day}T00:00:00Z`));
        expect(midnight(at)).toBe(dayOf(day));
      }),
    );
  });

  test.each(['2026-02-29', '2026-13-01', '2026-00-10', '2026-04-31', '1900-02-29', '26-1-1', ''])(
    'that does not exist is none: %j',
    (text) => {
      expect(dayOf(text)).toBeNull();
    },
  );

  test.each(['2024-02-29', '2000-02-29', '1970-01-01'])('that exists is one: %s', (text) => {
    expect(formatDate(dayOf(text) ?? Number.NaN)).toBe(text);
  });
});
