import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Window } from '../../src/contract.ts';
import { sortedPart, sortedSlice, type Order } from '../../src/core/sorting.ts';

type Row = { readonly id: number; readonly key: number | string | null };

/** Few keys and many rows, so that there are ties; of one kind, as they are in one list. */
const keys = fc.constantFrom<fc.Arbitrary<Row['key']>[]>(
  fc.option(fc.integer({ min: -4, max: 4 })),
  fc.option(fc.string({ maxLength: 1 })),
);

const list = keys
  .chain((key) => fc.array(key, { maxLength: 300 }))
  .chain((made) => {
    const rows = made.map((key, id) => ({ id, key }));
    return fc.shuffledSubarray(rows, { minLength: rows.length });
  });

const window: fc.Arbitrary<Window<number>> = fc.record({
  anchor: fc.option(fc.nat(320)),
  edge: fc.constantFrom('first' as const, 'last' as const),
  before: fc.nat(30),
  after: fc.nat(30),
});

const orderBy = (reversed: boolean): Order<Row> => ({
  keyOf: ({ key }) => key,
  reversed,
  tie: (a, b) => a.id - b.id,
});

const everything: Window<number> = { anchor: null, edge: 'first', before: 0, after: 1_000 };

const sorted = (rows: readonly Row[], reversed: boolean): readonly Row[] =>
  sortedSlice(rows, orderBy(reversed), everything, ({ id }) => id).rows;

const ids = (rows: readonly Row[]): number[] => rows.map(({ id }) => id);

const isInOrder = (row: Row, next: Row, reversed: boolean): boolean => {
  if (row.key === next.key) return row.id < next.id;
  if (row.key === null || next.key === null) return next.key === null;
  return reversed ? row.key > next.key : row.key < next.key;
};

describe('a sorted list', () => {
  it('has every row once, whatever the order', () => {
    fc.assert(
      fc.property(list, fc.boolean(), (rows, reversed) => {
        const there = ids(sorted(rows, reversed)).toSorted((a, b) => a - b);
        expect(there).toEqual(rows.map((_row, id) => id));
      }),
    );
  });

  it('has no row before one that is to come first: keys, then ties, and those without a key last', () => {
    fc.assert(
      fc.property(list, fc.boolean(), (rows, reversed) => {
        const all = sorted(rows, reversed);
        const wrong = all.findIndex((row, index) => {
          const next = all[index + 1];
          return next !== undefined && !isInOrder(row, next, reversed);
        });
        expect(wrong).toBe(-1);
      }),
    );
  });

  it('is the same whatever order the rows come in, so that equal rows never swap', () => {
    fc.assert(
      fc.property(list, fc.boolean(), fc.nat(6), (rows, reversed, turns) => {
        const turned = [...rows.slice(turns), ...rows.slice(0, turns)].toReversed();
        expect(ids(sorted(turned, reversed))).toEqual(ids(sorted(rows, reversed)));
      }),
    );
  });
});

