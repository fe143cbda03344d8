import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { percentile } from '../../src/core/ranking.ts';

describe('percentile', () => {
  it('is a value that at least that share do not exceed, and no smaller one is', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer(), { minLength: 1, maxLength: 300 }),
        fc.constantFrom(0.5, 0.95, 0.99, 1),
        (values, share) => {
          const found = percentile(values, share)!;
          const upTo = (limit: number): number => values.filter((value) => value <= limit).length;
          expect(values).toContain(found);
          expect(upTo(found) / values.length).toBeGreaterThanOrEqual(share);
          expect(upTo(found - 1) / values.length).toBeLessThan(share);
        },
      ),
    );
  });
});
