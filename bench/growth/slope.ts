/** How a cost grows with a number: the exponent of a power, and what that is called. Values only. */

/** What `n` of something cost. */
export type Point = { readonly n: number; readonly cost: number };

/** What is called what: exponents up to this one. Over the sizes of a run, log(n) is about n^0.15. */
const FALLS = -0.1;
const SAME = 0.1;
const LOGARITHM = 0.3;
const SLOWER = 0.85;
const LINEAR = 1.15;

/** How many points say something, at the end too. */
const NEEDED = 3;

/** A slope. */
export type Slope = {
  /** Of the power that fits best, at all points or at the last ones: the larger of the two. */
  readonly exponent: number;
  readonly words: string;
};

/** The least squares of log(cost) over log(n). */
const fitted = (points: readonly Point[]): number => {
  const logs = points.map(({ n, cost }) => ({ x: Math.log(n), y: Math.log(cost) }));
  const mean = (of: (log: { x: number; y: number }) => number): number =>
    logs.reduce((sum, log) => sum + of(log), 0) / logs.length;
  const x = mean((log) => log.x);
  const y = mean((log) => log.y);
  const across = logs.reduce((sum, log) => sum + (log.x - x) * (log.y - y), 0);
  return across / logs.reduce((sum, log) => sum + (log.x - x) ** 2, 0);
};

const wordsFor = (exponent: number): string => {
  if (exponent < FALLS) return 'falls';
  if (exponent <= SAME) return 'does not grow';
  if (exponent <= LOGARITHM) return 'grows as the logarithm';
  if (exponent <= SLOWER) return 'grows slower than linearly';
  if (exponent <= LINEAR) return 'grows linearly';
  return `grows faster than linearly, as n^${exponent.toFixed(2)}`;
};

/**
 * How a cost grows. What is there at any size hides at first what grows, so that the steeper one
 * of two fits counts: over all points, and over the three largest. Points that cost nothing are
 * left out; null where fewer than three are left.
 */
export const slopeOf = (points: readonly Point[]): Slope | null => {
  const told = points.filter(({ cost }) => cost > 0).toSorted((a, b) => a.n - b.n);
  if (new Set(told.map(({ n }) => n)).size < NEEDED) return null;
  const exponent = Math.max(fitted(told), fitted(told.slice(-NEEDED)));
  return { exponent, words: wordsFor(exponent) };
};

/** What a cost may do: stay about the same, the logarithm included, or grow with the number. */
export type Allowed = 'about the same' | 'linearly';

/** Whether it grows as it may: then the whole, with n times of it where it is for each, is linear. */
export const isAllowed = ({ exponent }: Slope, allowed: Allowed): boolean =>
  exponent <= (allowed === 'linearly' ? LINEAR : LOGARITHM);
