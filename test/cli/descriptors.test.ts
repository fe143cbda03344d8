import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { defaultMaxViewers, maxViewersFor } from '../../src/cli/descriptors.ts';

describe('the default of --max-viewers', () => {
  test.each([
    [1024, 448],
    [20_000, 8750],
    [1_048_576, 458_752],
    [Infinity, 1_000_000],
    [64, 1],
    [0, 1],
  ])('%d descriptors are enough for %d viewers', (descriptors, viewers) => {
    expect(maxViewersFor(descriptors)).toBe(viewers);
  });

  test('always leaves an eighth of the descriptors, and 64 where there are so many', () => {
    fc.assert(
      fc.property(fc.integer({ min: 66, max: 4_000_000 }), (descriptors) => {
        const left = descriptors - 2 * maxViewersFor(descriptors);
        expect(left).toBeGreaterThanOrEqual(Math.max(64, descriptors / 8));
      }),
    );
  });

  test('is within what the option takes on this machine', () => {
    expect(defaultMaxViewers()).toBeGreaterThanOrEqual(1);
    expect(defaultMaxViewers()).toBeLessThanOrEqual(1_000_000);
  });
});
