/** Medians, ranges and ratios; what too few rounds cannot say is not said. */
import { percentile as nearestRank } from '../../src/core/ranking.ts';
import type { Latency } from './orders.ts';

/** Rounds below which no ratio is printed: the median of fewer is one lucky round. */
export const ROUNDS_NEEDED = 5;

const rounded = (value: number): number => Math.round(value * 1000) / 1000;

/** NaN of nothing. */
const percentile = (values: readonly number[], share: number): number =>
  nearestRank(values, share) ?? Number.NaN;

/** The middle one, or the mean of the two in the middle; NaN of nothing. */
const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)] ?? Number.NaN;
  return Number.isInteger(middle) ? ((sorted[middle - 1] ?? Number.NaN) + upper) / 2 : upper;
};

/** Round trips in short. */
export const latencyOf = (samples: readonly number[]): Latency => ({
  count: samples.length,
  p50: rounded(percentile(samples, 0.5)),
  p99: rounded(percentile(samples, 0.99)),
  max: rounded(percentile(samples, 1)),
});

/** The middle of several rounds, and how far they went. */
export type Spread = {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  readonly rounds: number;
};

/** Of values of one kind, of which `share` stands for the middle; null of none. */
export const spreadOf = (values: readonly number[], share = 0.5): Spread | null =>
  values.length === 0
    ? null
    : {
        median: rounded(share === 0.5 ? median(values) : percentile(values, share)),
        min: rounded(percentile(values, 0)),
        max: rounded(percentile(values, 1)),
        rounds: values.length,
      };

/**
 * Of the ratios within each round, never of sums over all: what disturbs a machine for a minute
 * then disturbs both sides. Null for fewer than `ROUNDS_NEEDED` rounds.
 */
export const ratioOf = (over: readonly number[], under: readonly number[]): Spread | null => {
  if (over.length !== under.length) throw new Error('a ratio needs both sides of every round');
  if (over.length < ROUNDS_NEEDED) return null;
  return spreadOf(over.map((value, at) => value / under[at]!));
};
