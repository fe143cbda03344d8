import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MEASURES, type MeasureName, numberOf, type Sample } from '../../bench/growth/measures.ts';
import { type Asked, type Machine, planFor } from '../../bench/growth/plan.ts';
import { growthsOf, markdownOf, type Results, verdictOf } from '../../bench/growth/report.ts';
import { isAllowed, type Point, slopeOf } from '../../bench/growth/slope.ts';

const NUMBERS = [100, 300, 1000, 3000, 9000];

const points = (cost: (n: number) => number): Point[] => NUMBERS.map((n) => ({ n, cost: cost(n) }));

describe('the slope of a cost', () => {
  it.each([
    ['falls', (n: number) => 1 / Math.sqrt(n)],
    ['does not grow', () => 7],
    ['grows as the logarithm', (n: number) => Math.log(n)],
    ['grows slower than linearly', (n: number) => n ** 0.6],
    ['grows linearly', (n: number) => 0.3 * n],
    ['grows faster than linearly, as n^1.50', (n: number) => n ** 1.5],
  ])('%s', (words, cost) => {
    expect(slopeOf(points(cost))?.words).toBe(words);
  });

  it('is found for any power, whatever the unit and the order', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -2, max: 3, noNaN: true }),
        fc.double({ min: 0.001, max: 1000, noNaN: true }),
        (power, unit) => {
          const given = points((n) => unit * n ** power).toReversed();
          expect(slopeOf(given)?.exponent).toBeCloseTo(power, 6);
        },
      ),
    );
  });

  it('is not hidden by what is there at any size', () => {
    const slope = slopeOf(points((n) => 100 + (n / 1000) ** 2 * 50));
    expect(slope?.words).toMatch(/^grows faster than linearly/);
    expect(slope).not.toBeNull();
    expect(slope && isAllowed(slope, 'linearly')).toBe(false);
  });

  it('is not told of fewer than three sizes that cost something', () => {
    expect(slopeOf(points(() => 1).slice(0, 2))).toBeNull();
    expect(slopeOf([...points(() => 1).slice(0, 2), { n: 9000, cost: -1 }])).toBeNull();
    const same = { n: 100, cost: 1 };
    expect(slopeOf([same, same, same])).toBeNull();
  });

  it('of a cost for each may be a logarithm, and that of all of them a line', () => {
    const logarithm = slopeOf(points((n) => Math.log(n)));
    const line = slopeOf(points((n) => n));
    expect(logarithm && isAllowed(logarithm, 'about the same')).toBe(true);
    expect(line && isAllowed(line, 'about the same')).toBe(false);
    expect(line && isAllowed(line, 'linearly')).toBe(true);
  });
});

const asked: Asked = { quick: false, rounds: null, windowMs: null, viewers: null, noise: null };
const ample: Machine = { descriptors: 1_000_000, ports: 28_000, cores: 4, hasTaskset: true };

describe('the plan of the growth benchmark', () => {
  it('goes as far as the limit that it names', () => {
    const plan = planFor(asked, { ...ample, descriptors: 20_000 });
    const viewers = plan.sizes.filter(({ axis }) => axis === 'viewers').map(numberOf);
    expect(viewers).toEqual([100, 300, 1000, 3000, 8750]);
    expect(plan.notes).toEqual([expect.stringContaining('8750 viewers (ulimit -n of 20000')]);
    expect(planFor(asked, { ...ample, ports: 5000 }).notes[0]).toContain('5000 local ports');
  });

  it('goes from one session to one for each viewer, with as many viewers at all of them', () => {
    const sizes = planFor(asked, ample).sizes.filter(({ axis }) => axis === 'sessions');
    expect(sizes.map(numberOf)).toEqual([1, 50, 500, 5000]);
    expect(new Set(sizes.map(({ viewers }) => viewers))).toEqual(new Set([5000]));
  });

  it('has three sizes of both for a slope in a quick run', () => {
    const { sizes } = planFor({ ...asked, quick: true }, ample);
    for (const axis of ['viewers', 'sessions']) {
      expect(sizes.filter((size) => size.axis === axis)).toHaveLength(3);
    }
  });

  it.each([
    ['quick', 'two minutes', 120],
    ['full', 'about a quarter of an hour', 960],
  ])('keeps a %s run within %s', (mode, _, seconds) => {
    const plan = planFor({ ...asked, quick: mode === 'quick' }, ample);
    // Five windows, warmed up, then two of Pings; starting, joining and leaving take some 4 s.
    const each =
      2 * plan.restMs + 13 * plan.warmMs + 5 * plan.windowMs + 2 * plan.pingIntervalMs + 4000;
    expect(plan.rounds * plan.sizes.length * each).toBeLessThan(seconds * 1000);
  });

  it('has distinct sizes even where there is hardly any room', () => {
    const plan = planFor(asked, { ...ample, descriptors: 400 });
    for (const axis of ['viewers', 'sessions']) {
      const numbers = plan.sizes.filter((size) => size.axis === axis).map(numberOf);
      expect(new Set(numbers).size).toBe(numbers.length);
    }
  });
});

describe('the table of growth', () => {
  const plan = planFor(asked, ample);
  const samplesOf = (measure: MeasureName, cost: (n: number) => number): Sample[] =>
    [0, 1, 2].flatMap((round) =>
      plan.sizes.map((size) => ({
        round,
        size,
        measure,
        // One of three rounds is disturbed, which a median does not see.
        cost: cost(numberOf(size)) * (round === 1 ? 9 : 1),
      })),
    );
  const results = (samples: readonly Sample[]): Results => ({
    measuredOn: '2026-01-01',
    machine: 'a machine',
    plan,
    disturbed: 0,
    strangers: null,
    growths: growthsOf(samples),
  });

  it('has a line for each figure, with its slope in words', () => {
    const samples = MEASURES.flatMap(({ name, allowed }) =>
      samplesOf(name, (n) => (allowed === 'linearly' ? n / 10 : 25)),
    );
    const text = markdownOf(results(samples));
    for (const { title } of MEASURES) expect(text).toContain(`| ${title} `);
    expect(text).toContain('grows linearly (n^1.00)');
    expect(text).toContain('does not grow (n^0.00)');
    expect(verdictOf(growthsOf(samples))).toBe('Nothing grows more than it may.');
  });

  it('flags a tick that grows faster than linearly, and a message that grows at all', () => {
    const samples = [...samplesOf('tick', (n) => n ** 2), ...samplesOf('message', (n) => n)];
    const text = markdownOf(results(samples));
    expect(text).toContain('grows faster than linearly, as n^2.00');
    expect(verdictOf(growthsOf(samples))).toMatch(
      /^\*\*More than it may grows: message, even load with the viewers .*tick with the viewers/,
    );
  });

  it('says that too few sizes tell no slope', () => {
    const few = samplesOf('picture', () => 1).filter(({ size }) => numberOf(size) < 200);
    const text = markdownOf(results(few.filter(({ size }) => size.axis === 'viewers')));
    expect(text).toContain('too few sizes');
    expect(text).toContain('Nothing grows more than it may.');
  });
});
