import { describe, expect, it } from 'vitest';
import type { SessionState, ViewerState } from '../../src/contract.ts';
import {
  needsAttention,
  percentile,
  sessionRank,
  sessionState,
  viewerRank,
} from '../../src/core/ranking.ts';

describe('the order of states', () => {
  it('puts the worst viewer first and those that dial last', () => {
    const worstFirst: ViewerState[] = ['stuck', 'expiring', 'late', 'ok', 'dialling'];
    expect(worstFirst.map(viewerRank)).toEqual([0, 1, 2, 3, 4]);
  });

  it('puts the worst session first: stuck, expiring, late, over, full, ok', () => {
    const worstFirst: SessionState[] = ['stuck', 'expiring', 'late', 'over', 'full', 'ok'];
    expect(worstFirst.map(sessionRank)).toEqual([0, 1, 2, 3, 4, 5]);
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
