import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  descriptorLimit,
  lookAtDescriptors,
  type Shortage,
  type ShortageStep,
} from '../../src/core/descriptors.ts';

const limits = (soft: string): string => `Limit                     Soft Limit           Hard Limit
Max processes             125000               125000               processes
Max open files            ${soft.padEnd(20)} 524288               files
Max locked memory         8388608              8388608              bytes
`;

describe('the limit', () => {
  it('is the soft one', () => {
    expect(descriptorLimit(limits('1024'))).toBe(1024);
    expect(descriptorLimit(limits('unlimited'))).toBe(Infinity);
    expect(descriptorLimit('')).toBeNull();
  });
});

/** What is said at each look; a look is a time and whether a descriptor was to be had. */
const said = (looks: readonly (readonly [number, boolean])[]): ShortageStep['event'][] => {
  let shortage: Shortage = null;
  return looks.map(([now, isLeft]) => {
    const next = lookAtDescriptors(shortage, isLeft, now);
    ({ shortage } = next);
    return next.event;
  });
};

describe('looks at the descriptors', () => {
  it('say nothing while there are some', () => {
    expect(
      said([
        [0, true],
        [1_000, true],
      ]),
    ).toEqual([null, null]);
  });

  it('say once that there are none, and once that there are some again', () => {
    expect(
      said([
        [5, false],
        [1_005, false],
        [2_005, true],
        [3_004, true],
        [3_005, true],
        [4_005, true],
      ]),
    ).toEqual(['exhausted', null, null, null, { recoveredAfterMs: 2_000 }, null]);
  });

  it('take a storm that gives some back now and then for one shortage', () => {
    expect(
      said([
        [0, false],
        [500, true],
        [900, false],
        [1_500, true],
        [2_400, false],
        [3_000, true],
        [4_000, true],
      ]),
    ).toEqual(['exhausted', null, null, null, null, null, { recoveredAfterMs: 3_000 }]);
  });

  it('say both in turn, whatever they see', () => {
    const look = fc.record({ afterMs: fc.nat({ max: 3_000 }), isLeft: fc.boolean() });
    fc.assert(
      fc.property(fc.array(look), (looks) => {
        let now = 0;
        const told = said(
          looks.map(({ afterMs, isLeft }) => {
            now += afterMs;
            return [now, isLeft];
          }),
        ).filter((event) => event !== null);
        for (const [at, event] of told.entries()) {
          expect(event === 'exhausted').toBe(at % 2 === 0);
        }
        expect(told.length > 0).toBe(looks.some(({ isLeft }) => !isLeft));
      }),
    );
  });
});
