/**
 * Histograms of our own counting: prom-client finds the series by its labels anew for every
 * value, and has none that takes many values at once. It asks a metric for its samples, and that
 * is all it has to know of one.
 */
import type { Histogram } from 'prom-client';
import type { Exposed, Named } from './registry.ts';

/** One line of an exposition. */
export type Sample = {
  readonly metricName: string;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
};

/** Puts a histogram up whose samples are asked for at every scrape. */
export const registerHistogram = (
  registry: Exposed,
  { name, help }: Named,
  samples: () => readonly Sample[],
): void => {
  const type = 'histogram';
  const get = async () => ({ name, help, type, aggregator: 'sum', values: samples() });
  registry.registerMetric({ name, type, get } as unknown as Histogram);
};

/** The samples of one series: `upTo` says how many values are at most a bound. */
export const samplesOf = (
  name: string,
  labels: Sample['labels'],
  buckets: readonly number[],
  upTo: (bound: number, at: number) => number,
  { sum, count }: { readonly sum: number; readonly count: number },
): readonly Sample[] => {
  const bucket = (le: number | string, value: number): Sample => ({
    metricName: `${name}_bucket`,
    labels: { le, ...labels },
    value,
  });
  return [
    ...buckets.map((bound, at) => bucket(bound, upTo(bound, at))),
    bucket('+Inf', count),
    { metricName: `${name}_sum`, labels, value: sum },
    { metricName: `${name}_count`, labels, value: count },
  ];
};

/** Counts values by bucket. */
export class Tally {
  readonly #buckets: readonly number[];
  /** Of each bucket alone; those beyond the last are in no place. */
  readonly #counts: number[];
  #sum = 0;
  #count = 0;

  /** `buckets`: upper bounds that belong to their bucket, ascending. */
  constructor(buckets: readonly number[]) {
    this.#buckets = buckets;
    this.#counts = buckets.map(() => 0);
  }

  /** One more value. */
  add(value: number): void {
    this.#sum += value;
    this.#count += 1;
    const at = this.#buckets.findIndex((bound) => value <= bound);
    if (at !== -1) this.#counts[at] = (this.#counts[at] ?? 0) + 1;
  }

  /** All samples, as of now. */
  values(name: string, labels: Sample['labels'] = {}): readonly Sample[] {
    const counts = this.#counts;
    const upTo = (_: number, at: number): number =>
      counts.slice(0, at + 1).reduce((sum, each) => sum + each, 0);
    return samplesOf(name, labels, this.#buckets, upTo, { sum: this.#sum, count: this.#count });
  }
}
