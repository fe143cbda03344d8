import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SessionState, ViewerState, Window } from '../../src/contract.ts';
import { compareSessions, compareViewers, percentile, sliceOf } from '../../src/core/ranking.ts';

const viewerState = fc.constantFrom<ViewerState>('dialling', 'ok', 'late', 'expiring', 'stuck');
const sessionState = fc.constantFrom<SessionState>(
  'ok',
  'full',
  'over',
  'late',
  'expiring',
  'stuck',
);

/** Rows with the ids 0, 1, 2, … and a window that may look for one that is not there. */
const scene = fc.tuple(
  fc.nat(30),
  fc.record({
    anchor: fc.option(fc.nat(40), { nil: null }),
    edge: fc.constantFrom('first' as const, 'last' as const),
    before: fc.nat(12),
    after: fc.nat(12),
  }),
);

const look = (count: number, window: Window<number>) => {
  const all = Array.from({ length: count }, (_, id) => ({ id }));
  return { all, slice: sliceOf(all, window, ({ id }) => id) };
};

/** Whether sorting by `compare` puts no state before a worse one and keeps equals in order. */
const sortsStably = <State>(states: readonly State[], compare: (a: State, b: State) => number) => {
  const rows = states.map((state, index) => ({ state, index }));
  const sorted = rows.toSorted((a, b) => compare(a.state, b.state));
  return sorted.every((row, i) => {
    const next = sorted[i + 1];
    if (next === undefined) return true;
    // Two different states are never equally bad.
    const order = compare(row.state, next.state);
    return row.state === next.state ? row.index < next.index : order < 0;
  });
};

describe('sliceOf', () => {
  it('shows a part of the list that is never out of range and as large as it can be', () => {
    fc.assert(
      fc.property(scene, ([count, window]) => {
        const { all, slice } = look(count, window);
        const size = Math.min(count, window.before + window.after + 1);
        expect(slice.total).toBe(count);
        expect(slice.rows).toHaveLength(size);
        expect(slice.from).toBeGreaterThanOrEqual(0);
        expect(slice.rows).toEqual(all.slice(slice.from, slice.from + size));
      }),
      { numRuns: 500 },
    );
  });

  it('shows the anchor whenever it is in the list, and the edge whenever it is not', () => {
    fc.assert(
      fc.property(scene, ([count, window]) => {
        const { anchor, edge } = window;
        const { slice } = look(count, window);
        const shown = anchor !== null && anchor < count ? anchor : edge === 'first' ? 0 : count - 1;
        expect(slice.rows.some(({ id }) => id === shown)).toBe(count > 0);
      }),
      { numRuns: 500 },
    );
  });

  it('shows as many rows ahead of the anchor as asked for, where the list has them', () => {
    fc.assert(
      fc.property(fc.nat(12), fc.nat(12), fc.nat(12), fc.nat(12), (before, after, more, rest) => {
        const anchor = before + more;
        const window = { anchor, edge: 'first', before, after } as const;
        const { slice } = look(anchor + after + 1 + rest, window);
        expect(slice.from).toBe(anchor - before);
      }),
    );
  });
});

describe('the order of states', () => {
  it('sorts worst first and leaves equals as they were', () => {
    fc.assert(
      fc.property(fc.array(viewerState), fc.array(sessionState), (viewers, sessions) => {
        expect(sortsStably(viewers, compareViewers)).toBe(true);
        expect(sortsStably(sessions, compareSessions)).toBe(true);
      }),
    );
  });
});

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
