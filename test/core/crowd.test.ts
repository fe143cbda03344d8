import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Crowd, type Place } from '../../src/core/crowd.ts';

type One = { readonly nth: number };

/** Somebody comes, or whoever came as that one leaves, perhaps a second time. */
const steps = fc.array(fc.option(fc.nat({ max: 8 }), { nil: null }));

describe('a crowd', () => {
  it('has those of a set, in the order in which they came', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const crowd = new Crowd<One>();
        const model = new Set<One>();
        const came: (readonly [One, Place<One>])[] = [];
        for (const leaves of all) {
          const known = leaves === null ? undefined : came[leaves];
          if (known === undefined) {
            const one = { nth: came.length };
            model.add(one);
            came.push([one, crowd.add(one)]);
          }
          const hasLeft = known !== undefined && crowd.leave(known[1]);
          expect(hasLeft).toBe(known !== undefined && model.delete(known[0]));
          expect([...crowd]).toEqual([...model]);
          expect(crowd.size).toBe(model.size);
        }
      }),
    );
  });

  it('calls everybody who stays once, whoever leaves meanwhile and whoever comes', () => {
    const at = fc.record({ before: fc.nat({ max: 6 }), leaves: fc.nat({ max: 6 }) });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), fc.array(at), (count, moves) => {
        const crowd = new Crowd<One>();
        const places = Array.from({ length: count }, (_, nth) => crowd.add({ nth }));
        const left = new Set<number>();
        const called: number[] = [];
        for (const { nth } of crowd) {
          expect(left.has(nth)).toBe(false);
          called.push(nth);
          for (const { leaves } of moves.filter(({ before }) => before === nth)) {
            const place = places[leaves];
            if (place !== undefined && crowd.leave(place)) left.add(leaves);
          }
        }
        const stayed = places.flatMap((_, nth) => (left.has(nth) ? [] : [nth]));
        expect(called.filter((nth) => !left.has(nth))).toEqual(stayed);
        expect(called).toEqual([...called].sort((a, b) => a - b));
        expect([...crowd].map(({ nth }) => nth)).toEqual(stayed);
      }),
    );
  });

  it('is gone through by several at once, each at its own pace, also where one stops early', () => {
    const crowd = new Crowd<One>();
    const places = [0, 1, 2, 3].map((nth) => crowd.add({ nth }));
    const slow = crowd[Symbol.iterator]();
    expect(slow.next().value).toEqual({ nth: 0 });
    for (const { nth } of crowd) if (nth === 1) break;
    for (const place of places.slice(1, 3)) crowd.leave(place);
    expect([...crowd]).toEqual([{ nth: 0 }, { nth: 3 }]);
    expect([...slow]).toEqual([{ nth: 3 }]);
  });
});
