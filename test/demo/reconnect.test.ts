import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Ending, nextStep, type Step } from '../../src/demo/reconnect.ts';

const SHORTEST_MS = 1_000;
const LONGEST_MS = 60_000;

const refused: Ending = { code: 1013, heard: false, openMs: 3, online: true };
const cut: Ending = { code: 1006, heard: false, openMs: 0, online: true };

const lowest = (): number => 0;
/** The greatest that `Math.random` gives. */
const highest = (): number => 1 - 2 ** -53;

const waitOf = (step: Step): Extract<Step, { next: 'wait' }> => {
  if (step.next !== 'wait') throw new Error(`it does not wait: ${step.next}`);
  return step;
};

/** The steps of a page that meets this ending again and again. */
const ladder = (ending: Ending, random: () => number, times = 12) => {
  const steps: Extract<Step, { next: 'wait' }>[] = [];
  while (steps.length < times) {
    steps.push(waitOf(nextStep(ending, steps.at(-1)?.tries ?? 0, random)));
  }
  return steps;
};

/** Codes after which a page comes back by itself. */
const passing = fc.constantFrom(1001, 1005, 1006, 1011, 1012, 1013, 1014, 1015);

const endings = fc.record({
  code: fc.oneof(passing, fc.integer({ min: 1000, max: 4999 })),
  heard: fc.boolean(),
  openMs: fc.double({ min: 0, max: 1e9, noNaN: true }),
  online: fc.boolean(),
});
const triesBefore = fc.nat(2_000);
const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

describe('the next step after a connection has ended', () => {
  it('never waits for less than a second, nor for more than a minute', () => {
    fc.assert(
      fc.property(endings, triesBefore, chance, (ending, tries, random) => {
        const step = nextStep(ending, tries, () => random);
        const { earliestMs, afterMs } = { earliestMs: SHORTEST_MS, afterMs: LONGEST_MS, ...step };
        expect(earliestMs).toBeGreaterThanOrEqual(SHORTEST_MS);
        expect(afterMs).toBeGreaterThanOrEqual(earliestMs);
        expect(afterMs).toBeLessThanOrEqual(LONGEST_MS);
        expect(step.tries > 0).toBe(step.next !== 'ask');
      }),
    );
  });

  it('waits within a span that doubles from try to try, up to a minute', () => {
    fc.assert(
      fc.property(passing, fc.nat(40), chance, (code, tries, random) => {
        const ending = { code, heard: false, openMs: 0, online: true };
        const after = (tries: number, chance: () => number): number =>
          waitOf(nextStep(ending, tries, chance)).afterMs;
        // The same chance waits longer, and every chance stays possible: nobody comes in step.
        expect(after(tries + 1, () => random)).toBeGreaterThanOrEqual(after(tries, () => random));
        expect(after(tries, lowest)).toBe(SHORTEST_MS);
        expect(after(tries, highest)).toBeGreaterThan(SHORTEST_MS + 900);
      }),
    );
    const most = ladder(refused, highest).map(({ afterMs }) => Math.ceil(afterMs / 1_000));
    expect(most).toEqual([2, 4, 8, 16, 32, 60, 60, 60, 60, 60, 60, 60]);
  });

  it('counts a connection that a refusal has opened as a try that came to nothing', () => {
    expect(ladder(refused, highest).map(({ tries }) => tries)).toEqual(
      Array.from({ length: 12 }, (_, at) => at + 1),
    );
  });

  it('starts from the beginning after a connection that brought a message', () => {
    expect(nextStep({ ...cut, heard: true, openMs: 5 }, 9, highest)).toMatchObject({
      tries: 1,
      afterMs: 1_999,
    });
  });

  it('starts from the beginning after a silent connection that lasted a minute, not before', () => {
    const silent = { ...cut, openMs: LONGEST_MS };
    expect(nextStep(silent, 9, highest).tries).toBe(1);
    expect(nextStep({ ...silent, openMs: LONGEST_MS - 1 }, 9, highest).tries).toBe(10);
  });

  it.for([1001, 1012])('spreads those over seconds whom %i has sent away together', (code) => {
    const ending = { code, heard: true, openMs: 90_000, online: true };
    expect(waitOf(nextStep(ending, 7, highest)).afterMs).toBe(4_999);
    expect(waitOf(nextStep(ending, 7, lowest)).afterMs).toBe(SHORTEST_MS);
  });

  it.for([1000, 1002, 1003, 1007, 1008, 1009, 1010, 3000, 4000, 4999])(
    'leaves it to a person after %i, whatever came before',
    (code) => {
      fc.assert(
        fc.property(endings, triesBefore, (ending, tries) => {
          expect(nextStep({ ...ending, code }, tries, lowest)).toEqual({ next: 'ask', tries: 0 });
        }),
      );
    },
  );

  it('waits for the network where the browser has none', () => {
    expect(nextStep({ ...cut, online: false }, 4, highest)).toEqual({
      next: 'network',
      tries: 5,
      earliestMs: SHORTEST_MS,
    });
    // A close that came proves that there is a way.
    expect(nextStep({ ...refused, online: false }, 4, highest).next).toBe('wait');
  });

  it('may be hurried after a cut, and never after a refusal', () => {
    const [hurried] = ladder(cut, highest, 1);
    expect(hurried).toMatchObject({ afterMs: 1_999, earliestMs: SHORTEST_MS });
    for (const { afterMs, earliestMs } of ladder(refused, highest)) {
      expect(earliestMs).toBe(afterMs);
    }
  });
});
