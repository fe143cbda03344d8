import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RollingCount } from '../../src/core/rolling-count.ts';

const FIVE_MINUTES = 300_000;
const TEN_SECONDS = 10_000;

/** Mostly small steps, and some that skip many slots or the whole window. */
const steps = fc.array(
  fc.record({
    afterMs: fc.oneof(
      { weight: 4, arbitrary: fc.double({ min: 0, max: 20_000, noNaN: true }) },
      { weight: 1, arbitrary: fc.constantFrom(0, 9_999.999, 10_000, 299_999, 300_000, 300_001) },
      { weight: 1, arbitrary: fc.nat(1_000_000) },
    ),
    adds: fc.nat(3),
  }),
  { maxLength: 60 },
);

describe('a rolling count', () => {
  it('counts the last five minutes to within ten seconds', () => {
    fc.assert(
      fc.property(fc.nat(1e9), steps, (start, list) => {
        const count = new RollingCount();
        const all: number[] = [];
        const since = (at: number): number => all.filter((time) => time > at).length;
        let now = start;
        for (const { afterMs, adds } of list) {
          now += afterMs;
          for (let i = 0; i < adds; i += 1) {
            count.add(now);
            all.push(now);
          }
          const counted = count.count(now);
          expect(counted).toBeLessThanOrEqual(since(now - FIVE_MINUTES));
          expect(counted).toBeGreaterThanOrEqual(since(now - FIVE_MINUTES + TEN_SECONDS));
        }
      }),
      { numRuns: 300 },
    );
  });
});
