/**
 * The delays of this thread's event loop as a histogram that only grows. Node keeps every delay
 * to three digits, and a scrape counts them into buckets. Nothing is reset: any number of
 * scrapers see the same story, and the delay right after a reset, which Node passes over and
 * which would be the scrape's own, is part of it.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Exposed } from './registry.ts';
import { registerHistogram, type Sample, samplesOf } from './tally.ts';

const NAME = 'wsbouncer_event_loop_delay_seconds';

/** Seconds; below the first it is idle or nearly so. */
const BUCKETS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];

/**
 * A timer this often is what Node measures by; its own interval is part of every value. Each time
 * wakes a thread that has nothing to do, which at 10 ms was a few percent of a quiet proxy's CPU.
 */
const RESOLUTION_MS = 50;

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

/** Measures until it is closed; 20 times a second, without running JavaScript. */
export class LoopDelay {
  readonly #monitor = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  #sum = 0;

  constructor(registry: Exposed) {
    this.#monitor.enable();
    const help = "How late the event loop of the proxy's thread turns.";
    registerHistogram(registry, { name: NAME, help }, () => this.#samples());
  }

  /** Measures no more. */
  close(): void {
    this.#monitor.disable();
  }

  #samples(): readonly Sample[] {
    const monitor = this.#monitor;
    const { count, mean } = monitor;
    const late = count === 0 ? 0 : (mean / 1e9 - RESOLUTION_MS / 1e3) * count;
    // A timer may be early by a hair.
    this.#sum = Math.max(this.#sum, late);
    const upTo = (bound: number): number => countUpTo(monitor, (bound * 1e3 + RESOLUTION_MS) * 1e6);
    return samplesOf(NAME, {}, BUCKETS, upTo, { sum: this.#sum, count });
  }
}
