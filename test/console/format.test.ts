import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  clockOf,
  formatAge,
  formatBytes,
  formatClock,
  formatCount,
  formatLeft,
  formatLimit,
  formatRtt,
  formatSlots,
  formatUptime,
  minutesLeft,
  plural,
  secondsLeft,
} from '../../src/console/format.ts';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

describe('formats', () => {
  it.each([
    [0, '0s'],
    [12.9 * second, '12s'],
    [4 * minute + 3 * second, '4m03s'],
    [2 * hour + 10 * minute, '2h10m'],
    [3 * day + 4 * hour, '3d04h'],
    [412 * day, '412d'],
  ])('an age of %d ms as %s', (ms, text) => expect(formatAge(ms)).toBe(text));

  it.each([
    [null, '--'],
    [0, '0ms'],
    [0.2, '<1ms'],
    [38.4, '38ms'],
    [999.4, '999ms'],
    [1240, '1.2s'],
    [48_000, '48s'],
  ])('a round trip of %s ms as %s', (ms, text) => expect(formatRtt(ms)).toBe(text));

  it.each([
    [0, '-'],
    [312, '312B'],
    [4200, '4.1K'],
    [319_488, '312K'],
    [3_145_728, '3.0M'],
    [1_074_000_000, '1.0G'],
    [5e15, '4547T'],
  ])('%d bytes as %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text));

  it.each([
    [45_000, '45s'],
    [60_000, '60s'],
    [90_000, '90s'],
    [150_000, '150s'],
    [600_000, '10m'],
    [3000, '3.0s'],
  ])('a limit of %d ms as %s', (ms, text) => expect(formatLimit(ms)).toBe(text));

  it.each([
    [37_000, 45_000, '37s'],
    [36_001, 45_000, '37s'],
    [0, 45_000, '0s'],
    [1_210, 3000, '1.3s'],
    [2_000_000, 3_000_000, '34m'],
  ])('%d ms left of %d as %s', (ms, timeout, text) => expect(formatLeft(ms, timeout)).toBe(text));

  it('seconds and minutes to count down from, for times of which one is the other and so many', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1e9, noNaN: true }),
        fc.integer({ min: 0, max: 600 }),
        (now, count) => {
          expect(secondsLeft(now + count * second - now)).toBe(count);
          expect(minutesLeft(now + count * minute - now)).toBe(count);
          expect(secondsLeft(now + count * second - 1 - now)).toBe(count);
          expect(secondsLeft(now + count * second + 1 - now)).toBe(count + 1);
        },
      ),
    );
    expect([secondsLeft(-1500), minutesLeft(-1)]).toEqual([0, 0]);
    expect(formatLeft(1e6 / 3 + 45_000 - 1e6 / 3, 45_000)).toBe('45s');
  });

  it.each([
    [11 * minute + 58 * second, '11:58'],
    [8 * second, '0:08'],
    [hour + 11 * minute + 58 * second, '1:11:58'],
    [3 * day + hour + 11 * minute, '3d 01:11'],
  ])('an uptime of %d ms as %s', (ms, text) => expect(formatUptime(ms)).toBe(text));

  it('the time of day in UTC, from an instant and from an event', () => {
    expect(formatClock(Date.parse('2026-11-21T12:05:10.900Z'))).toBe('12:05:10');
    expect(clockOf('2026-11-21T12:05:10.900Z')).toBe('12:05:10');
  });

  it('counts with their nouns', () => {
    expect([plural(1, 'viewer'), plural(49, 'viewer')]).toEqual(['1 viewer', '49 viewers']);
    expect([formatCount(9999), formatCount(12_500), formatSlots(3, 8)]).toEqual([
      '9999',
      '12k',
      '3/8',
    ]);
  });

  it('every number within its width', () => {
    const size = fc.double({ min: 0, max: 1e14, noNaN: true });
    fc.assert(
      fc.property(size, fc.nat({ max: 100_000 }), (value, count) => {
        expect(formatAge(value % (9000 * day)).length).toBeLessThanOrEqual(6);
        expect(formatRtt(value).length).toBeLessThanOrEqual(5);
        expect(formatBytes(Math.round(value)).length).toBeLessThanOrEqual(5);
        expect(formatLeft(value % hour, hour).length).toBeLessThanOrEqual(4);
        expect(formatLeft(value % 9999, 9999).length).toBeLessThanOrEqual(5);
        expect(formatSlots(count, count).length).toBeLessThanOrEqual(9);
      }),
    );
  });
});