describe('the part of it that a window shows', () => {
  it('is that part of the whole, never out of range and as large as it can be', () => {
    fc.assert(
      fc.property(list, fc.boolean(), window, (rows, reversed, looked) => {
        const slice = sortedSlice(rows, orderBy(reversed), looked, ({ id }) => id);
        const size = Math.min(rows.length, looked.before + looked.after + 1);
        expect(slice.total).toBe(rows.length);
        expect(slice.rows).toHaveLength(size);
        expect(slice.from).toBeGreaterThanOrEqual(0);
        const all = sorted(rows, reversed);
        expect(slice.rows).toEqual(all.slice(slice.from, slice.from + size));
      }),
      { numRuns: 500 },
    );
  });

  it('is the right one wherever in a long list it is', () => {
    const size = 60;
    const rows = Array.from({ length: size }, (_, n) => ({ id: ((n + 1) * 37) % size, key: 0 }));
    for (let anchor = 0; anchor < size; anchor += 1) {
      const looked = { anchor, edge: 'first', before: 0, after: 1 } as const;
      const slice = sortedSlice(rows, orderBy(false), looked, ({ id }) => id);
      const from = Math.min(anchor, size - 2);
      expect(slice.from).toBe(from);
      expect(ids(slice.rows)).toEqual([from, from + 1]);
    }
  });

  it('shows the anchor whenever it is in the list, and the edge whenever it is not', () => {
    fc.assert(
      fc.property(list, fc.boolean(), window, (rows, reversed, looked) => {
        const { anchor, edge } = looked;
        const slice = sortedSlice(rows, orderBy(reversed), looked, ({ id }) => id);
        const all = sorted(rows, reversed);
        const atEdge = edge === 'first' ? all[0] : all.at(-1);
        const isThere = anchor !== null && anchor < rows.length;
        const shown = isThere ? anchor : atEdge?.id;
        expect(slice.rows.some(({ id }) => id === shown)).toBe(rows.length > 0);
      }),
      { numRuns: 500 },
    );
  });

  it('has as many rows ahead of the anchor as asked for, where the list has them', () => {
    fc.assert(
      fc.property(fc.nat(12), fc.nat(12), fc.nat(12), fc.nat(12), (before, after, more, rest) => {
        const anchor = before + more;
        const rows = Array.from({ length: anchor + after + 1 + rest }, (_, id) => ({ id, key: 0 }));
        const looked = { anchor, edge: 'first', before, after } as const;
        const slice = sortedSlice(rows.toReversed(), orderBy(false), looked, ({ id }) => id);
        expect(slice.from).toBe(anchor - before);
      }),
    );
  });
});

/** How often two rows are compared until the first twenty are known. */
const work = (rows: readonly Row[]) => {
  let count = 0;
  const order: Order<Row> = {
    ...orderBy(false),
    tie: (a, b) => {
      count += 1;
      return a.id - b.id;
    },
  };
  const top = { anchor: null, edge: 'first', before: 0, after: 19 } as const;
  const { rows: shown } = sortedSlice(rows, order, top, ({ id }) => id);
  expect(ids(shown)).toEqual(Array.from({ length: 20 }, (_none, id) => id));
  return count;
};

describe('the work', () => {
  const size = 4_096;
  const even = Array.from({ length: size }, (_none, id) => ({ id, key: 0 }));

  it.each([
    ['sorted', even],
    ['turned round', even.toReversed()],
    ['shuffled', even.map(({ key, id }) => ({ key, id: (id * 1_237) % size }))],
  ])('on a list that is %s grows with its length and not faster', (_how, rows) => {
    expect(work(rows)).toBeLessThan(8 * size);
  });

  it('has a bound even for a list that is made to be slow', () => {
    // The middle of what is left is always its highest, so that a partition parts with one row.
    const places = even.map((_row, index) => index);
    const rows: Row[] = [...even];
    for (let last = size - 1; last >= 0; last -= 1) {
      const middle = last >>> 1;
      rows[places[middle]!] = { id: last, key: 0 };
      places[middle] = places[last]!;
    }
    const bound = 4 * Math.log2(size) * size;
    expect(work(rows)).toBeLessThan(bound);
  });

  it('is whole in the end for who takes it part by part, by the last one or by their number', () => {
    const order = fc.record({ reversed: fc.boolean(), byLast: fc.boolean(), most: fc.nat(40) });
    fc.assert(
      fc.property(list, order, (rows, { reversed, byLast, most }) => {
        const taken: Row[] = [];
        for (let more = true; more;) {
          const after = byLast ? (taken.at(-1)?.id ?? null) : null;
          const asked = { after, skip: taken.length, most: most + 1 };
          const part = sortedPart(rows, orderBy(reversed), asked, ({ id }) => id);
          expect(part.rows.length).toBe(Math.min(most + 1, rows.length - taken.length));
          taken.push(...part.rows);
          ({ more } = part);
        }
        expect(taken).toEqual(sorted(rows, reversed));
      }),
    );
  });
});
