import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fileName, isDue, movesFor } from '../../src/event-log/rotation.ts';

/** Does the moves to files that are given by age, up to `failsAfter` of them. */
const turn = (there: Map<string, string>, files: number, failsAfter = Infinity): void => {
  const isThere = (age: number): boolean => there.has(fileName('log', age));
  for (const [at, move] of movesFor('log', files, isThere).entries()) {
    if (at >= failsAfter) return;
    const from = move.do === 'rename' ? move.from : move.path;
    const content = there.get(from);
    there.delete(from);
    if (move.do === 'rename' && content !== undefined) there.set(move.to, content);
  }
};

describe('a rotation', () => {
  test('renames the newest last, over the oldest that is kept', () => {
    expect(movesFor('log', 3, () => true)).toEqual([
      { do: 'rename', from: 'log.1', to: 'log.2' },
      { do: 'rename', from: 'log', to: 'log.1' },
    ]);
    expect(movesFor('log', 5, (age) => age === 1)).toEqual([
      { do: 'rename', from: 'log.1', to: 'log.2' },
      { do: 'rename', from: 'log', to: 'log.1' },
    ]);
    expect(movesFor('log', 1, () => false)).toEqual([{ do: 'remove', path: 'log' }]);
  });

  test('keeps the newest files in order, however many there were', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), fc.nat(12), (files, rounds) => {
        const there = new Map<string, string>();
        for (let round = 0; round < rounds; round += 1) {
          turn(there, files);
          there.set('log', String(round));
        }
        const wanted = Math.min(files, rounds);
        const ages = Array.from({ length: wanted }, (_, age) => fileName('log', age));
        expect([...there.keys()].sort()).toEqual(ages.toSorted());
        expect(ages.map((name) => there.get(name))).toEqual(
          ages.map((_, age) => String(rounds - 1 - age)),
        );
      }),
    );
  });

  test('that fails half-way and is tried again pushes nothing out twice', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 6 }), fc.array(fc.nat(5)), (files, failures) => {
        const there = new Map<string, string>();
        for (let age = 0; age < files; age += 1) there.set(fileName('log', age), String(age));
        for (const after of failures) {
          if (there.has('log')) turn(there, files, after);
        }
        if (there.has('log')) turn(there, files);
        const kept = Array.from({ length: files - 1 }, (_, age) => there.get(`log.${age + 1}`));
        expect(kept).toEqual(Array.from({ length: files - 1 }, (_, age) => String(age)));
      }),
    );
  });
});

test('a new file is due where a line would make one too large that has something', () => {
  expect(isDue(100, 90, 10)).toBe(false);
  expect(isDue(100, 91, 10)).toBe(true);
  expect(isDue(100, 0, 1000)).toBe(false);
  expect(isDue(0, 1e12, 1000)).toBe(false);
});
