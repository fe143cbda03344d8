import { describe, expect, it } from 'vitest';
import { RollingCount } from '../../src/core/rolling-count.ts';

const MINUTE = 60_000;

describe('RollingCount', () => {
  it('counts nothing at first', () => {
    expect(new RollingCount().count(123_456)).toBe(0);
  });

  it('counts what happened in the last five minutes', () => {
    const count = new RollingCount();
    count.add(0);
    count.add(MINUTE);
    count.add(MINUTE);
    count.add(4 * MINUTE);
    expect(count.count(4 * MINUTE)).toBe(4);
    expect(count.count(5 * MINUTE)).toBe(3);
    expect(count.count(6 * MINUTE)).toBe(1);
    expect(count.count(9 * MINUTE)).toBe(0);
  });

  it('starts anew after a pause of any length', () => {
    const count = new RollingCount();
    count.add(1_000);
    expect(count.count(1e12)).toBe(0);
    count.add(1e12);
    expect(count.count(1e12)).toBe(1);
  });

  it('forgets for good: looking late and looking often give the same', () => {
    const often = new RollingCount();
    const late = new RollingCount();
    for (let now = 0; now <= 10 * MINUTE; now += 7_000) {
      often.add(now);
      late.add(now);
      often.count(now + 3_000);
    }
    expect(often.count(11 * MINUTE)).toBe(late.count(11 * MINUTE));
  });
});
