import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OldestFirst } from '../../src/core/oldest-first.ts';

const step = fc.record({ key: fc.integer({ min: 0, max: 5 }), sets: fc.boolean() });

describe('entries by age', () => {
  it('are those of a map, and the oldest is the one set longest ago', () => {
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const entries = new OldestFirst<number, number>();
        const model = new Map<number, number>();
        for (const [nth, { key, sets }] of steps.entries()) {
          const had = model.delete(key);
          if (sets) model.set(key, nth);
          if (sets) entries.set(key, nth);
          expect(sets || entries.delete(key) === had).toBe(true);
          const [first] = model;
          expect([...entries]).toEqual([...model]);
          expect(entries.size).toBe(model.size);
          expect(entries.get(key)).toBe(model.get(key));
          expect(entries.oldest && [entries.oldest.key, entries.oldest.value]).toEqual(
            first ?? null,
          );
        }
        const left: number[] = [];
        for (let { oldest } = entries; oldest !== null; { oldest } = entries) {
          left.push(oldest.key);
          entries.delete(oldest.key);
        }
        expect(left).toEqual([...model.keys()]);
      }),
    );
  });
});
