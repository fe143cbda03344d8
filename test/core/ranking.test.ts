import { describe, expect, it } from 'vitest';
import type { SessionState, ViewerState, Window } from '../../src/contract.ts';
import {
  compareSessions,
  compareViewers,
  needsAttention,
  percentile,
  sessionState,
  sliceOf,
} from '../../src/core/ranking.ts';

describe('the order of states', () => {
  it('puts the worst viewer first and those that dial last', () => {
    const states: ViewerState[] = ['dialling', 'ok', 'late', 'stuck', 'expiring'];
    expect(states.sort(compareViewers)).toEqual(['stuck', 'expiring', 'late', 'ok', 'dialling']);
  });

  it('puts the worst session first: stuck, expiring, late, over, full, ok', () => {
    const states: SessionState[] = ['ok', 'full', 'over', 'late', 'expiring', 'stuck'];
    expect(states.sort(compareSessions)).toEqual([
      'stuck',
      'expiring',
      'late',
      'over',
      'full',
      'ok',
    ]);
  });

  it('wants attention for late, expiring and stuck viewers only', () => {
    const states: ViewerState[] = ['dialling', 'ok', 'late', 'expiring', 'stuck'];
    expect(states.filter(needsAttention)).toEqual(['late', 'expiring', 'stuck']);
  });
});

describe('sessionState', () => {
  const rows: [string, ViewerState, number, number, SessionState][] = [
    ['is that of its worst viewer', 'stuck', 1, 8, 'stuck'],
    ['is expiring even where it is over its cap', 'expiring', 9, 8, 'expiring'],
    ['is late even where it is full', 'late', 8, 8, 'late'],
    ['is over with more viewers than its cap', 'ok', 9, 8, 'over'],
    ['is full with as many as its cap', 'ok', 8, 8, 'full'],
    ['is ok with fewer', 'ok', 7, 8, 'ok'],
    ['is full where all still dial', 'dialling', 1, 1, 'full'],
    ['is ok where some still dial', 'dialling', 1, 2, 'ok'],
  ];
  it.each(rows)('%s', (_name, worst, viewers, cap, expected) => {
    expect(sessionState(worst, viewers, cap)).toBe(expected);
  });
});

const around = (anchor: string | null, before: number, after: number): Window<string> => ({
  anchor,
  edge: 'first',
  before,
  after,
});

describe('sliceOf', () => {
  const all = 'a b c d e f g'.split(' ');
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
    const slice = sliceOf(all, window, (item) => item);
    expect(slice).toEqual({ from, total: 7, rows: shown.split(' ') });
  });

  it('shows nothing of an empty list', () => {
    const none: string[] = [];
    expect(sliceOf(none, around('a', 2, 2), (item) => item)).toEqual({
      from: 0,
      total: 0,
      rows: [],
    });
  });
});

describe('percentile', () => {
  const rows: [string, number[], number, number | null][] = [
    ['is null without values', [], 0.95, null],
    ['is the only value there is', [7], 0.95, 7],
    ['is the 19th of twenty', Array.from({ length: 20 }, (_, i) => i + 1), 0.95, 19],
    ['is the 95th of a hundred', Array.from({ length: 100 }, (_, i) => 100 - i), 0.95, 95],
    ['is the lowest at 0', [3, 1, 2], 0, 1],
    ['is the highest at 1', [3, 1, 2], 1, 3],
    ['compares numbers, not their text', [9, 10], 1, 10],
  ];
  it.each(rows)('%s', (_name, values, share, expected) => {
    expect(percentile(values, share)).toBe(expected);
  });
});
