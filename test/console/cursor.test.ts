import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Slice } from '../../src/contract.ts';
import {
  type Cursor,
  cursorOn,
  drawn,
  inOrderOf,
  type Motion,
  move,
  noCursor,
  settle,
  settleAtTop,
  windowOf,
} from '../../src/console/cursor.ts';

type Row = { readonly id: string };

const slice = (ids: readonly string[], from = 0, total = from + ids.length): Slice<Row> => ({
  from,
  total,
  rows: ids.map((id) => ({ id })),
});

const ids = ({ rows }: Slice<Row>): readonly string[] => rows.map(({ id }) => id);

const at = (id: string, unsure = 0): Cursor<string> => ({ ...cursorOn(id, 0), unsure });

describe('a cursor', () => {
  it('takes the first row when there was none', () => {
    expect(settle<string>(noCursor, null, slice(['a', 'b']), 5).id).toBe('a');
  });

  it('stays on its id wherever that goes', () => {
    expect(settle(at('b'), slice(['a', 'b']), slice(['b', 'c', 'a']), 5).id).toBe('b');
  });

  it.each([
    ['the next below', ['a', 'b', 'c', 'd'], ['a', 'c', 'd'], 'c'],
    ['one further below', ['a', 'b', 'c', 'd'], ['d', 'a'], 'd'],
    ['the nearest above', ['a', 'b', 'c'], ['a'], 'a'],
    ['the first of others', ['b'], ['x', 'y'], 'x'],
    ['nothing', ['b'], [], null],
  ])('moves to a neighbour when its row is gone: %s', (_name, before, after, id) => {
    expect(settle(at('b'), slice(before), slice(after), 5).id).toBe(id);
  });

  it('waits while a missing row may only be outside an older window', () => {
    const moved = at('m', 2);
    const once = settle(moved, slice(['m']), slice(['a', 'b'], 0, 40), 5);
    expect(once.id).toBe('m');
    const twice = settle(once, slice(['a', 'b'], 0, 40), slice(['a', 'b'], 0, 40), 5);
    expect(twice.id).toBe('m');
    const gone = settle(twice, slice(['a', 'b'], 0, 40), slice(['a', 'b'], 0, 40), 5);
    expect(gone.id).toBe('a');
  });

  it('does not wait where the whole list is known', () => {
    expect(settle(at('m', 2), slice(['m', 'n']), slice(['n']), 5).id).toBe('n');
  });

  it('lets the list return to its top when its row comes back from further down', () => {
    const height = 2;
    const shown = (list: Slice<Row>): readonly string[] =>
      drawn(cursor, list, height).map(({ id }) => id);
    let cursor = settle<string>(noCursor, null, slice(['a', 'b', 'c', 'd']), height);
    const sorted = slice(['d', 'c', 'b', 'a']);
    cursor = settle(cursor, null, sorted, height);
    expect(shown(sorted)).toEqual(['b', 'a']);
    const again = slice(['d', 'a', 'b', 'c']);
    cursor = settle(cursor, sorted, again, height);
    expect(shown(again)).toEqual(['d', 'a']);
  });

  it('scrolls no further than it must', () => {
    const list = slice(['a', 'b', 'c', 'd', 'e']);
    let cursor = at('a');
    const tops = (['down', 'down', 'down', 'up', 'up', 'up'] as const).map((motion) => {
      cursor = move(cursor, motion, list, 2);
      return drawn(cursor, list, 2)[0]?.id;
    });
    expect(tops).toEqual(['a', 'b', 'c', 'c', 'b', 'a']);
  });

  it('asks for the end it does not know, and goes there once it is shown', () => {
    const seeking = move(at('a'), 'last', slice(['a', 'b'], 0, 40), 5);
    expect(seeking).toMatchObject({ id: 'a', seek: 'last' });
    expect(windowOf(seeking, 5)).toMatchObject({ anchor: null, edge: 'last' });
    const still = settle(seeking, null, slice(['a', 'b'], 0, 40), 5);
    expect(still).toMatchObject({ id: 'a', seek: 'last' });
    expect(settle(still, null, slice(['y', 'z'], 38, 40), 5)).toMatchObject({
      id: 'z',
      seek: null,
    });
  });

  it('keeps a list in its order while rows are added, gone and sorted anew', () => {
    const before = slice(['a', 'b', 'c', 'd']);
    expect(ids(inOrderOf(before, slice(['d', 'x', 'b', 'a'])))).toEqual(['a', 'x', 'b', 'd']);
    expect(ids(inOrderOf(before, slice(['x', 'a', 'b'], 7)))).toEqual(['x', 'a', 'b']);
  });
});

