import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { freePlace, PHASES, phaseOf, turnAfter } from '../../src/core/phases.ts';

const place = fc.nat(2_000);

describe('turns within an interval', () => {
  it('are never more than twice as far from each other as an even spread has them', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: PHASES }), (count) => {
        const phases = Array.from({ length: count }, (_none, at) => phaseOf(at)).toSorted(
          (a, b) => a - b,
        );
        const gaps = phases.map((phase, at) => (phases[at + 1] ?? 1) - phase);
        expect(Math.max(...gaps)).toBeLessThanOrEqual(2 / count);
        expect(Math.min(...gaps)).toBeGreaterThanOrEqual(1 / (2 * count));
      }),
    );
  });

  it('are as many at one time as at another, and at most one more', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 600 }), (count) => {
        const counts = new Map<number, number>();
        for (let at = 0; at < count; at += 1) {
          counts.set(phaseOf(at), (counts.get(phaseOf(at)) ?? 0) + 1);
        }
        expect(counts.size).toBe(Math.min(count, PHASES));
        expect(Math.max(...counts.values()) - Math.min(...counts.values())).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('come once in each interval, and each after the last', () => {
    fc.assert(
      fc.property(place, fc.nat(10_000), fc.nat(100_000), (at, origin, sinceOrigin) => {
        const now = origin + sinceOrigin;
        const turn = turnAfter(now, at, origin, 250);
        expect(turn).toBeGreaterThan(now);
        expect(turn).toBeLessThanOrEqual(now + 500);
        expect(turnAfter(turn, at, origin, 250)).toBeCloseTo(turn + 250, 6);
      }),
    );
  });

  it('go to the lowest place that is free', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(50)), (places) => {
        const taken = new Set(places);
        const free = freePlace(taken);
        expect(taken.has(free)).toBe(false);
        for (let lower = 0; lower < free; lower += 1) expect(taken.has(lower)).toBe(true);
      }),
    );
  });
});
