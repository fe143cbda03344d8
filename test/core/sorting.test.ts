import { describe, expect, it } from 'vitest';
import type { Window } from '../../src/contract.ts';
import { sortedSlice, type Order } from '../../src/core/sorting.ts';

const around = (anchor: string | null, before: number, after: number): Window<string> => ({
  anchor,
  edge: 'first',
  before,
  after,
});

const alphabet: Order<string> = { keyOf: (item) => item, reversed: false, tie: () => 0 };

describe('the part of a sorted list', () => {
  const all = 'e b g a f d c'.split(' ');
  const rows: [string, Window<string>, number, string][] = [
    ['the anchor with its neighbours', around('d', 1, 2), 2, 'c d e f'],
    ['whole rows at the beginning', around('a', 2, 1), 0, 'a b c d'],
    ['whole rows at the end', around('g', 1, 2), 3, 'd e f g'],
    ['the first rows without an anchor', around(null, 1, 1), 0, 'a b c'],
    ['the first rows where the anchor is gone', around('x', 1, 1), 0, 'a b c'],
    ['the last rows where the edge says so', { ...around('x', 1, 1), edge: 'last' }, 4, 'e f g'],
    ['everything where the window is larger', around('d', 9, 9), 0, 'a b c d e f g'],
    ['one row where that is all there is to show', around('e', 0, 0), 4, 'e'],
  ];
  it.each(rows)('shows %s', (_name, window, from, shown) => {
    const slice = sortedSlice(all, alphabet, window, (item) => item);
    expect(slice).toEqual({ from, total: 7, rows: shown.split(' ') });
  });

  it('shows nothing of an empty list', () => {
    const none: string[] = [];
    expect(sortedSlice(none, alphabet, around('a', 2, 2), (item) => item)).toEqual({
      from: 0,
      total: 0,
      rows: [],
    });
  });

  it('shows no row where none is asked for', () => {
    const slice = sortedSlice(all, alphabet, around(null, 0, -1), (item) => item);
    expect(slice).toEqual({ from: 0, total: 7, rows: [] });
  });
});

describe('an order', () => {
  type Row = { readonly id: number; readonly key: number | null };
  const rows: Row[] = [
    { id: 3, key: 5 },
    { id: 1, key: null },
    { id: 4, key: 2 },
    { id: 2, key: 5 },
    { id: 0, key: null },
  ];
  const ids = (reversed: boolean): number[] => {
    const order: Order<Row> = { keyOf: ({ key }) => key, reversed, tie: (a, b) => a.id - b.id };
    const window = { anchor: null, edge: 'first', before: 0, after: 9 } as const;
    return sortedSlice(rows, order, window, ({ id }) => id).rows.map(({ id }) => id);
  };

  it('puts the lowest first, equal ones by the tie, and those without a key last', () => {
    expect(ids(false)).toEqual([4, 2, 3, 0, 1]);
  });

  it('that is turned puts the highest first; ties and those without a key stay', () => {
    expect(ids(true)).toEqual([2, 3, 4, 0, 1]);
  });
});
