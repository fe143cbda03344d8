import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RefusalPace } from '../../src/core/refusal-pace.ts';

const MOST_MS = 5_000;
const TOO_SOON_MS = 4_000;

/** Refusals in the order of time: how long after the one before, and of whom. */
const refusals = fc.array(
  fc.record({
    afterMs: fc.oneof(fc.nat(300), fc.nat(TOO_SOON_MS + MOST_MS + 2_000)),
    origin: fc.constantFrom('a', 'b', 'c'),
  }),
  { maxLength: 60 },
);

describe('the pace of refusals', () => {
  it('never holds the first, never shrinks for one who comes back too soon, and is bounded', () => {
    fc.assert(
      fc.property(refusals, fc.integer({ min: 10, max: 60_000 }), (all, mostMs) => {
        const pace = new RefusalPace(mostMs);
        const last = new Map<string, { holdMs: number; forgetAt: number }>();
        let now = 0;
        for (const { afterMs, origin } of all) {
          now += afterMs;
          const holdMs = pace.next(origin, now);
          const before = last.get(origin);
          const isFirst = before === undefined || now >= before.forgetAt;
          expect(holdMs > 0).toBe(!isFirst);
          expect(holdMs).toBeGreaterThanOrEqual(isFirst ? 0 : before.holdMs);
          expect(holdMs).toBeLessThanOrEqual(mostMs);
          last.set(origin, { holdMs, forgetAt: now + holdMs + TOO_SOON_MS });
        }
      }),
    );
  });

  it('of one origin does not depend on what others do', () => {
    fc.assert(
      fc.property(refusals, (all) => {
        const together = new RefusalPace(MOST_MS);
        const alone = new RefusalPace(MOST_MS);
        let now = 0;
        const times = all.map(({ afterMs, origin }) => {
          now += afterMs;
          return { origin, now, holdMs: together.next(origin, now) };
        });
        const own = times.filter(({ origin }) => origin === 'a');
        expect(own.map((one) => alone.next('a', one.now))).toEqual(own.map((one) => one.holdMs));
      }),
    );
  });

  it('doubles from a sixteenth of the longest', () => {
    const pace = new RefusalPace(MOST_MS);
    const held = Array.from({ length: 8 }, () => pace.next('a', 0));
    expect(held).toEqual([0, 313, 625, 1_250, 2_500, 5_000, 5_000, 5_000]);
  });

  it('begins anew after a quiet time, which begins when the refusal is due', () => {
    const pace = new RefusalPace(MOST_MS);
    expect(pace.next('a', 0)).toBe(0);
    expect(pace.next('a', 3_999)).toBe(313);
    expect(pace.next('a', 3_999 + 313 + 3_999)).toBe(625);
    expect(pace.next('a', 3_999 + 313 + 3_999 + 625 + 4_000)).toBe(0);
  });

  it('remembers 4,096 origins and forgets the one refused longest ago first', () => {
    const pace = new RefusalPace(MOST_MS);
    for (let nth = 0; nth < 10_000; nth += 1) {
      pace.next(`${nth}`, 0);
      expect(pace.size).toBeLessThanOrEqual(4_096);
    }
    expect(pace.size).toBe(4_096);
    expect(pace.next('9999', 0)).toBe(313);
    expect(pace.next(`${10_000 - 4_096}`, 0)).toBe(313);
    expect(pace.next('0', 0)).toBe(0);
  });

  it('keeps nobody whose quiet time is over', () => {
    const pace = new RefusalPace(MOST_MS);
    for (let nth = 0; nth < 100; nth += 1) pace.next(`${nth}`, nth);
    pace.next('new', 10_000);
    expect(pace.size).toBe(1);
  });
});
