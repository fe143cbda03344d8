import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { defaultMaxViewers, descriptorLimit, maxViewersFor } from '../../src/cli/descriptors.ts';

const limits = (soft: string): string => `Limit                     Soft Limit           Hard Limit
Max processes             125000               125000               processes
Max open files            ${soft.padEnd(20)} 524288               files
Max locked memory         8388608              8388608              bytes
`;

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

  test('reads the soft limit', () => {
    expect(descriptorLimit(limits('1024'))).toBe(1024);
    expect(descriptorLimit(limits('unlimited'))).toBe(Infinity);
    expect(descriptorLimit('')).toBeNull();
  });

  test('is within what the option takes on this machine', () => {
    expect(defaultMaxViewers()).toBeGreaterThanOrEqual(1);
    expect(defaultMaxViewers()).toBeLessThanOrEqual(1_000_000);
  });
});
