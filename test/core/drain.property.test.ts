import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drainLeftMs, type DrainPlan, mayStay, nextGoesAt } from '../../src/core/drain.ts';

const plan: fc.Arbitrary<DrainPlan> = fc.record({
  since: fc.integer({ min: 0, max: 1_000_000 }),
  windowMs: fc.integer({ min: 0, max: 86_400_000 }),
  viewers: fc.integer({ min: 0, max: 50_000 }),
});
const part = fc.double({ min: 0, max: 1.2, noNaN: true });
const at = ({ since, windowMs }: DrainPlan, where: number): number => since + windowMs * where;

describe('how many may stay', () => {
  it('are all at the beginning, unless the window is 0, and nobody at the end', () => {
    fc.assert(
      fc.property(plan, (one) => {
        expect(mayStay(one, one.since)).toBe(one.windowMs === 0 ? 0 : one.viewers);
        expect(mayStay(one, one.since + one.windowMs)).toBe(0);
      }),
    );
  });

  it('are never more than a moment before', () => {
    fc.assert(
      fc.property(plan, part, part, (one, a, b) => {
        const [first, second] = a < b ? [a, b] : [b, a];
        expect(mayStay(one, at(one, second))).toBeLessThanOrEqual(mayStay(one, at(one, first)));
      }),
    );
  });

  it('go evenly: to within one viewer, the part that is gone is the part of the time', () => {
    fc.assert(
      fc.property(plan, part, (one, where) => {
        fc.pre(one.windowMs > 0);
        const gone = one.viewers - mayStay(one, at(one, where));
        const due = one.viewers * Math.min(1, where);
        expect(gone).toBeLessThanOrEqual(due + 1e-6);
        expect(gone).toBeGreaterThan(due - 1 - 1e-6);
      }),
    );
  });

  it('are as many before the window has begun as at its beginning', () => {
    const one = { since: 100, windowMs: 1_000, viewers: 4 };
    expect([mayStay(one, 50), drainLeftMs(one, 50)]).toEqual([4, 1_000]);
  });
});

describe('the time at which the next one goes', () => {
  it('is neither past nor beyond the window, and null only where nobody is', () => {
    fc.assert(
      fc.property(plan, fc.integer({ min: 0, max: 60_000 }), part, (one, present, where) => {
        const now = at(one, where);
        const next = nextGoesAt(one, present, now);
        expect(next === null).toBe(present === 0);
        if (next === null) return;
        expect(next).toBeGreaterThanOrEqual(now);
        expect(next).toBeLessThanOrEqual(Math.max(now, one.since + one.windowMs));
      }),
    );
  });

  it('is the first moment at which fewer may stay than are there', () => {
    fc.assert(
      fc.property(plan, part, fc.double({ min: 0, max: 1, noNaN: true }), (one, where, share) => {
        fc.pre(one.windowMs > 0 && one.viewers > 0);
        const now = at(one, where);
        const present = Math.max(1, Math.round(mayStay(one, now) * share));
        fc.pre(present <= mayStay(one, now));
        const next = nextGoesAt(one, present, now) ?? Number.NaN;
        // A millisecond of leeway either way: these are divisions.
        expect(mayStay(one, next + 1)).toBeLessThan(present);
        expect(mayStay(one, Math.max(now, next - 1))).toBeGreaterThanOrEqual(present);
      }),
    );
  });
});

describe('a drain that is carried out whenever the next one has to go', () => {
  it('sends everybody away within the window, each in a share of it of its own', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 200 }),
        fc.integer({ min: 1_000, max: 100_000 }),
        (viewers, windowMs) => {
          const one = { since: 0, windowMs, viewers };
          const gone: number[] = [];
          let now = 0;
          for (let left = viewers; left > 0;) {
            now = Math.max(now + 1, Math.ceil(nextGoesAt(one, left, now) ?? Number.NaN));
            for (; left > mayStay(one, now); left -= 1) gone.push(now);
          }
          expect(gone.at(-1)).toBeLessThanOrEqual(windowMs + 1);
          for (const [index, when] of gone.entries()) {
            const due = (windowMs * (index + 1)) / viewers;
            expect(Math.abs(when - due)).toBeLessThanOrEqual(2);
          }
        },
      ),
    );
  });
});
