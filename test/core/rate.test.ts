import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextRate, Rate } from '../../src/core/rate.ts';

const TICK = 250;

/** The rate after so many ticks of so many bytes each. */
const after = (ticks: number, bytesEach: number, from = new Rate(), start = 0): Rate => {
  for (let tick = 1; tick <= ticks; tick += 1) from.count(start + tick * bytesEach, TICK);
  return from;
};

describe('a rate', () => {
  it('is none before anything was counted', () => {
    expect(new Rate().perSecond).toBe(0);
  });

  it('has come to nine tenths of a steady flow within five seconds', () => {
    const { perSecond } = after(20, 25_000);
    expect(perSecond).toBeGreaterThan(90_000);
    expect(perSecond).toBeLessThanOrEqual(100_000);
  });

  it('fades when the flow ends, and is none after a minute', () => {
    const rate = after(40, 25_000);
    const total = 40 * 25_000;
    after(8, 0, rate, total);
    expect(rate.perSecond).toBeLessThan(40_000);
    expect(rate.perSecond).toBeGreaterThan(30_000);
    after(4 * 58, 0, rate, total);
    expect(rate.perSecond).toBe(0);
  });

  it('does not lose bytes to a count that comes in the same instant', () => {
    const rate = new Rate();
    rate.count(10_000, 0);
    expect(rate.perSecond).toBe(0);
    rate.count(10_000, TICK);
    expect(rate.perSecond).toBeGreaterThan(4_000);
  });
});

const flow = fc.integer({ min: 0, max: 1e9 });
const gap = fc.integer({ min: 1, max: 60_000 });

describe('nextRate', () => {
  it('lies between the rate before and that of the bytes counted', () => {
    fc.assert(
      fc.property(flow, flow, gap, (before, bytes, elapsedMs) => {
        const now = (bytes / elapsedMs) * 1_000;
        const next = nextRate(before, bytes, elapsedMs);
        // Below one byte a second is none.
        expect(next).toBeGreaterThanOrEqual(Math.min(before, now) - 1);
        expect(next).toBeLessThanOrEqual(Math.max(before, now) + 1e-6);
      }),
    );
  });

  it('comes to the same however a steady flow is cut into ticks', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1_000, max: 1e6 }),
        fc.integer({ min: 100, max: 1e6 }),
        fc.array(fc.integer({ min: 1, max: 2_000 }), { minLength: 1, maxLength: 40 }),
        (before, perMs, gaps) => {
          let rate = before;
          for (const elapsedMs of gaps) rate = nextRate(rate, perMs * elapsedMs, elapsedMs);
          const elapsedMs = gaps.reduce((sum, each) => sum + each, 0);
          const whole = nextRate(before, perMs * elapsedMs, elapsedMs);
          expect(rate / whole).toBeCloseTo(1, 9);
        },
      ),
    );
  });
});