describe('a cursor in a list that is watched for its top', () => {
  it('stays on the first row, whichever that is, until it is moved', () => {
    const first = settleAtTop<string>(noCursor, null, slice(['a', 'b', 'c']), 2);
    const next = settleAtTop(first, null, slice(['c', 'b', 'a']), 2);
    expect(next).toMatchObject({ id: 'c', top: 0 });
    const up = move(next, 'up', slice(['c', 'b', 'a']), 2);
    expect(settleAtTop(up, null, slice(['b', 'c', 'a']), 2).id).toBe('b');
    const down = move(next, 'down', slice(['c', 'b', 'a']), 2);
    expect(settleAtTop(down, null, slice(['a', 'c', 'b']), 2).id).toBe('b');
  });

  it('stays there again after it was sent to the first row, known or not', () => {
    const list = slice(['a', 'b', 'c']);
    const there = move(move(at('a'), 'down', list, 5), 'first', list, 5);
    expect(settleAtTop(there, list, slice(['c', 'a', 'b']), 5).id).toBe('c');
    const far = slice(['x', 'y'], 10, 40);
    const seeking = move(at('x'), 'first', far, 5);
    expect(settleAtTop(seeking, far, slice(['y', 'x'], 9, 40), 5)).toMatchObject({ id: 'x' });
    const arrived = settleAtTop(seeking, far, list, 5);
    expect(settleAtTop(arrived, list, slice(['c', 'a']), 5).id).toBe('c');
  });

  it('has no row in an empty list, and the first again when one comes', () => {
    const none = settleAtTop(settleAtTop(noCursor, null, slice(['a']), 5), null, slice([]), 5);
    expect(none.id).toBeNull();
    expect(settleAtTop(none, slice([]), slice(['b', 'a']), 5).id).toBe('b');
  });

  it('goes back to where it was when what it was sent to is not there', () => {
    const list = slice(['a', 'b']);
    let cursor: Cursor<string> = { ...cursorOn('zzz', 0), back: { id: 'b', atTop: false } };
    for (let turn = 0; turn < 2; turn += 1) {
      cursor = settleAtTop(cursor, list, list, 5);
      expect(cursor.id).toBe('zzz');
    }
    expect(settleAtTop(cursor, list, list, 5)).toMatchObject({ id: 'b', back: null });
  });
});

const lists = fc.uniqueArray(fc.integer({ min: 0, max: 30 }).map(String), { maxLength: 25 });
const motions = fc.constantFrom<Motion>('up', 'down', 'page-up', 'page-down', 'first', 'last');
const turns = fc.array(
  fc.oneof(
    fc.record({ motion: motions }),
    fc.record({ list: lists, from: fc.nat(5), more: fc.nat(5) }),
  ),
  { maxLength: 30 },
);

describe('whatever happens, a cursor', () => {
  it('is on a row that is known and drawn, or there is none', () => {
    fc.assert(
      fc.property(turns, fc.integer({ min: 1, max: 12 }), (steps, height) => {
        let known = slice([]);
        let cursor: Cursor<string> = noCursor;
        for (const one of steps) {
          if ('motion' in one) cursor = move(cursor, one.motion, known, height);
          else {
            const next = slice(one.list, one.from, one.from + one.list.length + one.more);
            // Pictures until the cursor is sure of what it has.
            for (let more = 0; more < 7; more += 1) {
              cursor = settle(cursor, known, next, height);
              known = next;
            }
          }
          const rows = drawn(cursor, known, height);
          expect(rows.length).toBe(Math.min(height, known.rows.length));
          expect(cursor.id === null).toBe(known.rows.length === 0);
          expect(cursor.id === null || rows.some(({ id }) => id === cursor.id)).toBe(true);
        }
      }),
    );
  });
});
