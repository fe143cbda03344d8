/**
 * Counters and histograms whose series all exist from the start, at 0, and what counts on them.
 * A label value outside of its closed set counts nowhere.
 */
import { Counter, Gauge, Histogram, Registry, type OpenMetricsContentType } from 'prom-client';

/** The registry of one exporter; not the global one, which anybody's library may write to. */
export type Exposed = Registry<OpenMetricsContentType>;

/** An empty one, in the format of OpenMetrics 1.0. */
export const newRegistry = (): Exposed => {
  const registry: Exposed = new Registry();
  registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  return registry;
};

type Named = { readonly name: string; readonly help: string };

/** Adds to one series. */
type Add<Value> = (value: Value, by?: number) => void;

/** A counter by one label. */
export const countBy = <Value extends string>(
  registry: Exposed,
  named: Named,
  label: string,
  values: readonly Value[],
): Add<Value> => {
  const counter = new Counter({ ...named, labelNames: [label], registers: [registry] });
  const series = new Map(values.map((value) => [value, counter.labels(value)]));
  for (const each of series.values()) each.inc(0);
  return (value, by = 1) => series.get(value)?.inc(by);
};

/** A counter by two labels. */
export const countByTwo = <First extends string>(
  registry: Exposed,
  named: Named,
  labels: readonly [string, string],
  firsts: readonly First[],
  seconds: readonly string[],
): ((first: First, second: string) => void) => {
  const counter = new Counter({ ...named, labelNames: [...labels], registers: [registry] });
  const series = new Map(
    firsts.flatMap((first) =>
      seconds.map((second) => [`${first} ${second}`, counter.labels(first, second)] as const),
    ),
  );
  for (const each of series.values()) each.inc(0);
  return (first, second) => series.get(`${first} ${second}`)?.inc();
};

/** Follows a sum that is kept elsewhere and never gets less. */
export const followSum = (registry: Exposed, named: Named): ((sum: number) => void) => {
  const counter = new Counter({ ...named, registers: [registry] });
  return following((by) => counter.inc(by));
};

/** The same by one label. */
export const followSums = <Value extends string>(
  registry: Exposed,
  named: Named,
  label: string,
  values: readonly Value[],
): ((sums: Readonly<Record<Value, number>>) => void) => {
  const add = countBy(registry, named, label, values);
  const follows = values.map((value) => [value, following((by) => add(value, by))] as const);
  return (sums) => {
    for (const [value, follow] of follows) follow(sums[value]);
  };
};

const following = (add: (by: number) => void): ((sum: number) => void) => {
  let counted = 0;
  return (sum) => {
    if (!(sum > counted)) return;
    add(sum - counted);
    counted = sum;
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
  const one = new Histogram({ ...named, buckets: [...buckets], registers: [registry] });
  return (ms) => one.observe(ms / 1_000);
};

/** The same by one label. */
export const histogramBy = <Value extends string>(
  registry: Exposed,
  named: Named,
  label: string,
  values: readonly Value[],
  buckets: readonly number[],
): ((value: Value, ms: number) => void) => {
  const many = new Histogram({
    ...named,
    labelNames: [label],
    buckets: [...buckets],
    registers: [registry],
  });
  for (const value of values) many.zero({ [label]: value });
  const series = new Map(values.map((value) => [value, many.labels(value)]));
  return (value, ms) => series.get(value)?.observe(ms / 1_000);
};
