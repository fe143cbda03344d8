/** From samples to medians and ratios; what too few rounds cannot say is not said. */
import { type Spread, spreadOf } from '../console/stats.ts';
import type { Times } from './orders.ts';
import { type CandidateName, LIBRARIES, type WorkName } from './works.ts';

/** What one window of one candidate showed. */
export type Sample = {
  readonly round: number;
  readonly work: WorkName;
  readonly candidate: CandidateName;
  /** In the unit of the work; null without a proxy. */
  readonly cost: number | null;
  /** Messages, MiB, connections or refusals a second; null where it is about none of them. */
  readonly perSecond: number | null;
  readonly times: Times | null;
  /** CPU of the proxy, of the viewers' process and of the backend's, in cores. */
  readonly cores: { readonly proxy: number; readonly viewers: number; readonly backend: number };
};

/** The samples of a candidate at a work. */
export const samplesOf = (
  samples: readonly Sample[],
  work: WorkName,
  candidate: CandidateName,
): readonly Sample[] =>
  samples.filter((sample) => sample.work === work && sample.candidate === candidate);

/** A candidate at a work: one side of a ratio. */
export type Side = { readonly work: WorkName; readonly candidate: CandidateName };

/** A figure of a candidate at a work, round by round: the mean of its windows that have it. */
export const perRound = (
  samples: readonly Sample[],
  { work, candidate }: Side,
  figure: (sample: Sample) => number | null,
): ReadonlyMap<number, number> => {
  const figures = new Map<number, number[]>();
  for (const sample of samplesOf(samples, work, candidate)) {
    const value = figure(sample);
    if (value !== null) figures.set(sample.round, [...(figures.get(sample.round) ?? []), value]);
  }
  return new Map(
    [...figures].map(([round, values]) => [
      round,
      values.reduce((sum, value) => sum + value, 0) / values.length,
    ]),
  );
};

const costs = (samples: readonly Sample[], side: Side): ReadonlyMap<number, number> =>
  perRound(samples, side, ({ cost }) => cost);

/** What it cost, over the rounds; null where it was not measured. */
export const costOf = (
  samples: readonly Sample[],
  work: WorkName,
  candidate: CandidateName,
): Spread | null => spreadOf([...costs(samples, { work, candidate }).values()]);

/**
 * The ratios of costs within the rounds that have both sides, never of medians: what disturbs a
 * machine for a minute then disturbs both. Null where fewer than `needed` rounds have them.
 */
export const ratioOf = (
  samples: readonly Sample[],
  over: Side,
  under: Side,
  needed: number,
): Spread | null => {
  const below = costs(samples, under);
  const ratios = [...costs(samples, over)].flatMap(([round, cost]) => {
    const divisor = below.get(round) ?? 0;
    return divisor <= 0 ? [] : [cost / divisor];
  });
  return ratios.length < needed ? null : spreadOf(ratios);
};

/** The library with the lowest median over all rounds: the lowest of each would reward luck. */
export const bestLibrary = (samples: readonly Sample[], work: WorkName): CandidateName | null => {
  const medians = LIBRARIES.flatMap((name) => {
    const cost = costOf(samples, work, name);
    return cost === null ? [] : [{ name, median: cost.median }];
  });
  return medians.toSorted((a, b) => a.median - b.median)[0]?.name ?? null;
};
