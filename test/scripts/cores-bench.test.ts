import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { needsOf, unevennessOf } from '../../bench/cores/needs.ts';
import { planFor } from '../../bench/cores/plan.ts';
import { markdownOf, needsFrom, type Results, rowsOf } from '../../bench/cores/report.ts';
import type { Sample, Work } from '../../bench/cores/rounds.ts';

const plan = planFor({ quick: false, rounds: null, windowMs: null, noise: null });

const sample = (round: number, work: Work, processes: number, cost: number): Sample => ({
  round,
  work,
  processes,
  perSecond: 1e6 / cost,
  cost,
  p50: 2,
  cores: { proxies: 1, load: 0.5 },
});

const times = (work: Work, processes: number, cost: (round: number) => number, rounds = 8) =>
  Array.from({ length: rounds }, (_, round) => sample(round, work, processes, cost(round)));

const resultsOf = (samples: readonly Sample[]): Results => {
  const rows = rowsOf(samples, plan);
  return {
    measuredOn: '2026-01-01',
    machine: 'a machine',
    plan,
    taken: {
      samples,
      spreads: [{ round: 0, counts: [600, 400] }],
      excesses: [{ processes: 2, newcomers: 100, admitted: 16, refused: 84 }],
      strangers: [],
      disturbed: 0,
    },
    rows,
    needs: needsFrom(rows),
    ways: [
      {
        title: 'another process',
        p50: 0.05,
        p99: 0.2,
        perSecond: 20_000,
        asker: 25,
        answerer: 20,
      },
    ],
  };
};

describe('several processes at one port', () => {
  it('are held against one of the same round, and never by fewer rounds than needed', () => {
    const one = times('churn', 1, (round) => 100 * (round + 1));
    const two = times('churn', 2, (round) => 110 * (round + 1));
    const [, row] = rowsOf([...one, ...two], plan).filter(({ work }) => work === 'churn');
    expect(row?.costRatio).toEqual({ median: 1.1, min: 1.1, max: 1.1, rounds: 8 });
    const few = rowsOf([...one.slice(1), ...two], plan).find(
      ({ work, processes }) => work === 'churn' && processes === 2,
    );
    expect(few?.costRatio).toBeNull();
  });

  it('need an answer within a tenth of a visit, and spend a tenth of it on two requests', () => {
    expect(needsOf({ cpuUs: 200, visitMs: 1 }, 2)).toEqual({
      processes: 2,
      connections: 10_000,
      requests: 20_000,
      requestUs: 10,
      answerMs: 0.1,
    });
  });

  it('are told their needs only where churn and a lone visit were measured', () => {
    expect(
      needsFrom(
        rowsOf(
          times('churn', 1, () => 200),
          plan,
        ),
      ),
    ).toEqual([]);
    const both = [...times('churn', 1, () => 200), ...times('lone visit', 1, () => 300)];
    expect(needsFrom(rowsOf(both, plan)).map(({ processes }) => processes)).toEqual([2, 4, 8]);
  });

  it('are as uneven as their fullest one: from even to all at one', () => {
    expect(unevennessOf([500, 500])).toBe(1);
    expect(unevennessOf([1000, 0])).toBe(2);
    expect(unevennessOf([0, 0])).toBe(1);
    fc.assert(
      fc.property(fc.array(fc.nat(1000), { minLength: 1, maxLength: 8 }), (counts) => {
        const uneven = unevennessOf(counts);
        expect(uneven).toBeGreaterThanOrEqual(1);
        expect(uneven).toBeLessThanOrEqual(counts.length);
      }),
    );
  });

  it('have a table of everything', () => {
    const samples = [
      ...times('echo', 1, () => 20),
      ...times('echo', 2, () => 22),
      ...times('churn', 1, () => 200),
      ...times('lone visit', 1, () => 300),
    ];
    const text = markdownOf(resultsOf(samples));
    expect(text).toContain('1.10 (1.10 to 1.10)');
    expect(text).toMatch(/\| 2 +\| 1\.20 +\|.*16\.0/);
    expect(text).toContain('| 10.0 µs');
    expect(text).toContain('another process');
    expect(markdownOf(resultsOf(times('echo', 1, () => 20, 1)))).toContain('too few rounds');
  });
});
