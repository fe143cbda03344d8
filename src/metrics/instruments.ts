/**
 * Counters and histograms whose series all exist from the start, at 0, and what counts on them.
 * A label value outside of its closed set counts nowhere. Counting is adding to a number: what
 * a library does for it, it does when somebody asks.
 */
import { Counter, Gauge } from 'prom-client';
import type { Exposed, Named } from './registry.ts';
import { registerHistogram, Tally } from './tally.ts';

/** Adds to one series. */
type Add<Value> = (value: Value, by?: number) => void;

/** The labels of one series, and how often it has counted. */
type Series = readonly [labels: Readonly<Record<string, string>>, count: number];

/** A counter whose series are asked for at every scrape. */
const counterOf = (
  registry: Exposed,
  named: Named,
  labelNames: readonly string[],
  series: () => Iterable<Series>,
): void => {
  const counter: Counter = new Counter({
    ...named,
    labelNames: [...labelNames],
    registers: [registry],
    collect: () => {
      counter.reset();
      for (const [labels, count] of series()) counter.inc(labels, count);
    },
  });
};

/** One number for each value of a label; a value that is none of them has none. */
const countsBy = <Value extends string>(
  registry: Exposed,
  named: Named,
  label: string,
  values: readonly Value[],
): Map<Value, number> => {
  const counts = new Map(values.map((value) => [value, 0]));
  counterOf(registry, named, [label], () =>
    Array.from(counts, ([value, count]): Series => [{ [label]: value }, count]),
  );
  return counts;
};

/** A counter by one label. */
export const countBy = <Value extends string>(
  registry: Exposed,
  named: Named,
  label: string,
  values: readonly Value[],
): Add<Value> => {
  const counts = countsBy(registry, named, label, values);
  return (value, by = 1) => {
    const count = counts.get(value);
    if (count !== undefined) counts.set(value, count + by);
  };
};

/** A counter by two labels. */
export const countByTwo = <First extends string>(
  registry: Exposed,
  named: Named,
  labels: readonly [string, string],
  firsts: readonly First[],
  seconds: readonly string[],
): ((first: First, second: string) => void) => {
  const counts = new Map(
    firsts.map((first) => [first, new Map(seconds.map((second) => [second, 0]))]),
  );
  const [firstLabel, secondLabel] = labels;
  counterOf(registry, named, labels, function* series() {
    for (const [first, bySecond] of counts) {
      for (const [second, count] of bySecond) {
        yield [{ [firstLabel]: first, [secondLabel]: second }, count];
      }
    }
  });
  return (first, second) => {
    const bySecond = counts.get(first);
    const count = bySecond?.get(second);
    if (count !== undefined) bySecond?.set(second, count + 1);
  };
};

/** Follows a sum that is kept elsewhere and never gets less. */
export const followSum = (registry: Exposed, named: Named): ((sum: number) => void) => {
  let known = 0;
  counterOf(registry, named, [], () => [[{}, known]]);
  return (sum) => {
    // Not Math.max: a sum that is no number is passed over.
    if (sum > known) known = sum;
  };
};

/** The same by one label. */
export const followSums = <Value extends string>(
  registry: Exposed,
  named: Named,
  label: string,
  values: readonly Value[],
): ((sums: Readonly<Record<Value, number>>) => void) => {
  const known = countsBy(registry, named, label, values);
  return (sums) => {
    for (const [value, count] of known) if (sums[value] > count) known.set(value, sums[value]);
  };
};

/** A value of the moment. */
export const gauge = (registry: Exposed, named: Named): ((value: number) => void) => {
  const one = new Gauge({ ...named, registers: [registry] });
  return (value) => one.set(value);
};

/** The same by one label. */
export const gaugesBy = <Value extends string>(
  registry: Exposed,
  named: Named,
  label: string,
  values: readonly Value[],
): ((all: Readonly<Record<Value, number>>) => void) => {
  const many = new Gauge({ ...named, labelNames: [label], registers: [registry] });
  const series = values.map((value) => [value, many.labels(value)] as const);
  for (const [, each] of series) each.set(0);
  return (all) => {
    for (const [value, each] of series) each.set(all[value]);
  };
};

/** A histogram; takes milliseconds and shows seconds. */
export const histogram = (
  registry: Exposed,
  named: Named,
  buckets: readonly number[],
): ((ms: number) => void) => {
  const tally = new Tally(buckets);
  registerHistogram(registry, named, () => tally.values(named.name));
  return (ms) => tally.add(ms / 1_000);
};

/** The same by one label. */
export const histogramBy = <Value extends string>(
  registry: Exposed,
  named: Named,
  label: string,
  values: readonly Value[],
  buckets: readonly number[],
): ((value: Value, ms: number) => void) => {
  const tallies = new Map(values.map((value) => [value, new Tally(buckets)]));
  registerHistogram(registry, named, () =>
    [...tallies].flatMap(([value, tally]) => tally.values(named.name, { [label]: value })),
  );
  return (value, ms) => tallies.get(value)?.add(ms / 1_000);
};
