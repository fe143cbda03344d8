import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planOf, RESERVED, RESERVED_CAP, roundsOf, type Step } from './plan.ts';

const seeds = fc.integer({ min: 0, max: 999_999_999 });
const lengths = fc.integer({ min: 1_000, max: 30_000 });

const GOOD = new Set(['healthy', 'resident']);

const views = (steps: readonly Step[]) =>
  steps.flatMap((step) => (step.do === 'view' ? [step] : []));

describe('the plan of a soak', () => {
  it('is the same for the same seed, and another for another', () => {
    expect(planOf(7, 5_000)).toEqual(planOf(7, 5_000));
    expect(planOf(7, 5_000)).not.toEqual(planOf(8, 5_000));
  });

  it('has its steps in order and within its time', () => {
    fc.assert(
      fc.property(seeds, lengths, (seed, forMs) => {
        const times = planOf(seed, forMs).map(({ at }) => at);
        expect(times).toEqual(times.toSorted((a, b) => a - b));
        expect(times.every((at) => at >= 0 && at < forMs)).toBe(true);
      }),
      { numRuns: 20 },
    );
  });

  it('has a slot for every good viewer at any time', () => {
    fc.assert(
      fc.property(seeds, lengths, (seed, forMs) => {
        const good = views(planOf(seed, forMs)).filter(({ as }) => GOOD.has(as));
        for (const { session, at } of good) {
          const here = good.filter(
            (one) => one.session === session && one.at <= at && at < one.at + one.forMs + 1_500,
          );
          expect(here.length).toBeLessThanOrEqual(RESERVED_CAP);
          expect(RESERVED).toContain(session);
        }
      }),
      { numRuns: 20 },
    );
  });

  it('brings every kind of misbehaviour in minutes', () => {
    const kinds = new Set(planOf(1, 180_000).map((step) => ('as' in step ? step.as : step.do)));
    expect(kinds.size).toBe(25 + 9 + 2);
  });
});

describe('the rounds of a soak', () => {
  it('warm up for a fifth of the time, or for 20 s, and never for most of it', () => {
    expect(roundsOf(600_000)).toEqual({ warmUpMs: 120_000, roundMs: 120_000, rounds: 4 });
    expect(roundsOf(60_000).warmUpMs).toBe(20_000);
    expect(roundsOf(10_000)).toEqual({ warmUpMs: 4_000, roundMs: 6_000, rounds: 1 });
  });
});
