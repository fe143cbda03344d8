import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Turns } from '../../src/core/turns.ts';

/** Everybody whose turn it is now, called one by one. */
const called = (turns: Turns<number>): number[] => {
  const all: number[] = [];
  for (let next = turns.next(); next !== null; next = turns.next()) all.push(next);
  return all;
};

describe('turns', () => {
  it('are had at once while there are any, and waited for after that', () => {
    const turns = new Turns<number>(2);
    expect([1, 2, 3].map((one) => turns.ask(one))).toEqual([true, true, false]);
    expect([turns.having, turns.waiting]).toEqual([2, 1]);
    expect(turns.next()).toBeNull();
  });

  it('go to the oldest who waits', () => {
    const turns = new Turns<number>(1);
    for (const one of [1, 2, 3]) turns.ask(one);
    turns.leave(1);
    expect(called(turns)).toEqual([2]);
    turns.leave(2);
    expect(called(turns)).toEqual([3]);
  });

  it('are not had ahead of those who wait and were not called yet', () => {
    const turns = new Turns<number>(1);
    turns.ask(1);
    turns.ask(2);
    turns.leave(1);
    expect(turns.ask(3)).toBe(false);
    expect(called(turns)).toEqual([2]);
  });

  it('do not come to those who gave their place up', () => {
    const turns = new Turns<number>(1);
    for (const one of [1, 2, 3]) turns.ask(one);
    turns.leave(2);
    turns.leave(1);
    expect(called(turns)).toEqual([3]);
    turns.leave(2);
    expect([turns.having, turns.waiting]).toEqual([1, 0]);
  });

  it('are never more than the bound, in order of asking, and nobody is forgotten', () => {
    const moves = fc.array(fc.record({ leaves: fc.boolean(), whom: fc.nat(50) }), {
      maxLength: 200,
    });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), moves, (most, steps) => {
        const turns = new Turns<number>(most);
        const here: number[] = [];
        const begun: number[] = [];
        let asked = 0;
        for (const { leaves, whom } of steps) {
          if (leaves && here.length > 0) {
            const [gone = -1] = here.splice(whom % here.length, 1);
            turns.leave(gone);
          } else {
            asked += 1;
            here.push(asked);
            if (turns.ask(asked)) begun.push(asked);
          }
          if (whom % 3 > 0) begun.push(...called(turns));
          expect(turns.having).toBeLessThanOrEqual(most);
          expect(turns.having + turns.waiting).toBe(here.length);
        }
        begun.push(...called(turns));
        expect(turns.having).toBe(Math.min(most, here.length));
        expect(begun).toEqual(begun.toSorted((a, b) => a - b));
        expect(new Set(begun).size).toBe(begun.length);
        for (const one of here) turns.leave(one);
        expect([turns.having, turns.waiting, turns.next()]).toEqual([0, 0, null]);
      }),
    );
  });
});
