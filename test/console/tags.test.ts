import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Claim, rested, retagged, type Tag, tagOf, taggedBy } from '../../src/console/tags.ts';
import type { ViewerId } from '../../src/contract.ts';
import { viewerId } from '../support/fake-control.ts';

const ids = (...names: readonly string[]): readonly Claim[] =>
  names.map((name) => ({ viewer: viewerId(name), leaves: 0 }));

const digitsOf = (tags: readonly Tag[]): Record<string, number> =>
  Object.fromEntries(tags.map(({ viewer, digit }) => [viewer, digit]));

describe('the digits', () => {
  it('are given from 1 on, the worst first', () => {
    expect(digitsOf(retagged([], ids('v7', 'v3', 'v5'), 0))).toEqual({ v7: 1, v3: 2, v5: 3 });
  });

  it('stay with their viewers however these are sorted', () => {
    const tags = retagged([], ids('v1', 'v2', 'v3'), 0);
    expect(retagged(tags, ids('v3', 'v1', 'v2'), 500)).toBe(tags);
  });

  it('are drawn beside whoever is drawn, and known for 10 s more', () => {
    const before = retagged([], ids('v1', 'v2'), 0);
    const after = retagged(before, ids('v2', 'v3'), 1000);
    expect([tagOf(after, viewerId('v1')), tagOf(after, viewerId('v2'))]).toEqual([null, 2]);
    expect(tagOf(after, viewerId('v3'))).toBe(3);
    expect(taggedBy(after, 1)?.viewer).toBe('v1');
    expect(taggedBy(rested(after, 10_999, 0), 1)?.viewer).toBe('v1');
    expect(taggedBy(rested(after, 11_000, 0), 1)).toBeNull();
  });

  it('come back to a viewer that is drawn again before', () => {
    const left = retagged(retagged([], ids('v1'), 0), ids('v2'), 1000);
    expect(digitsOf(retagged(left, ids('v2', 'v1'), 9000))).toEqual({ v1: 1, v2: 2 });
  });

  it('do not rest while nothing is drawn', () => {
    const left = retagged(retagged([], ids('v1'), 0), [], 1000);
    const late = rested(left, 31_000, 28_000);
    expect(taggedBy(late, 1)?.leftAt).toBe(29_000);
    expect(rested(late, 39_000, 0)).toEqual([]);
  });

  it('are not all given to viewers that must leave some', () => {
    const least = ids('v1', 'v2', 'v3', 'v4').map(({ viewer }) => ({ viewer, leaves: 6 }));
    const some = retagged([], least, 0);
    expect(digitsOf(some)).toEqual({ v1: 1, v2: 2, v3: 3 });
    expect(digitsOf(retagged(some, [...least, ...ids('v6')], 100))).toMatchObject({ v6: 4 });
  });

  it('are nobody else’s while all nine rest', () => {
    const nine = ids(...Array.from({ length: 9 }, (_, index) => `v${index + 1}`));
    const resting = retagged(retagged([], nine, 0), [], 100);
    const others = retagged(resting, ids('v20', 'v21'), 200);
    expect(tagOf(others, viewerId('v20'))).toBeNull();
    const freed = retagged(rested(others, 10_100, 0), ids('v20', 'v21'), 10_100);
    expect(digitsOf(freed)).toEqual({ v20: 1, v21: 2 });
  });
});

const lanes = fc.array(
  fc.record({
    drawn: fc
      .uniqueArray(fc.integer({ min: 1, max: 14 }), { maxLength: 9 })
      .map((all) => ids(...all.map((one) => `v${one}`))),
    ms: fc.oneof(fc.nat({ max: 1000 }), fc.nat({ max: 12_000 })),
  }),
  { maxLength: 60 },
);

describe('whatever is drawn, a digit', () => {
  it('is one viewer’s alone, and a viewer has one', () => {
    fc.assert(
      fc.property(lanes, (all) => {
        let tags: readonly Tag[] = [];
        let now = 0;
        for (const { drawn, ms } of all) {
          now += ms;
          tags = retagged(rested(tags, now, 0), drawn, now);
          expect(new Set(tags.map(({ digit }) => digit)).size).toBe(tags.length);
          expect(new Set(tags.map(({ viewer }) => viewer)).size).toBe(tags.length);
          expect(tags.every(({ digit }) => digit >= 1 && digit <= 9)).toBe(true);
          const shown = drawn.filter(({ viewer }) => tagOf(tags, viewer) !== null);
          expect(shown.length === drawn.length || tags.length === 9).toBe(true);
        }
      }),
    );
  });

  it('never goes to another viewer within 10 s, and stays with its own while drawn', () => {
    fc.assert(
      fc.property(lanes, (all) => {
        const seen = new Map<number, { viewer: ViewerId; until: number }>();
        const faults: string[] = [];
        let tags: readonly Tag[] = [];
        let now = 0;
        for (const { drawn, ms } of all) {
          const before = tags.filter(({ leftAt }) => leftAt === null);
          now += ms;
          // What was drawn before stood on the screen until now.
          for (const { digit, viewer } of before) seen.set(digit, { viewer, until: now });
          tags = retagged(rested(tags, now, 0), drawn, now);
          for (const { digit, viewer, leftAt } of tags) {
            const last = seen.get(digit);
            if (leftAt !== null || last === undefined || last.viewer === viewer) continue;
            if (now - last.until < 10_000) faults.push(`${digit} from ${last.viewer} to ${viewer}`);
          }
          for (const [digit, { viewer, until }] of seen) {
            const isOwn = tags.some((tag) => tag.digit === digit && tag.viewer === viewer);
            if (now - until < 10_000 && !isOwn) faults.push(`${viewer} lost ${digit}`);
          }
        }
        expect(faults).toEqual([]);
      }),
    );
  });
});
