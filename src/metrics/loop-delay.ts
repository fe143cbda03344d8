/**
 * The delays of this thread's event loop as a histogram that only grows. Node keeps every delay
 * to three digits, and a scrape counts them into buckets. Nothing is reset: any number of
 * scrapers see the same story, and the delay right after a reset, which Node passes over and
 * which would be the scrape's own, is part of it.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Histogram } from 'prom-client';
import type { Exposed } from './instruments.ts';

const NAME = 'wsbouncer_event_loop_delay_seconds';

/** Seconds; below the first it is idle or nearly so. */
const BUCKETS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];

/** A timer this often is what Node measures by; its own interval is part of every value. */
const RESOLUTION_MS = 10;

/** Values as Node keeps them, in nanoseconds. */
export type Delays = Pick<ReturnType<typeof monitorEventLoopDelay>, 'count' | 'max' | 'percentile'>;

/** How many of the values are at most `bound`: the largest rank whose value is. */
export const countUpTo = (delays: Delays, bound: number): number => {
  const { count } = delays;
  if (count === 0 || delays.max <= bound) return count;
  let low = 0;
  let high = count - 1;
  while (low < high) {
    const rank = Math.ceil((low + high) / 2);
    if (delays.percentile((100 * rank) / count) <= bound) low = rank;
    else high = rank - 1;
  }
  return low;
};

/** Measures until it is closed; 100 times a second, without running JavaScript. */
export class LoopDelay {
  readonly #monitor = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  #sum = 0;

  constructor(registry: Exposed) {
    this.#monitor.enable();
    // prom-client has no histogram that counts many values at once; it asks a metric for this.
    const metric = { name: NAME, type: 'histogram', get: async () => this.#exposed() };
    registry.registerMetric(metric as unknown as Histogram);
  }

  /** Measures no more. */
  close(): void {
    this.#monitor.disable();
  }

  #exposed() {
    const { count, mean } = this.#monitor;
    const late = count === 0 ? 0 : (mean / 1e9 - RESOLUTION_MS / 1e3) * count;
    // A timer may be early by a hair.
    this.#sum = Math.max(this.#sum, late);
    const bucket = (le: number | '+Inf', value: number) => ({
      metricName: `${NAME}_bucket`,
      labels: { le },
      value,
    });
    return {
      name: NAME,
      help: "How late the event loop of the proxy's thread turns.",
      type: 'histogram',
      aggregator: 'sum',
      values: [
        ...BUCKETS.map((le) =>
          bucket(le, countUpTo(this.#monitor, (le * 1e3 + RESOLUTION_MS) * 1e6)),
        ),
        bucket('+Inf', count),
        { metricName: `${NAME}_sum`, labels: {}, value: this.#sum },
        { metricName: `${NAME}_count`, labels: {}, value: count },
      ],
    };
  }
}
